"""What administrators do about people: invite them, give and take roles, close the account."""

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from counterfoil.errors import ConflictError
from counterfoil.portal.access import ADMINISTERS, Office, office_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.door.invitations import send_invitation, tell_second_factor_reset
from counterfoil.portal.models import Role, portal_settings
from counterfoil.portal.orchestrator.people.forms import InviteForm, RolesForm, WhyForm
from counterfoil.portal.orchestrator.people.reading import PersonRow, person_here, person_row
from counterfoil.portal.people import (
    Invitation,
    OfficeGrant,
    change_roles,
    deactivate,
    end_sessions,
    invite,
    link_path,
    reset_second_factor,
)
from counterfoil.portal.trail import address_of, record

_SENT_SECONDS = 3600


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS, asks_again=True)
def invite_person(request: HttpRequest, office: Office) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        roles = [Role(role) for role in form.cleaned_data["roles"]]
        grants = [OfficeGrant(role, office.issuer_id) for role in roles]
        actor = actor_of(request, office)
        try:
            with transaction.atomic():
                invitation = invite(
                    form.cleaned_data["email"], grants, actor, name=form.cleaned_data["name"]
                )
                if cache.add(f"invitation:{form.once}", "sent", timeout=_SENT_SECONDS):
                    _send(request, office, invitation, [str(role.label) for role in roles])
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            return redirect("person", office.code, invitation.person.pk)
    return render(request, "portal/orchestrator/people/invite.html", {"form": form})


@require_POST
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def invite_again(request: HttpRequest, office: Office, person_id: int) -> HttpResponseRedirect:
    """For who has not come in within three days."""
    row, person = person_row(office, person_id), person_here(office, person_id)
    if person.is_active and not person.has_usable_password():
        _send(request, office, Invitation(person, link_path(person)), row.role_words)
    return redirect("person", office.code, person_id)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS, asks_again=True)
def roles(request: HttpRequest, office: Office, person_id: int) -> HttpResponse:
    row = person_row(office, person_id)
    seen = " ".join(row.roles)
    form = RolesForm(request.POST or None, initial={"seen": seen, "roles": row.roles})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["seen"] != seen:
            messages.warning(
                request, _("Somebody else has changed these roles just now: look again.")
            )
            kept = {"seen": seen, "roles": row.roles, "reason": form.cleaned_data["reason"]}
            form = RolesForm(initial=kept)
        elif _changed(request, office, person_id, form):
            messages.success(request, _("The roles are changed."))
            return redirect("person", office.code, person_id)
    return _asked(request, "roles", row, form)


@require_POST
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def end_all_sessions(request: HttpRequest, office: Office, person_id: int) -> HttpResponseRedirect:
    person = person_here(office, person_id)
    end_sessions(person)
    record(
        office.issuer_id,
        office.actor,
        "person.sessions_ended",
        subject=person.actor,
        address=address_of(request),
    )
    messages.success(request, _("They are signed out everywhere."))
    return redirect("person", office.code, person_id)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS, asks_again=True)
def second_factor(request: HttpRequest, office: Office, person_id: int) -> HttpResponse:
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = person_here(office, person_id)
        try:
            with transaction.atomic():
                reset_second_factor(
                    person,
                    office.issuer_id,
                    by=actor_of(request, office),
                    reason=form.cleaned_data["reason"],
                )
                tell_second_factor_reset(
                    request,
                    person,
                    issuer_id=office.issuer_id,
                    administrator=office.person.shown,
                )
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is set up anew at the next sign-in."))
            return redirect("person", office.code, person_id)
    return _asked(request, "second_factor", person_row(office, person_id), form)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS, asks_again=True)
def deactivation(request: HttpRequest, office: Office, person_id: int) -> HttpResponse:
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deactivate(
                person_here(office, person_id),
                office.issuer_id,
                by=actor_of(request, office),
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("They cannot do anything here any more."))
            return redirect("people", office.code)
    return _asked(request, "deactivate", person_row(office, person_id), form)


def _changed(request: HttpRequest, office: Office, person_id: int, form: RolesForm) -> bool:
    try:
        change_roles(
            person_here(office, person_id),
            office.issuer_id,
            {Role(role) for role in form.cleaned_data["roles"]},
            by=actor_of(request, office),
            reason=form.cleaned_data["reason"],
        )
    except ConflictError as error:
        form.add_error(None, str(error))
        return False
    return True


def _send(
    request: HttpRequest, office: Office, invitation: Invitation, role_words: list[str]
) -> None:
    record(
        office.issuer_id,
        office.actor,
        "person.invited",
        subject=invitation.person.actor,
        address=address_of(request),
    )
    send_invitation(
        request,
        invitation,
        issuer_id=office.issuer_id,
        place=office.name,
        roles=", ".join(role_words),
        inviter=office.person.shown,
        language=portal_settings(office.issuer_id).language,
    )
    messages.success(request, _("The invitation is on its way. Its link works for three days."))


def _asked(
    request: HttpRequest, page: str, row: PersonRow, form: WhyForm | RolesForm
) -> HttpResponse:
    template = f"portal/orchestrator/people/{page}.html"
    return render(request, template, {"form": form, "row": row})
