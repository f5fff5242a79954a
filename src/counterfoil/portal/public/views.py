"""Applying without an account: ask for a link, go through the form with it, see how it stands."""

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
from counterfoil.portal.merchants import profiles
from counterfoil.portal.merchants.following import follow
from counterfoil.portal.merchants.forms import LegalForm
from counterfoil.portal.merchants.guide import (
    STAGES,
    Guide,
    Stage,
    StageShown,
    item_page,
    remove_item,
    stage_page,
    stages_of,
)
from counterfoil.portal.merchants.life import APPLICANT_WRITES, Status, Step, after
from counterfoil.portal.merchants.links import ApplyingAt, send_link
from counterfoil.portal.merchants.mails import mail
from counterfoil.portal.merchants.reading import sheet, status_word
from counterfoil.portal.models import Application, MerchantProfile, Origin, portal_settings
from counterfoil.portal.public.applicant import (
    Applicant,
    applicant_page,
    home_of,
    open_page,
)
from counterfoil.portal.public.country import likely_country
from counterfoil.portal.public.forms import StartForm, WithdrawForm
from counterfoil.portal.public.throttle import asks_too_often, is_mailed_too_often
from counterfoil.portal.trail import address_of


@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def start(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    """An e-mail, to which a link goes. What it answers says nothing about who applied before."""
    form = StartForm(request.POST or None)
    others = portal_settings(at.issuer_id).organisations_apply
    shown = {"at": at, "form": form, "others": others}
    if request.method == "POST" and form.is_valid():
        if asks_too_often(at.issuer_id, address_of(request)):
            form.add_error(None, _("Too many tries from here. Wait an hour, then try again."))
            return render(request, "portal/public/start.html", shown, status=429)
        email = str(form.cleaned_data["email"])
        if not is_mailed_too_often(at.issuer_id, email):
            with transaction.atomic():
                send_link(at, email, template="link", language=get_language() or "en")
        return redirect("apply-sent", at.code)
    return render(request, "portal/public/start.html", shown)


@require_safe
@open_page
def sent(request: HttpRequest, at: ApplyingAt) -> HttpResponse:
    again = reverse("apply", args=[at.code])
    return render(request, "portal/public/sent.html", {"at": at, "again": again})


@require_safe
@applicant_page
def home(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """How it stands, what is to do next, and what was written."""
    follow(applicant.at)
    profile = applicant.profile
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
@applicant_page
def stage(request: HttpRequest, applicant: Applicant, stage: str) -> HttpResponseBase:
    guide, profile = _guide(applicant), applicant.profile
    if profile is not None:
        return stage_page(request, guide, profile.pk, stage)
    if stage != Stage.BUSINESS:
        return home_of(applicant)
    country = likely_country(applicant.at.issuer_id)
    form = LegalForm(request.POST or None, version=0, initial={"country": country})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            _begun(applicant, form)
        return redirect(guide.url(Stage.PEOPLE))
    stages = [
        StageShown(each, name, "", each is Stage.BUSINESS, is_done=False)
        for each, name in STAGES.items()
    ]
    return render(
        request,
        "portal/merchants/form.html",
        {"guide": guide, "form": form, "stage": stage, "stages": stages, "profile": None},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_page
def item(
    request: HttpRequest, applicant: Applicant, stage: str, item_id: UUID | None = None
) -> HttpResponseBase:
    if applicant.profile is None:
        return home_of(applicant)
    return item_page(request, _guide(applicant), applicant.profile.pk, stage, item_id)


@require_POST
@applicant_page
def remove(
    request: HttpRequest, applicant: Applicant, stage: str, item_id: UUID
) -> HttpResponseBase:
    if applicant.profile is None:
        return home_of(applicant)
    return remove_item(request, _guide(applicant), applicant.profile.pk, stage, item_id)


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
    return home_of(applicant)


@require_POST
@applicant_page
def again(_request: HttpRequest, applicant: Applicant) -> HttpResponseBase:
    """Another application by the same person, once the one before is over."""
    profile = applicant.profile
    if profile is not None and Status(profile.status) in {
        Status.APPROVED,
        Status.REJECTED,
        Status.CLOSED,
    }:
        Application.objects.filter(pk=applicant.application.pk).update(profile=None)
    return home_of(applicant)


def _begun(applicant: Applicant, form: LegalForm) -> None:
    application = Application.objects.select_for_update().get(pk=applicant.application.pk)
    if application.profile is not None:
        return  # sent twice
    application.profile = profiles.begin(
        applicant.at.issuer_id, form.once, form.legal, origin=Origin.SELF, by=applicant.by
    )
    application.save(update_fields=["profile"])


def _guide(applicant: Applicant) -> Guide:
    at = applicant.at
    home = reverse("apply-home", args=[at.code, applicant.token])
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


def _submitted(applicant: Applicant, profile: MerchantProfile) -> None:
    at = applicant.at
    start_url = f"{at.origin}{reverse('apply', args=[at.code])}"
    mail(
        "submitted",
        [applicant.application.email],
        {"issuer": at.name, "name": profile.name, "url": start_url},
        language=applicant.application.language,
        issuer_id=at.issuer_id,
    )
