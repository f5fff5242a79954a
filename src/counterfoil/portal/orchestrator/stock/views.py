"""Provisions: how far each is made and handed out, paused, resumed, and what is left cancelled."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import TurnProvision
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, PREPARES_STOCK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import commands_about
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.stock.counting import shares_of
from counterfoil.portal.orchestrator.stock.listed import PROVISIONS, refusals
from counterfoil.portal.orchestrator.stock.ranges import ranges_of_provision
from counterfoil.portal.orchestrator.stock.reading import (
    bulk_of,
    bulks_of,
    paused_by,
    provision_of,
)
from counterfoil.portal.orchestrator.vouchers.act_pages import act_page
from counterfoil.portal.orchestrator.vouchers.reading import published_or_none
from counterfoil.portal.orchestrator.vouchers.selecting import of_provision
from counterfoil.portal.orchestrator.vouchers.steps import CANCEL


class TurnForm(OnceForm):
    reason = ReasonField()


@require_safe
@office_page(sees=EVERYONE)
def provisions(request: HttpRequest, office: Office) -> HttpResponse:
    return render(
        request,
        "portal/orchestrator/stock/list.html",
        {
            "list": shown(request, office, PROVISIONS),
            "may_provision": office.may(PREPARES_STOCK),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def provision(request: HttpRequest, office: Office, provision_id: int) -> HttpResponse:
    row = provision_of(office, provision_id)
    if request.headers.get("HX-Request"):
        return render(request, "portal/orchestrator/stock/progress.html", {"provision": row})
    waiting = [
        each for each in commands_about(office, f"provision:{provision_id}") if each.is_waiting
    ]
    paused = paused_by(office, row)
    group = published_or_none(office.issuer_id, row.group_code, row.group_version)
    may_act = office.may(PREPARES_STOCK) and row.is_counted
    return render(
        request,
        "portal/orchestrator/stock/provision.html",
        {
            "provision": row,
            "group": group,
            "waiting": waiting,
            "bulks": bulks_of(office, provision_id),
            "shares": shares_of(office.issuer_id, row),
            "list": shown(request, office, ranges_of_provision(row)),
            "people": names_of(
                {each.prepared_by for each in waiting}
                | ({row.actor} if row.actor else set())
                | ({paused.actor, *paused.approved_by} if paused else set())
            ),
            "paused": paused,
            "may_pause": may_act and row.status in {"running", "ready"},
            "may_resume": may_act and row.status == "paused",
            "may_cancel": may_act and row.created > 0,
            "may_change": office.may(OPERATES) and row.created > 0,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK)
def provision_turn(
    request: HttpRequest, office: Office, provision_id: int, turn: str
) -> HttpResponse:
    """Pause it, or let it go on: at once, with a reason."""
    row = provision_of(office, provision_id)
    pauses = turn == "pause"
    if turn not in {"pause", "resume"}:
        raise Http404
    again = sent_before(request, office)
    if again is not None:
        return again
    if pauses == (row.status == "paused") or row.status == "cancelled":
        messages.info(request, _("It is %(state)s already.") % {"state": str(row.state).lower()})
        return redirect("provision", office.code, provision_id)
    form = TurnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request,
                office,
                TurnProvision(provision_id=provision_id, paused=pauses),
                command_id=form.once,
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/stock/turn.html",
        {"provision": row, "pauses": pauses, "form": form},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK, asks_again=True)
def provision_cancel(request: HttpRequest, office: Office, provision_id: int) -> HttpResponse:
    """All of it that is not over yet, whoever holds it: what that frees is shown first."""
    again = sent_before(request, office)
    if again is not None:
        return again
    return act_page(request, office, CANCEL, of_provision(office, provision_id))


@require_safe
@office_page(sees=EVERYONE)
def bulk(request: HttpRequest, office: Office, bulk_id: int) -> HttpResponse:
    """A change of many vouchers: how far it is, and which could not be changed."""
    row = bulk_of(office, bulk_id)
    if request.headers.get("HX-Request"):
        return render(request, "portal/orchestrator/stock/bulk_progress.html", {"bulk": row})
    listed = shown(request, office, refusals(bulk_id))
    return render(
        request,
        "portal/orchestrator/stock/bulk.html",
        {"bulk": row, "list": listed, "people": names_of([row.actor])},
    )
