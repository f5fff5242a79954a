"""Why a merchant or an agent stands where it stands: since when, who said so, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Final

from counterfoil.portal.queries import rows

# As engine.acceptors names changes in the journal: each part or none, in this order.
_PARTS: Final = (
    ("", "draft", "approved", "rejected", "suspended", "closed"),
    ("", "groups"),
    ("", "limits"),
    ("", "bank"),
    ("", "bank-kept"),
    ("", "held", "released"),
)
_TOLD: Final = frozenset({"rejected", "suspended", "closed"})  # what nobody asks about otherwise


@dataclass(frozen=True, slots=True)
class Turned:
    """`by` is an actor; `reason` is empty where nobody gave one."""

    at: datetime
    by: str
    reason: str


def journal_subjects(acceptor_id: int, *words: str) -> list[str]:
    """Every subject the journal may have for a change of it, with all of those words in it: no
    prefix is looked for.
    """
    named = (tuple(filter(None, parts)) for parts in product(*_PARTS))
    return [
        f"acceptor:{acceptor_id}:{'+'.join(parts)}"
        for parts in named
        if parts and set(words) <= set(parts)
    ]


def turned(
    issuer_id: int, acceptor_id: int, status: str, *, payouts_held: bool
) -> Mapping[str, Turned]:
    """`standing` of one that is stopped, `held` of held payouts; one query, or none."""
    if status not in _TOLD and not payouts_held:
        return {}
    asked = {
        "issuer_id": issuer_id,
        "standing": journal_subjects(acceptor_id, status) if status in _TOLD else [],
        "held": journal_subjects(acceptor_id, "held") if payouts_held else [],
    }
    return {what: Turned(*found) for what, *found in rows(__package__, "standing", asked)}
