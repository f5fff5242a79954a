"""An organisation that is registered: its page, and what is asked for about it. Each change is a
command that the engine carries out; most wait for a second person.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.engine.commands.content import ChangeOrganisation
from counterfoil.engine.organisations import Organisation
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, OPERATES, Office, office_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.applying.links import applying_at
from counterfoil.portal.applying.reviewing import prepared
from counterfoil.portal.applying.story import Asked
from counterfoil.portal.listing import shown
from counterfoil.portal.models import (
    OrganisationProfile,
    OrganisationRoleName,
    OrganisationStatus,
    Origin,
)
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.organisations.acts import STANDING
from counterfoil.portal.orchestrator.organisations.forms import ManagerForm, ReasonForm, TermsForm
from counterfoil.portal.orchestrator.organisations.reading import (
    Turned,
    open_purchases,
    organisation_of,
    people_of,
    purchases_of,
)
from counterfoil.portal.orchestrator.organisations.story import story
from counterfoil.portal.organisations import profiles
from counterfoil.portal.organisations.following import follow, invite_to_organisation
from counterfoil.portal.organisations.reading import Sheet, balances, sheet
from counterfoil.portal.organisations.statement import latest, statement_of
from counterfoil.portal.organisations.words import organisation_status, percent_text

_ENTRIES_SHOWN: Final = 8
_TURNS: Final = frozenset({"suspend_organisation", "turn_organisation"})


@require_safe
@office_page(sees=EVERYONE)
def organisation(request: HttpRequest, office: Office, organisation_id: int) -> HttpResponse:
    """Where it stands, what is to do next, its money, what is known of it, and its story."""
    found, since, profile_id = organisation_of(office.issuer_id, organisation_id)
    if profile_id is None:  # or it was registered this moment
        follow(applying_at(request, office))
        found, since, profile_id = organisation_of(office.issuer_id, organisation_id)
    told = story(office, profile_id, organisation_id)
    why = None if found.status == "approved" else _turned(told.commands)
    people = people_of(office.issuer_id, organisation_id)
    acts = [each for each in STANDING.values() if found.status in each.since]
    may_operate = office.may(OPERATES)
    return render(
        request,
        "portal/orchestrator/organisations/organisation.html",
        {
            "organisation": found,
            "since": since,
            "standing": organisation_status(found.status),
            "turned": why,
            "names": told.names,
            "commission_percent": percent_text(found.commission_points),
            "balances": balances(office.issuer_id, [organisation_id]),
            "entries": latest(office, organisation_id, rows_max=_ENTRIES_SHOWN),
            "sheet": _sheet(office, profile_id),
            "base": _base(office, profile_id),
            "people": people,
            "purchases": purchases_of(office, organisation_id),
            "has_manager": any(OrganisationRoleName.MANAGER in each.roles for each in people),
            "waiting": told.waiting,
            "story": told.told,
            "acts": [each for each in acts if each.code != "close"] if may_operate else [],
            "closes": may_operate and any(each.code == "close" for each in acts),
            "may_change": may_operate and found.status != "closed",
            "may_move": office.may(HANDLES_MONEY),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def statement(request: HttpRequest, office: Office, organisation_id: int) -> HttpResponse:
    """What came in, what was charged, what was paid back or given back."""
    found, _since, _profile_id = organisation_of(office.issuer_id, organisation_id)
    return render(
        request,
        "portal/orchestrator/organisations/statement.html",
        {
            "organisation": found,
            "balances": balances(office.issuer_id, [organisation_id]),
            "list": shown(request, office, statement_of(organisation_id)),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def standing(request: HttpRequest, office: Office, organisation_id: int, act: str) -> HttpResponse:
    """Suspend, reinstate or close."""
    found, _since, _profile_id = organisation_of(office.issuer_id, organisation_id)
    wanted = STANDING.get(act)
    if wanted is None:
        raise Http404
    sent = sent_before(request, office)
    if sent is not None:
        return sent
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if found.status not in wanted.since:
        messages.info(request, _("That is so already, or cannot be done from where it stands."))
        return redirect("organisation", office.code, organisation_id)
    still_open = open_purchases(office, organisation_id) if act == "close" else []
    if request.method == "POST" and form.is_valid() and not still_open:
        answer = prepared(request, office, form, wanted.content(organisation_id))
        if answer is not None:
            return answer
    return render(
        request,
        "portal/orchestrator/organisations/act.html",
        {
            "organisation": found,
            "act": wanted,
            "title": str(wanted.title) % {"name": found.name},
            "form": form,
            "balances": balances(office.issuer_id, [organisation_id]),
            "still_open": still_open,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def terms(request: HttpRequest, office: Office, organisation_id: int) -> HttpResponse:
    """Its name on papers, and the commission it pays."""
    found, _since, _profile_id = organisation_of(office.issuer_id, organisation_id)
    form = TermsForm(
        request.POST if request.method == "POST" else None,
        version=found.changed_version,
        initial={"name": found.name, "commission": found.commission_points},
    )
    if found.status == "closed":
        messages.info(request, _("It is closed: nothing of it changes any more."))
        return redirect("organisation", office.code, organisation_id)
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        points = int(form.cleaned_data["commission"])
        if (form.cleaned_data["name"], points) == (found.name, found.commission_points):
            form.add_error(None, _("Nothing is different yet."))
        else:
            content = ChangeOrganisation(
                organisation_id=organisation_id,
                expected_version=found.changed_version,
                name=form.cleaned_data["name"],
                commission_points=points,
            )
            answer = prepared(request, office, form, content)
            if answer is not None:
                return answer
    return render(
        request,
        "portal/orchestrator/organisations/terms.html",
        {"organisation": found, "form": form},
    )


@require_POST
@office_page(sees=OPERATES, acts=OPERATES)
def begin_profile(request: HttpRequest, office: Office, organisation_id: int) -> HttpResponse:
    """For one that was registered without: from now on there is more to know of it."""
    found, _since, profile_id = organisation_of(office.issuer_id, organisation_id)
    if profile_id is None:
        profile_id = _profile_for(request, office, found)
    return redirect("organisation-application-stage", office.code, profile_id, "organisation")


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def invite(request: HttpRequest, office: Office, organisation_id: int) -> HttpResponse:
    """Let a manager in."""
    found, _since, profile_id = organisation_of(office.issuer_id, organisation_id)
    told = _sheet(office, profile_id)
    form = ManagerForm(
        request.POST if request.method == "POST" else None,
        initial={"email": told.profile.contact_email if told else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                invite_to_organisation(
                    applying_at(request, office),
                    organisation_id,
                    found.name,
                    str(form.cleaned_data["email"]).lower(),
                    OrganisationRoleName.MANAGER,
                    actor_of(request, office),
                )
        except ConflictError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("organisation", office.code, organisation_id)
    return render(
        request,
        "portal/orchestrator/organisations/manager.html",
        {"organisation": found, "form": form},
    )


def _turned(commands: Sequence[Asked]) -> Turned | None:
    """The last time somebody asked for the standing it has; the latest come first."""
    done = (each for each in commands if each.kind in _TURNS and each.status == "done")
    last = next(done, None)
    if last is None or last.finished_at is None:
        return None
    return Turned(last.finished_at, last.prepared_by, last.reason)


def _sheet(office: Office, profile_id: UUID | None) -> Sheet | None:
    if profile_id is None:
        return None
    return sheet(OrganisationProfile.objects.get(pk=profile_id, issuer_id=office.issuer_id))


def _base(office: Office, profile_id: UUID | None) -> str:
    if profile_id is None:
        return ""
    return reverse("organisation-application", args=[office.code, profile_id])


def _profile_for(request: HttpRequest, office: Office, found: Organisation) -> UUID:
    by = actor_of(request, office)
    profile, is_new = OrganisationProfile.objects.get_or_create(
        issuer_id=office.issuer_id,
        organisation_id=found.organisation_id,
        defaults={
            "kind": "other",
            "status": OrganisationStatus.APPROVED,
            "origin": Origin.API,
            "made_by": by.name,
            "changed_by": by.name,
            "name": found.name,
            "registered_name": found.name,
            "commission_points": found.commission_points,
        },
    )
    if is_new:
        profiles.tell_begun(profile, by)
    return profile.id
