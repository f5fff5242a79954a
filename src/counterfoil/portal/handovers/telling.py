"""Telling people that numbers are ready, that they are about to go because nobody fetched them, and
that they are lost: those who hand out at an organisation, or the issuer's own where it replaces
vouchers itself.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from counterfoil.engine.handing_out import KEPT
from counterfoil.portal.models import ISSUERS_OWN, HandoverList
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.queries import rows

_TOLD_BEFORE: Final = timedelta(days=2)
_AT_ONCE: Final = 50


class About(StrEnum):
    READY = "ready"
    UNFETCHED = "unfetched"
    LOST = "lost"


def tell_of_numbers(handover: HandoverList, about: About, count: int) -> None:
    """In the transaction in which it is so; `count` vouchers have those numbers."""
    is_own = handover.organisation_id == ISSUERS_OWN
    notify(
        f"{'replacements' if is_own else 'numbers'}_{about}",
        issuer_id=handover.issuer_id,
        subject=subject_of(handover),
        organisation_id=None if is_own else handover.organisation_id,
        parameters=Parameters(count=count),
    )


def tell_of_unfetched() -> None:
    """Of those that are there for a while, before they go."""
    found = rows(
        __package__,
        "unfetched",
        {"waited": KEPT - _TOLD_BEFORE, "rows_max": _AT_ONCE},
    )
    handovers = HandoverList.objects.in_bulk([handover_id for handover_id, _count in found])
    for handover_id, count in found:
        tell_of_numbers(handovers[handover_id], About.UNFETCHED, count)


def subject_of(handover: HandoverList) -> str:
    return f"handover:{handover.pk}"
