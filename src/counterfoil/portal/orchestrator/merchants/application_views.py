"""An application: its page, the guided form over it, and the steps of its review."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.commands.content import RegisterAcceptor
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, Office, office_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.applying.guide import Guide, is_stale
from counterfoil.portal.applying.links import applying_at
from counterfoil.portal.applying.reviewing import prepared, reject_by_mail, return_by_mail
from counterfoil.portal.forms import Keeper, OnceForm
from counterfoil.portal.merchants import guide, profiles
from counterfoil.portal.merchants.following import follow, people_of
from counterfoil.portal.merchants.life import STEPS, Status, Step
from counterfoil.portal.merchants.reading import sheet, status_word
from counterfoil.portal.models import Checked, MerchantProfile, ProfileStatus, Section
from counterfoil.portal.orchestrator.merchants.forms import (
    MessageForm,
    ProposeForm,
    VerifyForm,
    limits_of,
    offer,
)
from counterfoil.portal.orchestrator.merchants.reading import (
    alike,
    currency_of_limits,
    groups_of,
)
from counterfoil.portal.orchestrator.merchants.story import story


@require_safe
@office_page(sees=EVERYONE)
def application(request: HttpRequest, office: Office, profile_id: UUID) -> HttpResponse:
    """Where it stands, what is to do next, and all that is known."""
    follow(applying_at(request, office))
    profile = profile_of(office, profile_id)
    if profile.acceptor_id is not None:
        return redirect("merchant", office.code, profile.acceptor_id)
    told = sheet(profile)
    status = Status(profile.status)
    may_act = office.may(OPERATES) and profile.proposal is None
    steps = {step for (each, step) in STEPS if each is status} if may_act else set()
    found = story(office, profile.pk, None, also=[profile.made_by])
    return render(
        request,
        "portal/orchestrator/merchants/application.html",
        {
            "profile": profile,
            "sheet": told,
            "state": status_word(profile.status),
            "made_by": found.names[profile.made_by],
            "alike": alike(office, profile.account, profile=profile) if profile.account else [],
            "story": found.told,
            "base": reverse("application", args=[office.code, profile.pk]),
            "steps": {str(step) for step in steps},
            "may_propose": may_act and status is Status.IN_REVIEW and not told.missing,
            "may_change": may_act and status not in {Status.REJECTED, Status.CLOSED},
            "may_verify": may_act and status in {Status.SUBMITTED, Status.IN_REVIEW},
            "once": OnceForm(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def stage(request: HttpRequest, office: Office, profile_id: UUID, stage: str) -> HttpResponse:
    return guide.stage_page(request, guide_of(request, office, profile_id), profile_id, stage)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def item(
    request: HttpRequest,
    office: Office,
    profile_id: UUID,
    stage: str,
    item_id: UUID | None = None,
) -> HttpResponse:
    way = guide_of(request, office, profile_id)
    return guide.item_page(request, way, profile_id, stage, item_id)


@require_POST
@office_page(sees=OPERATES, acts=OPERATES)
def remove(
    request: HttpRequest, office: Office, profile_id: UUID, stage: str, item_id: UUID
) -> HttpResponse:
    way = guide_of(request, office, profile_id)
    return guide.remove_item(request, way, profile_id, stage, item_id)


@require_POST
@office_page(sees=OPERATES, acts=OPERATES)
def step(request: HttpRequest, office: Office, profile_id: UUID, step: str) -> HttpResponse:
    """The steps that say nothing to anybody: take it into review, reopen it, withdraw it."""
    wanted = {"take": Step.TAKE, "reopen": Step.REOPEN, "withdraw": Step.WITHDRAW}.get(step)
    if wanted is None:
        raise Http404
    with transaction.atomic():
        profile = profiles.locked(office.issuer_id, profile_id)
        try:
            profiles.take_step(profile, wanted, actor_of(request, office))
        except ConflictError as error:
            messages.error(request, str(error))
    return redirect("application", office.code, profile_id)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def ask(request: HttpRequest, office: Office, profile_id: UUID) -> HttpResponse:
    """For more information: the applicant gets the message, and a link to answer by."""
    return _told(request, office, profile_id, Step.ASK)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def reject(request: HttpRequest, office: Office, profile_id: UUID) -> HttpResponse:
    return _told(request, office, profile_id, Step.REJECT)


def _told(request: HttpRequest, office: Office, profile_id: UUID, step: Step) -> HttpResponse:
    profile = profile_of(office, profile_id)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        message = str(form.cleaned_data["message"])
        try:
            with transaction.atomic():
                profile = profiles.locked(office.issuer_id, profile_id)
                profiles.take_step(profile, step, actor_of(request, office), told=message)
                people = people_of(profile)
                if step is Step.ASK:
                    return_by_mail(
                        request,
                        office,
                        profile,
                        message,
                        template="more_information",
                        people=people,
                    )
                else:
                    reject_by_mail(office, profile, message, people=people)
        except ConflictError as error:
            messages.error(request, str(error))
        return redirect("application", office.code, profile_id)
    return render(
        request,
        "portal/orchestrator/merchants/message.html",
        {
            "profile": profile,
            "form": form,
            "asks": step is Step.ASK,
            "addresses": people_of(profile),
            "base": reverse("application", args=[office.code, profile.pk]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def verify(request: HttpRequest, office: Office, profile_id: UUID, section: str) -> HttpResponse:
    """What somebody found who checked a section."""
    if section not in Section.values:
        raise Http404
    with transaction.atomic():
        profile = profiles.locked(office.issuer_id, profile_id)
        form = VerifyForm(
            request.POST if request.method == "POST" else None,
            version=profile.version,
            initial={},
        )
        if request.method == "POST" and form.is_valid() and not is_stale(form, profile):
            found, note = Checked(form.cleaned_data["state"]), str(form.cleaned_data["note"])
            by = actor_of(request, office)
            profiles.verify(profile, Section(section), found, note, by)
            return redirect("application", office.code, profile_id)
    return render(
        request,
        "portal/orchestrator/merchants/verify.html",
        {
            "profile": profile,
            "sheet": sheet(profile),
            "section": Section(section),
            "form": form,
            "base": reverse("application", args=[office.code, profile.pk]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def propose(request: HttpRequest, office: Office, profile_id: UUID) -> HttpResponse:
    """Ask for its approval: once a second person has agreed, the engine registers it."""
    with transaction.atomic():
        profile = profiles.locked(office.issuer_id, profile_id)
        if profile.proposal is not None:
            return redirect("command", office.code, profile.proposal)
        told = sheet(profile)
        if profile.status != ProfileStatus.IN_REVIEW or told.missing:
            messages.error(request, _("It cannot be approved as it stands."))
            return redirect("application", office.code, profile_id)
        form = _propose_form(request, office, profile)
        if request.method == "POST" and form.is_valid() and not is_stale(form, profile):
            answer = _proposed(request, office, profile, form)
            if answer is not None:
                return answer
    return render(
        request,
        "portal/orchestrator/merchants/propose.html",
        {
            "profile": profile,
            "sheet": told,
            "form": form,
            "alike": alike(office, profile.account, profile=profile),
            "base": reverse("application", args=[office.code, profile.pk]),
        },
    )


def _propose_form(request: HttpRequest, office: Office, profile: MerchantProfile) -> ProposeForm:
    addresses = people_of(profile)
    form = ProposeForm(
        request.POST if request.method == "POST" else None,
        version=profile.version,
        initial={"owner_email": addresses[0] if addresses else ""},
    )
    offer(form, groups_of(office), currency_of_limits(office.issuer_id))
    return form


def _proposed(
    request: HttpRequest, office: Office, profile: MerchantProfile, form: ProposeForm
) -> HttpResponse | None:
    """None where it could not be: the form says why."""
    groups, amount_minor, count = limits_of(form)
    content = RegisterAcceptor(
        design=AcceptorDesign(
            name=profile.name,
            kind=profile.kind,
            account=profile.account,
            fsp=profile.fsp,
            scheme=profile.scheme,
            groups=groups,
            daily_amount_minor_max=amount_minor,
            daily_count_max=count,
        ),
        profile=str(profile.pk),
    )
    answer = prepared(request, office, form, content)
    if answer is None:
        return None
    profile.proposal = form.once
    profile.owner_email = str(form.cleaned_data["owner_email"]).lower()
    profile.save(update_fields=["proposal", "owner_email"])
    return answer


def profile_of(office: Office, profile_id: UUID) -> MerchantProfile:
    """Raises Http404, for those of another issuer too."""
    found = MerchantProfile.objects.filter(pk=profile_id, issuer_id=office.issuer_id).first()
    if found is None:
        raise Http404
    return found


def guide_of(request: HttpRequest, office: Office, profile_id: UUID) -> guide.MerchantGuide:
    by = actor_of(request, office)
    home = reverse("application", args=[office.code, profile_id])

    def submitted(profile: MerchantProfile) -> None:
        """Who wrote it down has read it: it is in review at once."""
        profiles.take_step(profile, Step.TAKE, by)

    return Guide(
        issuer_id=office.issuer_id,
        issuer=office.name,
        by=by,
        keeper=Keeper(office.issuer_id, office.person),
        is_applicant=False,
        frame="portal/orchestrator/merchants/frame.html",
        base=home,
        home=home,
        submitted=submitted,
    )
