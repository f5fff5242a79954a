"""Applying for an organisation without an account: ask for a link, go through the form with it, see
how it stands. As merchants do (views.py), with a form and a link of its own.
"""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.applying.guide import first_stages
from counterfoil.portal.applying.kinds import MERCHANT, ORGANISATION
from counterfoil.portal.applying.links import ApplyingAt
from counterfoil.portal.models import (
    OrganisationApplication,
    OrganisationProfile,
    Origin,
)
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.organisations import profiles
from counterfoil.portal.organisations.following import follow
from counterfoil.portal.organisations.forms import LegalForm
from counterfoil.portal.organisations.guide import (
    STAGES,
    OrganisationGuide,
    Stage,
    document_page,
    remove_document,
    stage_page,
    stages_of,
)
from counterfoil.portal.organisations.life import APPLICANT_WRITES, OVER, Status, Step, after
from counterfoil.portal.organisations.reading import sheet
from counterfoil.portal.organisations.words import organisation_status
from counterfoil.portal.public.applicant import (
    Applicant,
    applicant_page,
    guide_of,
    mail_submitted,
    open_page,
    sent_page,
    start_page,
)
from counterfoil.portal.public.country import likely_country
from counterfoil.portal.public.forms import WithdrawForm


@require_http_methods(["GET", "HEAD", "POST"])
@open_page(ORGANISATION)
def start(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    others = MERCHANT.is_open(at.issuer_id)
    return start_page(
        request, at, ORGANISATION, "portal/public/organisation/start.html", others=others
    )


@require_safe
@open_page(ORGANISATION)
def sent(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    return sent_page(request, at, ORGANISATION)


@require_safe
@applicant_page(ORGANISATION)
def home(request: HttpRequest, applicant: Applicant[OrganisationApplication]) -> HttpResponse:
    """How it stands, what is to do next, and what was written."""
    follow(applicant.at)
    profile, guide = applicant.application.profile, _guide(applicant)
    if profile is None:
        return render(
            request,
            "portal/public/organisation/begin.html",
            {"at": applicant.at, "first": guide.url(Stage.ORGANISATION)},
        )
    profile.refresh_from_db()
    told = sheet(profile)
    stages = stages_of(guide, told, None)
    status = Status(profile.status)
    # Documents may be left out: what is to do next is what cannot.
    left = [each for each in stages if not each.is_done and each.stage is not Stage.DOCUMENTS]
    return render(
        request,
        "portal/public/organisation/home.html",
        {
            "at": applicant.at,
            "token": applicant.token,
            "profile": profile,
            "sheet": told,
            "state": organisation_status(
                # Who looks over it inside of the issuer's house is nobody's business.
                Status.SUBMITTED if status is Status.PROPOSED else status
            ),
            "stages": stages,
            "next": left[0],
            "writes": status in APPLICANT_WRITES,
            "can_withdraw": after(status, Step.WITHDRAW) is not None,
            "is_over": status in OVER,
            "form": WithdrawForm(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page(ORGANISATION)
def stage(
    request: HttpRequest, applicant: Applicant[OrganisationApplication], stage: str
) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.application.profile
    if profile is not None:
        return stage_page(request, guide, profile.pk, stage)
    if stage != Stage.ORGANISATION:
        return redirect(guide.home)
    country = likely_country(applicant.at.issuer_id)
    form = LegalForm(request.POST or None, version=0, initial={"country": country})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            _begun(applicant, form)
        return redirect(guide.url(Stage.CONTACT))
    return render(
        request,
        "portal/organisations/form.html",
        {
            "guide": guide,
            "form": form,
            "stage": stage,
            "stages": first_stages(STAGES.items()),
            "profile": None,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page(ORGANISATION)
def document(
    request: HttpRequest, applicant: Applicant[OrganisationApplication]
) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.application.profile
    return redirect(guide.home) if profile is None else document_page(request, guide, profile.pk)


@require_POST
@applicant_page(ORGANISATION)
def remove(
    request: HttpRequest, applicant: Applicant[OrganisationApplication], item_id: UUID
) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.application.profile
    if profile is None:
        return redirect(guide.home)
    return remove_document(request, guide, profile.pk, item_id)


@require_POST
@applicant_page(ORGANISATION)
def withdraw(
    request: HttpRequest, applicant: Applicant[OrganisationApplication]
) -> HttpResponseBase:
    if applicant.application.profile is not None:
        try:
            with transaction.atomic():
                profile = profiles.locked(applicant.at.issuer_id, applicant.application.profile.pk)
                profiles.take_step(profile, Step.WITHDRAW, applicant.by)
        except ConflictError as error:
            messages.error(request, str(error))
    return redirect(applicant.home)


@require_POST
@applicant_page(ORGANISATION)
def again(_request: HttpRequest, applicant: Applicant[OrganisationApplication]) -> HttpResponseBase:
    """Another application by the same person, once the one before is over."""
    profile = applicant.application.profile
    if profile is not None and Status(profile.status) in OVER:
        OrganisationApplication.objects.filter(pk=applicant.application.pk).update(profile=None)
    return redirect(applicant.home)


def _begun(applicant: Applicant[OrganisationApplication], form: LegalForm) -> None:
    found = OrganisationApplication.objects.select_for_update()
    application = found.get(pk=applicant.application.pk)
    if application.profile is not None:
        return  # sent twice
    profile = profiles.begin(
        applicant.at.issuer_id, form.once, form.legal, origin=Origin.SELF, by=applicant.by
    )
    if not profile.contact_email:  # they can be reached there: the form offers it
        profile.contact_email = application.email
        profile.save(update_fields=["contact_email"])
    application.profile = profile
    application.save(update_fields=["profile"])


def _guide(applicant: Applicant[OrganisationApplication]) -> OrganisationGuide:
    return guide_of(applicant, lambda profile: _submitted(applicant, profile))


def _submitted(applicant: Applicant[OrganisationApplication], profile: OrganisationProfile) -> None:
    mail_submitted(applicant, profile.name)
    notify(
        "organisation_applied",
        issuer_id=profile.issuer_id,
        subject=profile.subject,
        key=str(profile.version),  # each time it is sent
        parameters=Parameters(name=profile.name),
    )
