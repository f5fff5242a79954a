"""Applying for an organisation without an account: ask for a link, go through the form with it, see
how it stands. As merchants do (views.py), with a form and a link of its own.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.forms import Keeper
from counterfoil.portal.merchants.links import ApplyingAt
from counterfoil.portal.models import (
    OrganisationApplication,
    OrganisationProfile,
    Origin,
    portal_settings,
)
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.organisations import profiles
from counterfoil.portal.organisations.following import follow
from counterfoil.portal.organisations.forms import LegalForm
from counterfoil.portal.organisations.guide import (
    Guide,
    Stage,
    document_page,
    first_stages,
    remove_document,
    stage_page,
    stages_of,
)
from counterfoil.portal.organisations.life import APPLICANT_WRITES, OVER, Status, Step, after
from counterfoil.portal.organisations.links import application_of, send_link
from counterfoil.portal.organisations.mails import mail
from counterfoil.portal.organisations.reading import sheet
from counterfoil.portal.organisations.words import organisation_status
from counterfoil.portal.public.applicant import applying_at
from counterfoil.portal.public.country import likely_country
from counterfoil.portal.public.forms import StartForm, WithdrawForm
from counterfoil.portal.public.throttle import asks_too_often, is_mailed_too_often
from counterfoil.portal.trail import Actor, address_of

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Applicant:
    at: ApplyingAt
    token: str
    application: OrganisationApplication
    by: Actor

    @property
    def profile(self) -> OrganisationProfile | None:
        return self.application.profile


ApplicantPage = Callable[Concatenate[HttpRequest, Applicant, P], HttpResponseBase]
Page = Callable[Concatenate[HttpRequest, ApplyingAt, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def open_page(page: Page[P]) -> View:
    """For anybody, while the issuer takes applications of organisations."""

    @functools.wraps(page)
    def guarded(
        request: HttpRequest, issuer: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        at = applying_at(request, issuer)
        if not portal_settings(at.issuer_id).organisations_apply:
            return render(request, "portal/public/closed.html", {"at": at}, status=404)
        return page(request, at, *args, **kwargs)

    return cast("View", guarded)  # Django gives what comes with the address by its names


def applicant_page(page: ApplicantPage[P]) -> View:
    """For who has the link of the latest mail. Who applied before the form was closed goes on."""

    @functools.wraps(page)
    def guarded(
        request: HttpRequest, issuer: str, token: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        at = applying_at(request, issuer)
        application = application_of(at.issuer_id, token)
        if application is None:
            over = {"at": at, "again": reverse("apply-organisation", args=[at.code])}
            return render(request, "portal/public/link_over.html", over, status=404)
        by = Actor(f"applicant:organisation-{application.pk}", address=address_of(request))
        response = page(request, Applicant(at, token, application, by), *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        # Nothing goes to others; to ourselves a browser must say where a form comes from.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return cast("View", guarded)  # Django gives what comes with the address by its names


@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def start(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    """An e-mail, to which a link goes. What it answers says nothing about who applied before."""
    form = StartForm(request.POST or None)
    shown = {"at": at, "form": form, "others": portal_settings(at.issuer_id).merchants_apply}
    if request.method == "POST" and form.is_valid():
        if asks_too_often(at.issuer_id, address_of(request)):
            form.add_error(None, _("Too many tries from here. Wait an hour, then try again."))
            return render(request, "portal/public/organisation/start.html", shown, status=429)
        email = str(form.cleaned_data["email"])
        if not is_mailed_too_often(at.issuer_id, email):
            with transaction.atomic():
                send_link(at, email, template="link", language=get_language() or "en")
        return redirect("apply-organisation-sent", at.code)
    return render(request, "portal/public/organisation/start.html", shown)


@require_safe
@open_page
def sent(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    again = reverse("apply-organisation", args=[at.code])
    return render(request, "portal/public/sent.html", {"at": at, "again": again})


@require_safe
@applicant_page
def home(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """How it stands, what is to do next, and what was written."""
    follow(applicant.at)
    profile, guide = applicant.profile, _guide(applicant)
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
@applicant_page
def stage(request: HttpRequest, applicant: Applicant, stage: str) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.profile
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
    stages = first_stages(guide.stages)
    return render(
        request,
        "portal/organisations/form.html",
        {"guide": guide, "form": form, "stage": stage, "stages": stages, "profile": None},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page
def document(request: HttpRequest, applicant: Applicant) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.profile
    return redirect(guide.home) if profile is None else document_page(request, guide, profile.pk)


@require_POST
@applicant_page
def remove(request: HttpRequest, applicant: Applicant, item_id: UUID) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.profile
    if profile is None:
        return redirect(guide.home)
    return remove_document(request, guide, profile.pk, item_id)


@require_POST
@applicant_page
def withdraw(request: HttpRequest, applicant: Applicant) -> HttpResponseBase:
    if applicant.profile is not None:
        try:
            with transaction.atomic():
                profile = profiles.locked(applicant.at.issuer_id, applicant.profile.pk)
                profiles.take_step(profile, Step.WITHDRAW, applicant.by)
        except ConflictError as error:
            messages.error(request, str(error))
    return redirect("apply-organisation-home", applicant.at.code, applicant.token)


@require_POST
@applicant_page
def again(_request: HttpRequest, applicant: Applicant) -> HttpResponseBase:
    """Another application by the same person, once the one before is over."""
    profile = applicant.profile
    if profile is not None and Status(profile.status) in OVER:
        OrganisationApplication.objects.filter(pk=applicant.application.pk).update(profile=None)
    return redirect("apply-organisation-home", applicant.at.code, applicant.token)


def _begun(applicant: Applicant, form: LegalForm) -> None:
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


def _guide(applicant: Applicant) -> Guide:
    at = applicant.at
    home = reverse("apply-organisation-home", args=[at.code, applicant.token])
    return Guide(
        issuer_id=at.issuer_id,
        issuer=at.name,
        by=applicant.by,
        keeper=Keeper(at.issuer_id, None, applicant.by.name),
        is_applicant=True,
        frame="portal/public/frame.html",
        base=home,
        home=home,
        submitted=lambda profile: _submitted(applicant, profile),
    )


def _submitted(applicant: Applicant, profile: OrganisationProfile) -> None:
    at = applicant.at
    start_url = f"{at.origin}{reverse('apply-organisation', args=[at.code])}"
    mail(
        "submitted",
        [applicant.application.email],
        {"issuer": at.name, "name": profile.name, "url": start_url},
        language=applicant.application.language,
        issuer_id=at.issuer_id,
    )
    notify(
        "organisation_applied",
        issuer_id=at.issuer_id,
        subject=profile.subject,
        key=str(profile.version),  # each time it is sent
        parameters=Parameters(name=profile.name),
    )
