"""Provisions: how far each is made and handed out, paused, resumed, and what is left cancelled."""

from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import ChangeVouchers, TurnProvision
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, PREPARES_STOCK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import commands_about
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.stock.parts import PartLine, is_meant, money_freed
from counterfoil.portal.orchestrator.stock.reading import (
    bulk_of,
    bulks_of,
    parts_of_provision,
    paused_by,
    provision_of,
    provisions_page,
    refusals_of,
)
from counterfoil.portal.orchestrator.vouchers.reading import published_or_none
from counterfoil.portal.pager import key_after, page_of
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.words import provision_status
from counterfoil.voucher import Action

_STATUSES: Final = ("running", "ready", "paused", "cancelled")
_LAST: Final = 2**31 - 1


class FilterForm(forms.Form):
    group = forms.CharField(
        label=gettext_lazy("Voucher, by name or code"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("Any")), *((s, str(provision_status(s))) for s in _STATUSES)],
    )


class TurnForm(OnceForm):
    reason = ReasonField()


@require_safe
@office_page(sees=EVERYONE)
def stock(request: HttpRequest, office: Office) -> HttpResponse:
    form = FilterForm(request.GET)
    form.is_valid()
    (before,) = key_after(request, (_LAST,))
    found = provisions_page(
        office,
        group=form.cleaned_data.get("group") or None,
        status=form.cleaned_data.get("status") or None,
        before=int(str(before)),
    )
    page = page_of(request, found, lambda row: (row.provision_id,))
    return render(
        request,
        "portal/orchestrator/stock/list.html",
        {
            "page": page,
            "form": form,
            "filtered": any(form.cleaned_data.values()),
            "people": names_of({row.actor for row in page.rows if row.actor}),
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
            "people": names_of(
                {each.prepared_by for each in waiting}
                | ({row.actor} if row.actor else set())
                | ({paused.actor, *paused.approved_by} if paused else set())
            ),
            "paused": paused,
            "may_pause": may_act and row.status in {"running", "ready"},
            "may_resume": may_act and row.status == "paused",
            "may_cancel": may_act and row.created > 0,
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
    row = provision_of(office, provision_id)
    content = ChangeVouchers(action=Action.CANCEL.word, provision_id=provision_id)
    form = TurnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    parts = parts_of_provision(office, row)
    return render(
        request,
        "portal/orchestrator/stock/cancel.html",
        {
            "provision": row,
            "lines": [PartLine.of(part, Action.CANCEL) for part in parts],
            "frees": money_freed(parts, Action.CANCEL, row.currency),
            "vouchers": sum(part.vouchers for part in parts if is_meant(part, Action.CANCEL)),
            "is_exact": all(part.is_exact for part in parts),
            "form": form,
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def bulk(request: HttpRequest, office: Office, bulk_id: int) -> HttpResponse:
    """A change of many vouchers: how far it is, and which could not be changed."""
    row = bulk_of(office, bulk_id)
    if request.headers.get("HX-Request"):
        return render(request, "portal/orchestrator/stock/bulk_progress.html", {"bulk": row})
    (after,) = key_after(request, (0,))
    page = page_of(
        request, refusals_of(office, bulk_id, int(str(after))), lambda each: (each.serial,)
    )
    return render(
        request,
        "portal/orchestrator/stock/bulk.html",
        {"bulk": row, "page": page, "people": names_of([row.actor])},
    )
