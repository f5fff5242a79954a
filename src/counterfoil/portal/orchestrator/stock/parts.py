"""What a change of many vouchers means for those in each state, and the money it frees."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from counterfoil.chart import FREED_BY
from counterfoil.money import Money
from counterfoil.portal.orchestrator.stock.reading import Part
from counterfoil.portal.words import Word, voucher_state
from counterfoil.voucher import HOLDS_VALUE, TRANSITIONS, Action


@dataclass(frozen=True, slots=True)
class PartLine:
    """Vouchers of one state, and what happens to them."""

    state: Word
    part: Part
    is_meant: bool
    becomes: str

    @classmethod
    def of(cls, part: Part, action: Action) -> Self:
        meant = is_meant(part, action)
        return cls(voucher_state(part.state), part, meant, _becomes(part, action, meant=meant))


def is_meant(part: Part, action: Action) -> bool:
    return (part.state, action) in TRANSITIONS


def money_freed(parts: Iterable[Part], action: Action, currency: str) -> Money:
    """What goes back to the available funds."""
    return sum(
        (
            part.money
            for part in parts
            if action in FREED_BY and part.state in HOLDS_VALUE and is_meant(part, action)
        ),
        start=Money(0, currency),
    )


def _becomes(part: Part, action: Action, *, meant: bool) -> str:
    if not meant:
        return _("stays as it is")
    after = TRANSITIONS[part.state, action]
    return _("back to what it was") if after is None else str(voucher_state(after)).lower()
