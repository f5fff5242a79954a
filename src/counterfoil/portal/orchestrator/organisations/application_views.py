"""An application of an organisation: its page, the guided form over it, and its steps."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.engine.commands.content import RegisterOrganisation
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, Office, office_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.applying.guide import Guide, is_stale
from counterfoil.portal.applying.links import applying_at
from counterfoil.portal.applying.reviewing import (
    prepared,
    reject_by_mail,
    return_by_mail,
    returned_to,
)
from counterfoil.portal.forms import Keeper
from counterfoil.portal.models import OrganisationProfile, OrganisationStatus, Origin
from counterfoil.portal.orchestrator.organisations.forms import MessageForm, ProposeForm
from counterfoil.portal.orchestrator.organisations.reading import alike
from counterfoil.portal.orchestrator.organisations.story import story
from counterfoil.portal.organisations import guide, profiles
from counterfoil.portal.organisations.following import follow, people_of
from counterfoil.portal.organisations.life import OVER, STEPS, Status, Step
from counterfoil.portal.organisations.reading import sheet
from counterfoil.portal.organisations.words import commission_text, organisation_status


@require_safe
@office_page(sees=EVERYONE)
def application(request: HttpRequest, office: Office, profile_id: UUID) -> HttpResponse:
    """Where it stands, what is to do next, and all that is known."""
    follow(applying_at(request, office))
    profile = profile_of(office, profile_id)
    if profile.organisation_id is not None:
        return redirect("organisation", office.code, profile.organisation_id)
    told, status = sheet(profile), Status(profile.status)
    may_act = office.may(OPERATES) and status is not Status.PROPOSED
    steps = {step for (each, step) in STEPS if each is status} if may_act else set()
    found = story(office, profile.pk, None, also=[profile.made_by])
    return render(
        request,
        "portal/orchestrator/organisations/application.html",
        {
            "profile": profile,
            "sheet": told,
            "state": organisation_status(profile.status),
            "made_by": found.names[profile.made_by],
            "alike": _alike(office, profile),
            "story": found.told,
            "base": _base(office, profile),
            "steps": {str(step) for step in steps},
            "can_propose": _can_propose(profile) and Step.PROPOSE in steps,
            "may_act": may_act,
            "may_change": may_act and status not in OVER,
            "commission": commission_text(profile.commission_points),
            "is_theirs": profile.origin == Origin.SELF,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def stage(request: HttpRequest, office: Office, profile_id: UUID, stage: str) -> HttpResponse:
    way = guide_of(request, office, profile_of(office, profile_id))
    return guide.stage_page(request, way, profile_id, stage)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def document(request: HttpRequest, office: Office, profile_id: UUID) -> HttpResponse:
    way = guide_of(request, office, profile_of(office, profile_id))
    return guide.document_page(request, way, profile_id)


@require_POST
@office_page(sees=OPERATES, acts=OPERATES)
def remove(request: HttpRequest, office: Office, profile_id: UUID, item_id: UUID) -> HttpResponse:
    way = guide_of(request, office, profile_of(office, profile_id))
    return guide.remove_document(request, way, profile_id, item_id)


@require_POST
@office_page(sees=OPERATES, acts=OPERATES)
def step(request: HttpRequest, office: Office, profile_id: UUID, step: str) -> HttpResponse:
    """The steps that say nothing to anybody: send it for them, reopen it, withdraw it."""
    steps = {"submit": Step.SUBMIT, "reopen": Step.REOPEN, "withdraw": Step.WITHDRAW}
    wanted = steps.get(step)
    if wanted is None:
        raise Http404
    with transaction.atomic():
        profile = profiles.locked(office.issuer_id, profile_id)
        if wanted is Step.SUBMIT and sheet(profile).missing:
            messages.error(request, _("Something is still missing."))
        else:
            try:
                profiles.take_step(profile, wanted, actor_of(request, office))
            except ConflictError as error:
                messages.error(request, str(error))
    return redirect("organisation-application", office.code, profile_id)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def return_it(request: HttpRequest, office: Office, profile_id: UUID) -> HttpResponse:
    """For correction: the applicant gets the message, and a link to go on by."""
    return _told(request, office, profile_id, Step.RETURN)


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
                if step is Step.RETURN:
                    return_by_mail(
                        request, office, profile, message, template="returned", people=people
                    )
                else:
                    reject_by_mail(office, profile, message, people=people)
        except ConflictError as error:
            messages.error(request, str(error))
        return redirect("organisation-application", office.code, profile_id)
    people, returns = people_of(profile), step is Step.RETURN
    return render(
        request,
        "portal/orchestrator/organisations/message.html",
        {
            "profile": profile,
            "form": form,
            "returns": returns,
            "addresses": returned_to(profile, people) if returns else people,
            "base": _base(office, profile),
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
        if not _can_propose(profile):
            messages.error(request, _("It cannot be approved as it stands."))
            return redirect("organisation-application", office.code, profile_id)
        form = ProposeForm(
            request.POST if request.method == "POST" else None,
            version=profile.version,
            initial={"commission": profile.commission_points, "notes": profile.notes},
        )
        if request.method == "POST" and form.is_valid() and not is_stale(form, profile):
            answer = _proposed(request, office, profile, form)
            if answer is not None:
                return answer
    return render(
        request,
        "portal/orchestrator/organisations/propose.html",
        {
            "profile": profile,
            "sheet": sheet(profile),
            "form": form,
            "alike": _alike(office, profile),
            "base": _base(office, profile),
        },
    )


def _can_propose(profile: OrganisationProfile) -> bool:
    """What somebody still writes by themselves is theirs until they send it."""
    is_sent = profile.status == OrganisationStatus.SUBMITTED
    is_ours = profile.status == OrganisationStatus.DRAFT and profile.origin != Origin.SELF
    return (is_sent or is_ours) and not sheet(profile).missing


def _proposed(
    request: HttpRequest, office: Office, profile: OrganisationProfile, form: ProposeForm
) -> HttpResponse | None:
    """None where it could not be: the form says why."""
    points = int(form.cleaned_data["commission"])
    content = RegisterOrganisation(
        name=profile.name, commission_points=points, profile=str(profile.pk)
    )
    answer = prepared(request, office, form, content)
    if answer is None:
        return None
    by = actor_of(request, office)
    profiles.change_terms(profile, points, str(form.cleaned_data["notes"]), by)
    profiles.take_step(profile, Step.PROPOSE, by, proposal=form.once)
    return answer


def profile_of(office: Office, profile_id: UUID) -> OrganisationProfile:
    """Raises Http404, for those of another issuer too."""
    found = OrganisationProfile.objects.filter(pk=profile_id, issuer_id=office.issuer_id).first()
    if found is None:
        raise Http404
    return found


def guide_of(
    request: HttpRequest, office: Office, profile: OrganisationProfile
) -> guide.OrganisationGuide:
    base = _base(office, profile)
    home = base
    if profile.organisation_id is not None:
        home = reverse("organisation", args=[office.code, profile.organisation_id])
    return Guide(
        issuer_id=office.issuer_id,
        issuer=office.name,
        by=actor_of(request, office),
        keeper=Keeper(office.issuer_id, office.person),
        is_applicant=False,
        frame="portal/orchestrator/organisations/frame.html",
        base=base,
        home=home,
        submitted=lambda _profile: None,
    )


def _base(office: Office, profile: OrganisationProfile) -> str:
    return reverse("organisation-application", args=[office.code, profile.pk])


def _alike(office: Office, profile: OrganisationProfile) -> list[tuple[str, str, str]]:
    """Why, name and address of each."""
    found = alike(office, profile.name, profile=profile)
    return [(each.why, each.name, each.url(office)) for each in found]
