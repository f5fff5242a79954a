"""Who has which voucher, for the people of the organisation alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from counterfoil.portal.access import Buyer
from counterfoil.portal.handovers.sealing import (
    Called,
    NotOursError,
    Place,
    open_called,
    reference_key,
)
from counterfoil.portal.queries import rows

FOUND_MAX: Final = 60_000


@dataclass(frozen=True, slots=True)
class Holder:
    """Who was given a voucher, and when that was asked for."""

    called: Called
    handover_id: UUID
    at: datetime | None


def callers_of(buyer: Buyer, serials: Sequence[int]) -> Mapping[int, Holder]:
    """Of these vouchers those that were handed to somebody."""
    place = Place(buyer.issuer_id, buyer.organisation_id)
    found = rows(
        __package__,
        "people_of_serials",
        {
            "issuer_id": buyer.issuer_id,
            "organisation_id": buyer.organisation_id,
            "serials": list(serials),
        },
    )
    return {
        serial: Holder(called_or_unknown(place, handover_id, line, bytes(sealed)), handover_id, at)
        for serial, handover_id, line, sealed, at in found
    }


def called_or_unknown(place: Place, handover_id: UUID, line: int, sealed: bytes) -> Called:
    """A page shows what can be opened; what was meddled with does not take it away."""
    try:
        return open_called(place, handover_id, line, sealed)
    except NotOursError:
        return Called("?", "?")


def serials_of(buyer: Buyer, references: Sequence[str]) -> dict[str, list[int]]:
    """By the reference as it was given: the vouchers that person ever got, ascending."""
    place = Place(buyer.issuer_id, buyer.organisation_id)
    keys = {reference: reference_key(place, reference) for reference in references}
    found = rows(
        __package__,
        "serials_of_references",
        {
            "issuer_id": buyer.issuer_id,
            "organisation_id": buyer.organisation_id,
            "reference_keys": list(set(keys.values())),
            "rows_max": FOUND_MAX,
        },
    )
    serials: dict[bytes, list[int]] = {}
    for key, serial in found:
        serials.setdefault(bytes(key), []).append(serial)
    return {reference: serials.get(key, []) for reference, key in keys.items()}
