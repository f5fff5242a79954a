"""Applying without an account: ask for a link, go through the form with it, see how it stands."""

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
from counterfoil.portal.merchants import profiles
from counterfoil.portal.merchants.following import follow
from counterfoil.portal.merchants.forms import LegalForm
from counterfoil.portal.merchants.guide import (
    STAGES,
    MerchantGuide,
    Stage,
    item_page,
    remove_item,
    stage_page,
    stages_of,
)
from counterfoil.portal.merchants.life import APPLICANT_WRITES, Status, Step, after
from counterfoil.portal.merchants.reading import sheet, status_word
from counterfoil.portal.models import Application, Origin
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
@open_page(MERCHANT)
def start(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    others = ORGANISATION.is_open(at.issuer_id)
    return start_page(request, at, MERCHANT, "portal/public/start.html", others=others)


@require_safe
@open_page(MERCHANT)
def sent(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    return sent_page(request, at, MERCHANT)


@require_safe
@applicant_page(MERCHANT)
def home(request: HttpRequest, applicant: Applicant[Application]) -> HttpResponse:
    """How it stands, what is to do next, and what was written."""
    follow(applicant.at)
    profile = applicant.application.profile
    if profile is None:
        return render(
            request,
            "portal/public/begin.html",
            {"at": applicant.at, "first": _guide(applicant).url(Stage.BUSINESS)},
        )
    profile.refresh_from_db()
    told = sheet(profile)
    guide = _guide(applicant)
    stages = stages_of(guide, told, None)
    status = Status(profile.status)
    return render(
        request,
        "portal/public/home.html",
        {
            "at": applicant.at,
            "token": applicant.token,
            "profile": profile,
            "sheet": told,
            "state": status_word(profile.status),
            "stages": stages,
            "next": next((each for each in stages if not each.is_done), stages[-1]),
            "writes": status in APPLICANT_WRITES,
            "can_withdraw": after(status, Step.WITHDRAW) is not None and profile.proposal is None,
            "is_over": status in {Status.APPROVED, Status.REJECTED, Status.CLOSED},
            "form": WithdrawForm(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page(MERCHANT)
def stage(request: HttpRequest, applicant: Applicant[Application], stage: str) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.application.profile
    if profile is not None:
        return stage_page(request, guide, profile.pk, stage)
    if stage != Stage.BUSINESS:
        return redirect(applicant.home)
    country = likely_country(applicant.at.issuer_id)
    form = LegalForm(request.POST or None, version=0, initial={"country": country})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            _begun(applicant, form)
        return redirect(guide.url(Stage.PEOPLE))
    return render(
        request,
        "portal/merchants/form.html",
        {
            "guide": guide,
            "form": form,
            "stage": stage,
            "stages": first_stages(STAGES.items()),
            "profile": None,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page(MERCHANT)
def item(
    request: HttpRequest, applicant: Applicant[Application], stage: str, item_id: UUID | None = None
) -> HttpResponseBase:
    if applicant.application.profile is None:
        return redirect(applicant.home)
    return item_page(request, _guide(applicant), applicant.application.profile.pk, stage, item_id)


@require_POST
@applicant_page(MERCHANT)
def remove(
    request: HttpRequest, applicant: Applicant[Application], stage: str, item_id: UUID
) -> HttpResponseBase:
    if applicant.application.profile is None:
        return redirect(applicant.home)
    return remove_item(request, _guide(applicant), applicant.application.profile.pk, stage, item_id)


@require_POST
@applicant_page(MERCHANT)
def withdraw(request: HttpRequest, applicant: Applicant[Application]) -> HttpResponseBase:
    if applicant.application.profile is not None:
        try:
            with transaction.atomic():
                profile = profiles.locked(applicant.at.issuer_id, applicant.application.profile.pk)
                profiles.take_step(profile, Step.WITHDRAW, applicant.by)
        except ConflictError as error:
            messages.error(request, str(error))
    return redirect(applicant.home)


@require_POST
@applicant_page(MERCHANT)
def again(_request: HttpRequest, applicant: Applicant[Application]) -> HttpResponseBase:
    """Another application by the same person, once the one before is over."""
    profile = applicant.application.profile
    if profile is not None and Status(profile.status) in {
        Status.APPROVED,
        Status.REJECTED,
        Status.CLOSED,
    }:
        Application.objects.filter(pk=applicant.application.pk).update(profile=None)
    return redirect(applicant.home)


def _begun(applicant: Applicant[Application], form: LegalForm) -> None:
    application = Application.objects.select_for_update().get(pk=applicant.application.pk)
    if application.profile is not None:
        return  # sent twice
    application.profile = profiles.begin(
        applicant.at.issuer_id, form.once, form.legal, origin=Origin.SELF, by=applicant.by
    )
    application.save(update_fields=["profile"])


def _guide(applicant: Applicant[Application]) -> MerchantGuide:
    return guide_of(applicant, lambda profile: mail_submitted(applicant, profile.name))
