"""The vouchers of an issuer, and one of them with its versions, stock and history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import PauseGroup, TurnGroup
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, PREPARES_STOCK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.changes import Change
from counterfoil.portal.orchestrator.commands import CommandRow, commands_about
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.stock.reading import provisions_of
from counterfoil.portal.orchestrator.subjects import subjects_of
from counterfoil.portal.orchestrator.vouchers.design import (
    Names,
    differences,
    facts,
    names_of_issuer,
)
from counterfoil.portal.orchestrator.vouchers.drafts import Draft, live_drafts
from counterfoil.portal.orchestrator.vouchers.listed import VOUCHERS
from counterfoil.portal.orchestrator.vouchers.reading import (
    CountedState,
    Deed,
    Published,
    Stock,
    accepting_today,
    counted,
    deeds,
    free_stock,
    published,
    stock_of,
    versions_of,
)
from counterfoil.portal.orchestrator.vouchers.ticket import tickets
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, group_status, voucher_state
from counterfoil.standing import GROUP_STEPS
from counterfoil.voucher import OUT, State

if TYPE_CHECKING:
    from counterfoil.engine.commands.asking import Content

_STATUSES: Final = ("open", "paused", "closed")
# Where vouchers are, in few columns; what a column is made of stands in it.
_PILES: Final = (
    (gettext_lazy("In stock"), (State.STOCKED,)),
    (gettext_lazy("In people's hands"), tuple(sorted(OUT))),
    (gettext_lazy("Redeemed"), (State.REDEEMED,)),
    (pgettext_lazy("vouchers", "Over"), (State.CANCELLED, State.EXPIRED, State.PURGED)),
)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A version, who made it and what it changed; or a turn: paused, opened again, closed."""

    at: datetime
    deed: Deed | None
    version: Published | None = None
    changes: Sequence[Change] = ()
    turned_to: str = ""


@dataclass(frozen=True, slots=True)
class StateCount:
    state: Word
    vouchers: int


@dataclass(frozen=True, slots=True)
class PileCount:
    """Vouchers of one column; `states` says of which states, where it can be more than one."""

    word: Promise
    vouchers: int
    states: list[StateCount]


@dataclass(frozen=True, slots=True)
class AmountLine:
    """Vouchers of one amount."""

    amount_minor: int
    piles: list[PileCount]
    is_low: bool


