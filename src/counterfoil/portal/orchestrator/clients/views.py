"""Calling systems: which there are, what each may do and has done, and changes of that."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import ChangeClient, CreateClient, RevokeClient
from counterfoil.errors import ConflictError
from counterfoil.portal.access import ADMINISTERS, EVERYONE, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.clients.forms import (
    ChangeClientForm,
    NewClientForm,
    ReasonForm,
)
from counterfoil.portal.orchestrator.clients.listed import CLIENTS
from counterfoil.portal.orchestrator.clients.reading import (
    WINDOW_OPERATIONS,
    client_row,
    last_operations,
    maker_of,
)
from counterfoil.portal.orchestrator.clients.words import SCOPES
from counterfoil.portal.orchestrator.commands import commands_about
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import currencies
from counterfoil.portal.orchestrator.subjects import subjects_of
from counterfoil.portal.queries import rows
from counterfoil.portal.words import action_word


@require_safe
@office_page(sees=EVERYONE)
def clients(request: HttpRequest, office: Office) -> HttpResponse:
    return render(
        request,
        "portal/orchestrator/clients/list.html",
        {
            "list": shown(request, office, CLIENTS),
            "waiting": _waiting_new(office),
            "may_change": office.may(ADMINISTERS),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def client(request: HttpRequest, office: Office, client_id: int) -> HttpResponse:
    row = client_row(office, client_id)
    maker = maker_of(office, client_id)
    commands = commands_about(office, f"client:{client_id}")
    operations = [
        (each, action_word(each.action), each.about) for each in last_operations(office, client_id)
    ]
    actors = {each.prepared_by for each in commands}
    if maker is not None:
        actors |= {maker.made_by, *maker.approved_by}
    return render(
        request,
        "portal/orchestrator/clients/client.html",
        {
            "row": row,
            "scopes": [words for scope, words in SCOPES.items() if scope in row.scopes],
            "limit": row.limit_in(office),
            "maker": maker,
            "names": names_of(sorted(actors)),
            "commands": commands,
            "operations": operations,
            "subjects": subjects_of(office, [about for _each, _word, about in operations if about]),
            "window": WINDOW_OPERATIONS,
            "may_change": office.may(ADMINISTERS),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def new_client(request: HttpRequest, office: Office) -> HttpResponse:
    taken = rows(__package__, "names", {"issuer_id": office.issuer_id})
    form = NewClientForm(
        request.POST or None,
        currencies=currencies(office),
        taken=[name for (name,) in taken],
    )
    if request.method == "POST" and form.is_valid():
        content = CreateClient(
            name=form.cleaned_data["name"],
            scopes=tuple(sorted(form.cleaned_data["scopes"])),
            unattended_minor_max=form.limit_minor,
        )
        prepared = prepared_or_told(request, office, content, form, form.cleaned_data["reason"])
        if prepared is not None:
            return prepared
    return render(request, "portal/orchestrator/clients/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def change_client(request: HttpRequest, office: Office, client_id: int) -> HttpResponse:
    row = client_row(office, client_id)
    if not row.is_active:
        return redirect("client", office.code, client_id)
    form = ChangeClientForm(request.POST or None, row=row, currencies=currencies(office))
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        content = ChangeClient(
            client_id=client_id,
            scopes=tuple(sorted(form.cleaned_data["scopes"])),
            unattended_minor_max=form.limit_minor,
        )
        prepared = prepared_or_told(request, office, content, form, form.cleaned_data["reason"])
        if prepared is not None:
            return prepared
    return render(request, "portal/orchestrator/clients/change.html", {"form": form, "row": row})


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def revoke_client(request: HttpRequest, office: Office, client_id: int) -> HttpResponse:
    row = client_row(office, client_id)
    if not row.is_active:
        return redirect("client", office.code, client_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        prepared = prepared_or_told(
            request,
            office,
            RevokeClient(client_id=client_id),
            form,
            form.cleaned_data["reason"],
        )
        if prepared is not None:
            return prepared
    return render(request, "portal/orchestrator/clients/revoke.html", {"form": form, "row": row})


def prepared_or_told(
    request: HttpRequest, office: Office, content: Content, form: OnceForm, reason: str
) -> HttpResponse | None:
    """Where it goes on; None where the form now says why it does not."""
    try:
        return prepare_command(request, office, content, command_id=form.once, reason=reason)
    except ConflictError as error:
        form.add_error(None, refusal_text(str(error)))
        return None


def _waiting_new(office: Office) -> list[tuple[UUID, str, str]]:
    """Those that are prepared and not approved yet: id, name, who prepared it."""
    found = rows(__package__, "waiting_new", {"issuer_id": office.issuer_id})
    names = names_of([by for _id, _subject, by in found])
    return [
        (command_id, subject.removeprefix("client-name:"), names[by])
        for command_id, subject, by in found
    ]
