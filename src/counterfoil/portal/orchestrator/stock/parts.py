"""What a change of many vouchers means for those in each state, and whose the money is it frees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.chart import FREED_BY
from counterfoil.money import Money
from counterfoil.portal.orchestrator.stock.counting import Owner, Part
from counterfoil.portal.words import Word, voucher_state
from counterfoil.voucher import HOLDS_VALUE, LIFTING, STOPPING, TRANSITIONS, Action, State

_NOT_HANDED_OUT: Final = gettext_lazy("it is not handed out yet")
_PAYMENT: Final = gettext_lazy("a payment for it is under way")
_OVER: Final = gettext_lazy("it is over")


@dataclass(frozen=True, slots=True)
class PartLine:
    """Vouchers of one state, and what happens to them; `why` is empty where something does."""

    state: Word
    vouchers: int
    money: Money
    is_meant: bool
    holds_value: bool
    becomes: str
    why: str


@dataclass(frozen=True, slots=True)
class Freed:
    """What becomes free, and whose it is then: the issuer's, a buyer's, or breakage."""

    whose: str
    organisation_id: int | None
    name: str
    vouchers: int
    money: Money

    @property
    def text(self) -> str:
        """Where it goes, in a few words."""
        match self.whose:
            case "buyer":
                return _("to the balance of %(name)s") % {"name": self.name}
            case "breakage":
                return _("kept as breakage, from %(name)s") % {"name": self.name}
            case _ if self.name:
                return _("to the available funds, from %(name)s") % {"name": self.name}
            case _:
                return _("to the available funds")


@dataclass(frozen=True, slots=True)
class Preview:
    """`vouchers` are changed, `others` stay as they are; `bought` are organisations' own."""

    lines: Sequence[PartLine]
    freed: Sequence[Freed]
    bought: Sequence[Freed]
    vouchers: int
    others: int
    held: int
    out: int
    money: Sequence[Money]
    is_exact: bool


def is_meant(state: State, action: Action) -> bool:
    return (state, action) in TRANSITIONS


def preview_of(parts: Sequence[Part], action: Action) -> Preview:
    meant = [part for part in parts if is_meant(part.state, action) and part.vouchers]
    frees = [part for part in meant if frees_value(action) and part.state in HOLDS_VALUE]
    vouchers = sum(part.vouchers for part in meant)
    return Preview(
        lines=_lines(parts, action),
        freed=_by(frees, whose=True),
        bought=_by((part for part in meant if part.owner.has_bought), whose=False),
        vouchers=vouchers,
        others=sum(part.vouchers for part in parts) - vouchers,
        held=sum(part.vouchers for part in meant if part.owner.is_held),
        out=sum(part.vouchers for part in meant if part.state is not State.STOCKED),
        money=_sums(meant),
        is_exact=all(part.is_exact for part in parts),
    )


def frees_value(action: Action) -> bool:
    """A replacement's goes into the new voucher."""
    return action in FREED_BY and action is not Action.REPLACE


def _lines(parts: Sequence[Part], action: Action) -> list[PartLine]:
    """One for each state and currency, whoever owns them."""
    sums: dict[tuple[State, str], tuple[int, Money]] = {}
    for part in parts:
        key = (part.state, part.money.currency)
        vouchers, money = sums.get(key, (0, Money(0, part.money.currency)))
        sums[key] = (vouchers + part.vouchers, money + part.money)
    return [
        _line(state, vouchers, money, action)
        for (state, _currency), (vouchers, money) in sorted(sums.items())
        if vouchers
    ]


def _line(state: State, vouchers: int, money: Money, action: Action) -> PartLine:
    meant = is_meant(state, action)
    return PartLine(
        voucher_state(state),
        vouchers,
        money,
        meant,
        state in HOLDS_VALUE,
        _becomes(state, action) if meant else _("stays as it is"),
        "" if meant else _why_not(state, action),
    )


def _by(parts: Iterable[Part], *, whose: bool) -> list[Freed]:
    """Added up by owner; `whose`: of what nobody bought too."""
    sums: dict[tuple[str, Owner, str], tuple[int, Money]] = {}
    for part in parts:
        bought = part.owner.has_bought
        owner = part.owner if bought else Owner()
        key = (owner.unused_value if bought else "issuer", owner, part.money.currency)
        vouchers, money = sums.get(key, (0, Money(0, part.money.currency)))
        sums[key] = (vouchers + part.vouchers, money + part.money)
    found = [
        Freed(value, owner.organisation_id, owner.name, vouchers, money)
        for (value, owner, _currency), (vouchers, money) in sums.items()
        if whose or owner.organisation_id is not None
    ]
    return sorted(found, key=lambda each: (each.name, each.whose, each.money.currency))


def _sums(parts: Iterable[Part]) -> list[Money]:
    sums: dict[str, Money] = {}
    for part in parts:
        currency = part.money.currency
        sums[currency] = sums.get(currency, Money(0, currency)) + part.money
    return [sums[currency] for currency in sorted(sums)]


def _becomes(state: State, action: Action) -> str:
    after = TRANSITIONS[state, action]
    if action is Action.EXTEND:
        return _("valid for longer")
    if action is Action.REPLACE:
        return _("cancelled, with a new one in its place")
    return _("back to what it was") if after is None else str(voucher_state(after)).lower()


def _why_not(state: State, action: Action) -> str:
    if state is State.REDEEMING:
        return str(_PAYMENT)
    if state not in HOLDS_VALUE:
        return str(_OVER)
    if state is State.STOCKED:
        return str(_NOT_HANDED_OUT)
    if action in LIFTING:
        return _("there is nothing to lift")
    if state is State.SUSPENDED:
        return _("it is suspended: lift that first")
    return _("it is blocked already") if action in STOPPING else _("that cannot happen to it")
