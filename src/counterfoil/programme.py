"""The life of a programme: five states, one after the other and never back.

open ▶ sales_closed ▶ redemption_closed ▶ claims_closed ▶ closed
"""

from enum import StrEnum
from typing import Final


class ProgrammeStatus(StrEnum):
    """In their order; the words are stored and never change."""

    OPEN = "open"
    SALES_CLOSED = "sales_closed"  # nothing is provisioned, drawn or imported any more
    REDEMPTION_CLOSED = "redemption_closed"  # nothing is activated or redeemed any more
    CLAIMS_CLOSED = "claims_closed"  # what acceptors claim is settled
    CLOSED = "closed"  # what is left of it ends, and its money is free

    @property
    def next(self) -> "ProgrammeStatus | None":
        """The one step there is from here."""
        return _AFTER.get(self)


_AFTER: Final = dict(zip(list(ProgrammeStatus), list(ProgrammeStatus)[1:], strict=False))

SELLS: Final = frozenset({ProgrammeStatus.OPEN})
REDEEMS: Final = frozenset({ProgrammeStatus.OPEN, ProgrammeStatus.SALES_CLOSED})
