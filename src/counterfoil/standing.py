"""Where a merchant, an agent or an organisation stands with the issuer, and a voucher group; and
the steps between.

    acceptor   draft ─▶ approved ◀─▶ suspended        group   open ◀─▶ paused
               draft ◀─▶ rejected                             open | paused ─▶ closed
               draft | approved | suspended ─▶ closed

    organisation   approved ◀─▶ suspended; approved | suspended ─▶ closed

Only who is approved redeems, or buys and hands out, and only an open group is provisioned and drawn
from. What was earned stays payable, and what is out already stays redeemable. Closed is the end.
"""

from collections.abc import Mapping
from typing import Final

Steps = Mapping[str, frozenset[str]]

ACCEPTOR_STEPS: Final[Steps] = {
    "draft": frozenset({"approved", "rejected", "closed"}),
    "approved": frozenset({"suspended", "closed"}),
    "rejected": frozenset({"draft"}),
    "suspended": frozenset({"approved", "closed"}),
    "closed": frozenset(),
}
GROUP_STEPS: Final[Steps] = {
    "open": frozenset({"paused", "closed"}),
    "paused": frozenset({"open", "closed"}),
    "closed": frozenset(),
}


ORGANISATION_STEPS: Final[Steps] = {
    "approved": frozenset({"suspended", "closed"}),
    "suspended": frozenset({"approved", "closed"}),
    "closed": frozenset(),
}


def may_become(steps: Steps, before: str, after: str) -> bool:
    """Staying as it is, is always allowed."""
    return before == after or after in steps[before]
