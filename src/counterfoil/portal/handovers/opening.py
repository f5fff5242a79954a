"""The numbers of a handover, opened in memory for as long as a file of them is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from counterfoil.engine.handing_out import box_of, numbers_in
from counterfoil.keys.sealed_box import open_box
from counterfoil.money import Money
from counterfoil.portal.handovers.people import called_or_unknown
from counterfoil.portal.handovers.sealing import Called, Place
from counterfoil.portal.models import HandoverPerson
from counterfoil.portal.queries import rows
from counterfoil.voucher import State

_AT_ONCE: Final = 5000


class NumbersForgottenError(Exception):
    """They were forgotten meanwhile."""


@dataclass(frozen=True, slots=True)
class Face:
    """What is printed of a voucher beside its number."""

    serial: int
    name: str
    amount_minor: int
    currency: str
    expires_at: datetime | None
    state: int
    picture: str | None
    valid_for_days: int | None

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def waits(self) -> bool:
        """To be activated when it is handed over."""
        return self.state == State.PREACTIVATED


@dataclass(frozen=True, slots=True)
class Card:
    """Never written down or shown but in the file that is made of it."""

    called: Called
    face: Face
    number: str

    def __repr__(self) -> str:
        return f"Card({self.face.serial}, …)"


def cards_of(place: Place, handover_id: UUID, private_key: bytes) -> list[Card]:
    """Of each voucher that was handed out, in the order of the list.

    Raises NumbersForgottenError; KeyProviderError where that key does not open them.
    """
    numbers: dict[int, tuple[int, str]] = {}
    for first, serials, _outcomes, sealed in rows(
        __package__, "sealed_parts", {"issuer_id": place.issuer_id, "handover_id": handover_id}
    ):
        if sealed is None:
            raise NumbersForgottenError
        bound_to = box_of(place.issuer_id, handover_id, first)
        opened = numbers_in(open_box(private_key, bytes(sealed), bound_to=bound_to))
        drawn = enumerate(zip(serials, opened, strict=True), first)
        numbers |= {position: (serial, number) for position, (serial, number) in drawn if serial}
    faces = _faces(place.issuer_id, [serial for serial, _number in numbers.values()])
    called = _called(place, handover_id)
    return [
        Card(called[position], faces[serial], number)
        for position, (serial, number) in sorted(numbers.items())
    ]


def _faces(issuer_id: int, serials: Sequence[int]) -> dict[int, Face]:
    found: dict[int, Face] = {}
    for start in range(0, len(serials), _AT_ONCE):
        asked = {"issuer_id": issuer_id, "serials": serials[start : start + _AT_ONCE]}
        faces = (Face(*row) for row in rows(__package__, "vouchers_of", asked))
        found |= {face.serial: face for face in faces}
    return found


def _called(place: Place, handover_id: UUID) -> dict[int, Called]:
    """By position."""
    lines = HandoverPerson.objects.filter(handover_id=handover_id, position__isnull=False)
    return {
        position: called_or_unknown(place, handover_id, line, bytes(sealed))
        for position, line, sealed in lines.values_list("position", "line", "sealed")
    }