@require_safe
@office_page(sees=EVERYONE)
def vouchers(request: HttpRequest, office: Office) -> HttpResponse:
    """What is published, and above it what is being designed or waits."""
    listed = shown(request, office, VOUCHERS)
    drafts = live_drafts(office) if not listed.page.is_later else []
    elsewhere = _asked_elsewhere(office, drafts) if not listed.page.is_later else []
    return render(
        request,
        "portal/orchestrator/vouchers/list.html",
        {
            "list": listed,
            "drafts": drafts,
            "asked_elsewhere": elsewhere,
            "subjects": subjects_of(office, {row.subject for row in elsewhere if row.subject})
            if elsewhere
            else {},
            "people": names_of({row.prepared_by for row in elsewhere}) if elsewhere else {},
            "may_design": office.may(OPERATES),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def voucher_group(request: HttpRequest, office: Office, group: str) -> HttpResponse:
    versions = versions_of(office, group)
    if not versions:
        raise Http404
    current = versions[0]
    names = names_of_issuer(office.issuer_id)
    subjects = [f"group:{group}:{each.version}" for each in versions]
    history = deeds(office.issuer_id, [*subjects, *(f"group:{group}:{s}" for s in _STATUSES)])
    counts = counted(office, current.group_id)
    stock = stock_of(current, counts)
    turned = next((d for d in history if d.subject == f"group:{group}:{current.status}"), None)
    free = free_stock(office.issuer_id, [current.group_id]).get(current.group_id, ())
    low = [each for each in free if each.is_low]
    actors = {deed.actor for deed in history} | {a for d in history for a in d.approved_by}
    commands = commands_about(office, f"group:{group}")
    waiting = [row for row in commands if row.is_waiting]
    first, *others = tickets(office.name, current.design, names)
    return render(
        request,
        "portal/orchestrator/vouchers/group.html",
        {
            "group": current,
            "design": current.design,
            "state": group_status(current.status),
            "facts": facts(current.design, names),
            "ticket": first,
            "others": others,
            "turned": turned,
            "history": _history(versions, history, names),
            "amounts": _amount_lines(counts, stock, low),
            "low": low,
            "accepting": accepting_today(office.issuer_id, current.design),
            "provisions": provisions_of(office, current.group_id),
            "waiting": waiting,
            "drafts": live_drafts(office, group, commands),
            "people": names_of(actors | {row.prepared_by for row in waiting}),
            "may_design": office.may(OPERATES) and current.status != "closed",
            "may_provision": office.may(PREPARES_STOCK)
            and current.status == "open"
            and current.programme_status == "open"
            and bool(current.design.denominations),
            "steps": GROUP_STEPS[current.status] if office.may(OPERATES) else frozenset(),
        },
    )


class TurnForm(OnceForm):
    reason = ReasonField()


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def group_turn(request: HttpRequest, office: Office, group: str, status: str) -> HttpResponse:
    """Pause it at once; open it again or close it with an approval."""
    again = sent_before(request, office)
    if again is not None:
        return again
    current = published(office, group)
    if status not in _STATUSES:
        raise Http404
    if status not in GROUP_STEPS[current.status]:
        messages.info(
            request,
            _("That is not possible now: it is %(state)s.")
            % {"state": str(group_status(current.status)).lower()},
        )
        return redirect("voucher-group", office.code, group)
    form = TurnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        content: Content = (
            PauseGroup(code=group) if status == "paused" else TurnGroup(code=group, status=status)
        )
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    counts = counted(office, current.group_id)
    return render(
        request,
        "portal/orchestrator/vouchers/turn.html",
        {
            "group": current,
            "design": current.design,
            "status": status,
            "form": form,
            "stock": stock_of(current, counts),
            "out": sum(each.vouchers for each in counts if each.state in OUT),
        },
    )


def _asked_elsewhere(office: Office, drafts: list[Draft]) -> list[CommandRow]:
    """Commands about vouchers that wait, and are no draft of ours: reopening, closing, the API."""
    own = {draft.row.command_id for draft in drafts}
    found = [
        CommandRow(*row)
        for row in rows(__package__, "waiting_designs", {"issuer_id": office.issuer_id})
    ]
    return [row for row in found if row.command_id not in own]


def _history(versions: list[Published], made: list[Deed], names: Names) -> list[HistoryLine]:
    """The latest first."""
    by_subject = {deed.subject: deed for deed in made}
    before: list[Published | None] = [*versions[1:], None]
    lines = [
        HistoryLine(
            each.created_at,
            by_subject.get(f"group:{each.code}:{each.version}"),
            each,
            [] if earlier is None else differences(earlier.design, each.design, names),
        )
        for each, earlier in zip(versions, before, strict=True)
    ]
    lines += [
        HistoryLine(deed.at, deed, turned_to=status)
        for deed in made
        if (status := deed.subject.rpartition(":")[2]) in _STATUSES
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _amount_lines(
    counts: list[CountedState], stock: tuple[Stock, ...], low: list[Stock]
) -> list[AmountLine]:
    """Amounts down, where they are across."""
    number = {(each.amount_minor, each.state): each.vouchers for each in counts}
    amounts = {each.amount_minor for each in counts} | {each.amount_minor for each in stock}
    few_of = {each.amount_minor for each in low}
    return [
        AmountLine(amount, [_pile(number, amount, *pile) for pile in _PILES], amount in few_of)
        for amount in sorted(amounts)
    ]


def _pile(
    number: Mapping[tuple[int, State], int], amount: int, word: Promise, states: tuple[State, ...]
) -> PileCount:
    counts = [
        StateCount(voucher_state(state), number[amount, state])
        for state in states
        if number.get((amount, state))
    ]
    vouchers = sum(each.vouchers for each in counts)
    return PileCount(word, vouchers, counts if len(states) > 1 else [])
