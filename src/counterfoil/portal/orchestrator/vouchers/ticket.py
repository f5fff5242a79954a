"""The voucher as its holder will see it, with a code that is none."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from counterfoil.engine.groups import GroupDesign
from counterfoil.portal.orchestrator.vouchers.design import (
    Names,
    accepted_text,
    validity_text,
)

_SPECIMEN: Final = "SPECIMEN"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`amount_minor` is None where the design has none yet, or takes any."""

    issuer: str
    name: str
    description: str
    amount_minor: int | None
    currency: str
    picture: str | None
    validity: str
    accepted: str

    @property
    def code(self) -> SafeString:
        return specimen()


def tickets(issuer: str, design: GroupDesign, names: Names) -> list[Ticket]:
    """One for each amount, the highest first; one where the amount is open."""
    amounts: list[int | None] = [*sorted(design.denominations, reverse=True)]
    return [
        Ticket(
            issuer,
            design.name or _("Name of the voucher"),
            design.description,
            amount,
            design.currency,
            design.picture,
            validity_text(design),
            accepted_text(design, names),
        )
        for amount in amounts or [None]
    ]


@cache
def specimen() -> SafeString:
    """A drawing like that of a number, which says that it is none."""
    drawn = segno.make(_SPECIMEN, version=3, error="m", micro=False)
    svg = drawn.svg_inline(scale=4, border=0, omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(svg)  # noqa: S308  # drawn here, of a text of ours
