"""The key of a calling system. It is made here, shown on this one answer, and only its digest goes
anywhere: not in an address, a session, a log or the trail.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import ReplaceClientKey, SetClientKey
from counterfoil.errors import ConflictError
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.portal.access import ADMINISTERS, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.orchestrator.clients.forms import KeyForm, ReasonForm
from counterfoil.portal.orchestrator.clients.reading import client_row
from counterfoil.portal.orchestrator.clients.views import prepared_or_told
from counterfoil.portal.orchestrator.commands import commands_by_id


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_page(sees=ADMINISTERS, acts=ADMINISTERS, asks_again=True)
@sensitive_variables("key")
def make_key(request: HttpRequest, office: Office, client_id: int) -> HttpResponse:
    row = client_row(office, client_id)
    if not row.is_active or row.has_key:
        return redirect("client", office.code, client_id)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = new_api_key()
        content = SetClientKey(client_id=client_id, key_digest=api_key_digest(key))
        try:
            prepare_command(request, office, content, command_id=form.once)
        except ConflictError:
            form.add_error(
                None,
                _(
                    "A key was made with this form already, and shown once. If nobody has it,"
                    " replace it."
                ),
            )
        else:
            return render(
                request,
                "portal/orchestrator/clients/key.html",
                {
                    "row": row,
                    "key": key,
                    "command_id": form.once,
                    "address": request.build_absolute_uri("/api/v1/groups"),
                },
            )
    return render(request, "portal/orchestrator/clients/make_key.html", {"form": form, "row": row})


@require_safe
@office_page(sees=ADMINISTERS)
def key_state(
    request: HttpRequest, office: Office, client_id: int, command_id: UUID
) -> HttpResponse:
    """Whether a key that was just made counts: a part of the page that shows it."""
    found = commands_by_id(office, [command_id])
    if not found or found[0].subject != f"client:{client_id}":
        raise Http404
    return render(request, "portal/orchestrator/clients/key_state.html", {"row": found[0]})


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def replace_key(request: HttpRequest, office: Office, client_id: int) -> HttpResponse:
    row = client_row(office, client_id)
    if not row.is_active or not row.has_key:
        return redirect("client", office.code, client_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        prepared = prepared_or_told(
            request,
            office,
            ReplaceClientKey(client_id=client_id),
            form,
            form.cleaned_data["reason"],
        )
        if prepared is not None:
            return prepared
    return render(
        request, "portal/orchestrator/clients/replace_key.html", {"form": form, "row": row}
    )
