"""What is there of every voucher and amount, in which state and worth how much, and for whom it is:
from counts and cursors, never by going through vouchers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, OPERATES, PREPARES_STOCK, Office, office_page
from counterfoil.portal.exporting.columns import Column, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted, shown
from counterfoil.portal.orchestrator.stock.reading import provisions_of
from counterfoil.portal.orchestrator.vouchers.design import names_of_issuer
from counterfoil.portal.pager import Key, Order, Part, keyed
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, group_status, voucher_state
from counterfoil.voucher import OUT, State

LOW_MAX: Final = 12  # of what runs low, above the list
_KEY_PARTS: Final = 4
_FIRST: Final[dict[str, Part]] = {
    "after_number": -(2**63 - 1),
    "after_text": "",
    "after_group": 0,
    "after_amount": 0,
}
_PARTS: Final = 6  # of a total: all that is in stock, and what it is made of
_NOBODYS: Final = 3  # free, paused, expired
_OVER: Final = (State.CANCELLED, State.EXPIRED, State.PURGED)


@dataclass(frozen=True, slots=True)
class StateCount:
    """Vouchers of one amount in one state."""

    state: State
    vouchers: int
    money: Money

    @property
    def word(self) -> Word:
        return voucher_state(self.state)


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """One amount of a voucher; or, with the amount 0, all that was made of it on demand.

    Of what is `stocked` some is `free`: it can be handed out or sold now. Some is `paused` or
    `expired` and nobody gets it; some is `held` for purchases that are not paid yet, and some is
    `owned` by organisations that have not handed it out.
    """

    group_id: int
    code: str
    name: str
    status: str
    version: int
    programme: str
    programme_name: str
    currency: str
    amount_minor: int
    amount_minor_max: int | None
    restock_level: int | None
    counts: Sequence[Sequence[int]]
    stocked: int
    free: int
    paused: int
    expired: int
    held: int
    owned: int
    is_low: bool
    key: Key

    @property
    def is_on_demand(self) -> bool:
        return not self.amount_minor

    @property
    def state(self) -> Word:
        return group_status(self.status)

    @property
    def worth(self) -> Money:
        return self.money_of(self.stocked)

    @property
    def states(self) -> list[StateCount]:
        return [
            StateCount(State(state), vouchers, Money(minor, self.currency))
            for state, vouchers, minor in self.counts
        ]

    @property
    def out(self) -> int:
        return self._of(OUT)

    @property
    def redeemed(self) -> int:
        return self._of((State.REDEEMED,))

    @property
    def over(self) -> int:
        return self._of(_OVER)

    def money_of(self, vouchers: int) -> Money:
        """Of vouchers of its amount."""
        return Money(self.amount_minor * vouchers, self.currency)

    def _of(self, states: Iterable[int]) -> int:
        return sum(vouchers for state, vouchers, _minor in self.counts if state in states)


@dataclass(frozen=True, slots=True)
class Total:
    """What is in stock in one currency: all of it, and the parts of it."""

    stocked: int
    free: int
    paused: int
    expired: int
    held: int
    owned: int
    worth: Money
    free_worth: Money
    paused_worth: Money
    expired_worth: Money
    held_worth: Money
    owned_worth: Money


@dataclass(frozen=True, slots=True)
class VersionLine:
    """Stock of one version and amount. `is_exact` is false where some of what is there by the
    cursors was cancelled in stock.
    """

    version: int
    amount: Money
    free: int
    paused: int
    expired: int
    held: int
    owned: int
    is_exact: bool

    @property
    def worth(self) -> Money:
        stocked = self.free + self.paused + self.expired + self.held + self.owned
        return Money(self.amount.amount_minor * stocked, self.amount.currency)


class InventoryFilter(ListForm):
    orders: ClassVar = (
        Order("name", _("By programme and voucher"), _FIRST),
        Order("free", _("Least free first"), _FIRST),
        Order("worth", _("Most worth in stock first"), _FIRST),
    )
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    name = forms.CharField(
        label=_("Voucher, by name or code"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.TypedChoiceField(
        label=_("State"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Any")), *((each.value, voucher_state(each).text) for each in State)],
    )

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data, office)
        names = names_of_issuer(office.issuer_id)
        choices = [("", gettext("Any")), *names.programmes.items()]
        cast("forms.ChoiceField", self.fields["programme"]).choices = choices


def _lines(office: Office, asked: Wanted) -> list[InventoryLine]:
    found = _read(office, asked, group_code=None, is_low=False)
    state = asked.filters["state"]
    if state is None:
        return found
    return [replace(line, counts=[c for c in line.counts if c[0] == state]) for line in found]


def low_lines(office: Office) -> list[InventoryLine]:
    """What runs low, least first; one more than is shown."""
    filters = {"programme": None, "name": None, "state": None}
    asked = Wanted(filters, "free", _FIRST, LOW_MAX + 1)
    return _read(office, asked, group_code=None, is_low=True)


def lines_of_group(office: Office, code: str) -> list[InventoryLine]:
    """By amount. Raises Http404 where nothing of it was ever in stock, nor can be."""
    filters = {"programme": None, "name": None, "state": None}
    found = _read(office, Wanted(filters, "name", _FIRST, 1000), group_code=code, is_low=False)
    if not found:
        raise Http404
    return found


def totals_of(office: Office) -> list[Total]:
    found = rows(__package__, "inventory_totals", {"issuer_id": office.issuer_id})
    return [
        Total(*numbers[:_PARTS], *(Money(minor, currency) for minor in numbers[_PARTS:]))
        for currency, *numbers in found
    ]


def versions_of(office: Office, lines: Sequence[InventoryLine]) -> list[VersionLine]:
    """Of one voucher, whose amounts the lines are; the latest first."""
    group_id, currency = lines[0].group_id, lines[0].currency
    found = rows(
        __package__, "versions_of_group", {"issuer_id": office.issuer_id, "group_id": group_id}
    )
    nobodys = {line.amount_minor: line.free + line.paused + line.expired for line in lines}
    behind: Counter[int] = Counter()
    for _version, amount_minor, *parts in found:
        behind[amount_minor] += sum(parts[:_NOBODYS])
    return [
        VersionLine(
            version,
            Money(amount_minor, currency),
            free,
            paused,
            expired,
            held,
            owned,
            is_exact=behind[amount_minor] == nobodys.get(amount_minor, 0),
        )
        for version, amount_minor, free, paused, expired, held, owned in found
    ]


def _read(
    office: Office, asked: Wanted, *, group_code: str | None, is_low: bool
) -> list[InventoryLine]:
    found = rows(
        __package__,
        "inventory_page",
        {
            **asked.parameters,
            "issuer_id": office.issuer_id,
            "group_code": group_code,
            "is_low": is_low,
        },
    )
    return [InventoryLine(*keyed(row, parts=_KEY_PARTS)) for row in found]


# ------------------------------------------------------------------- as a file


def _by_state(line: InventoryLine) -> Iterable[InventoryLine]:
    """A line of a file for each state; one where there is nothing in any."""
    return [replace(line, counts=[each]) for each in line.counts] or [line]


def _state(line: InventoryLine) -> StateCount | None:
    return line.states[0] if line.counts else None


def _stocked(line: InventoryLine, vouchers: int) -> int | None:
    """Beside what is in stock alone."""
    found: Any = line.counts
    return vouchers if found and found[0][0] == State.STOCKED else None


def _word(line: InventoryLine) -> str:
    found = _state(line)
    return str(voucher_state(State.STOCKED) if found is None else found.word)


def _vouchers(line: InventoryLine) -> int:
    found = _state(line)
    return 0 if found is None else found.vouchers


def _worth(line: InventoryLine) -> Money:
    found = _state(line)
    return Money(0, line.currency) if found is None else found.money


COLUMNS: Final[tuple[Column[InventoryLine], ...]] = (
    text(_("Programme"), lambda line: line.programme_name),
    text(_("Voucher"), lambda line: line.name),
    text(_("Code"), lambda line: line.code),
    number(_("Only version"), lambda line: line.version if line.version == 1 else None),
    money(_("Amount"), lambda line: None if line.is_on_demand else line.money_of(1)),
    text(_("State"), _word),
    number(_("Vouchers"), _vouchers),
    money(_("Worth"), _worth),
    number(_("Free"), lambda line: _stocked(line, line.free)),
    number(_("Paused"), lambda line: _stocked(line, line.paused)),
    number(_("No longer valid"), lambda line: _stocked(line, line.expired)),
    number(_("Held for purchases"), lambda line: _stocked(line, line.held)),
    number(_("Of organisations"), lambda line: _stocked(line, line.owned)),
)
INVENTORY: Final = Listing(
    name="inventory", form=InventoryFilter, read=_lines, columns=COLUMNS, spread=_by_state
)


# ------------------------------------------------------------------------ pages


@require_safe
@office_page(sees=EVERYONE)
def stock(request: HttpRequest, office: Office) -> HttpResponse:
    """What runs low first, then all there is."""
    listed = shown(request, office, INVENTORY)
    is_whole = not (listed.page.is_later or listed.form.is_filtered)
    low = low_lines(office) if is_whole else []
    return render(
        request,
        "portal/orchestrator/stock/inventory.html",
        {
            "list": listed,
            "low": low[:LOW_MAX],
            "is_more_low": len(low) > LOW_MAX,
            "totals": totals_of(office) if is_whole else [],
            "may_provision": office.may(PREPARES_STOCK),
        },
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, INVENTORY)


@require_safe
@office_page(sees=EVERYONE)
def group_stock(request: HttpRequest, office: Office, group: str) -> HttpResponse:
    """One voucher: by amount and state, and what is in stock by version."""
    lines = lines_of_group(office, group)
    versions = versions_of(office, lines)
    provisions = provisions_of(office, lines[0].group_id)
    return render(
        request,
        "portal/orchestrator/stock/group.html",
        {
            "group": lines[0],
            "lines": lines,
            "total": _total(lines),
            "versions": versions,
            "is_exact": all(each.is_exact for each in versions),
            "provisions": provisions,
            "may_provision": office.may(PREPARES_STOCK) and lines[0].status == "open",
            "may_act": office.may(OPERATES),
        },
    )


def _total(lines: Sequence[InventoryLine]) -> Total:
    stocks = [(e.stocked, e.free, e.paused, e.expired, e.held, e.owned) for e in lines]
    worths = [
        [line.money_of(each) for each in stock] for line, stock in zip(lines, stocks, strict=True)
    ]
    zero = Money(0, lines[0].currency)
    return Total(
        *(sum(each) for each in zip(*stocks, strict=True)),
        *(sum(each, start=zero) for each in zip(*worths, strict=True)),
    )
