"""What an organisation reads of what it handed out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from counterfoil.money import Money
from counterfoil.portal.access import Buyer
from counterfoil.portal.buyer.changing import ACTS, why_not
from counterfoil.portal.buyer.vouchers_reading import own_vouchers
from counterfoil.portal.handovers.lists import place_of
from counterfoil.portal.handovers.people import called_or_unknown
from counterfoil.portal.handovers.sealing import Called
from counterfoil.portal.listing import Wanted
from counterfoil.portal.models import HandoverList, HandoverPerson
from counterfoil.portal.models import Repeats as Doubled
from counterfoil.portal.pager import Key, Part
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

REPEATS_SHOWN: Final = 50
_GONE: Final = frozenset({"refused", "expired", "rejected", "withdrawn"})


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A line of the list of handovers; without an allocation lost vouchers were replaced."""

    handover_id: UUID
    sent_at: datetime
    sent_by: str
    people: int
    allocation_id: int | None
    name: str | None
    amount_minor: int | None
    currency: str | None
    file_kind: str
    fetched_at: datetime | None
    lost_at: datetime | None
    has_key: bool
    command_status: str | None
    engine_status: str | None
    handed: int
    forgotten_at: datetime | None
    by: str = ""

    @property
    def key(self) -> Key:
        return (self.sent_at, self.handover_id)

    @property
    def money(self) -> Money | None:
        if self.amount_minor is None or self.currency is None:
            return None
        return Money(self.amount_minor, self.currency)

    @property
    def state(self) -> Word:
        if self.command_status in _GONE:
            return Word(_("Not possible"), "bad")
        if self.engine_status != "finished":
            return Word(_("Being made ready"), "info")
        if self.fetched_at is not None:
            return Word(_("Fetched"), "good")
        if self.lost_at is not None or self.forgotten_at is not None or not self.has_key:
            return Word(_("Numbers are lost"), "bad")
        if not self.handed:
            return Word(_("Nothing could be handed out"), "bad")
        return Word(_("Ready to be fetched"), "wait")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody on a list, and what came of it; `why` says why there is no voucher."""

    position: int
    called: Called
    replaces: int | None
    serial: int | None
    why: str

    @property
    def key(self) -> Key:
        return (self.position,)

    @property
    def state(self) -> Word:
        if self.serial:
            return Word(_("Handed out"), "good")
        return Word(_("Not handed out"), "bad") if self.why else Word(_("Waiting"), "info")


@dataclass(frozen=True, slots=True)
class Repeats:
    people: int
    repeated: int
    have_one: int

    @property
    def left(self) -> int:
        return self.people - self.repeated - self.have_one

    def __bool__(self) -> bool:
        return bool(self.repeated or self.have_one)


@dataclass(frozen=True, slots=True)
class DraftLine:
    line: int
    called: Called
    replaces: int | None
    repeats: str


def handovers_page(buyer: Buyer, asked: Wanted) -> list[HandoverRow]:
    found = rows(
        __package__,
        "handovers_page",
        {
            **asked.after,
            "issuer_id": buyer.issuer_id,
            "organisation_id": buyer.organisation_id,
            "sort": asked.sort,
            "rows_max": asked.rows_max,
        },
    )
    return [HandoverRow(*row) for row in found]


def lines_page(
    handover_id: UUID, buyer: Buyer, *, after_position: int, rows_max: int, refused: bool
) -> list[PersonLine]:
    """For a handover that was found to be this organisation's."""
    place = place_of(buyer)
    found = rows(
        __package__,
        "handover_lines",
        {
            "issuer_id": buyer.issuer_id,
            "handover_id": handover_id,
            "after_position": after_position,
            "rows_max": rows_max,
            "refused": refused,
        },
    )
    return [
        PersonLine(
            position,
            called_or_unknown(place, handover_id, line, bytes(sealed)),
            replaces,
            serial or None,
            why_not(outcome) if outcome is not None and not serial else "",
        )
        for position, line, sealed, replaces, serial, outcome in found
    ]


def replaceable(buyer: Buyer, handover: HandoverList) -> list[int]:
    """Of what it drew."""
    lines = lines_page(
        handover.pk, buyer, after_position=0, rows_max=handover.people, refused=False
    )
    own = own_vouchers(buyer, [line.serial for line in lines if line.serial])
    return [each.serial for each in own if each.state in ACTS["replace"].states]


def repeats_of(handover: HandoverList) -> Repeats:
    return Repeats(*rows(__package__, "draft_repeats", {"handover_id": handover.pk})[0])


def draft_lines(
    buyer: Buyer, handover: HandoverList, *, repeated: bool, rows_max: int
) -> Sequence[DraftLine]:
    """The first of a list that was not sent, or of those on it who may be meant by mistake."""
    lines = HandoverPerson.objects.filter(handover=handover)
    if repeated:
        lines = lines.exclude(repeats="")
    place = place_of(buyer)
    return [
        DraftLine(
            each.line,
            called_or_unknown(place, handover.pk, each.line, bytes(each.sealed)),
            each.replaces,
            str(Doubled(each.repeats).label) if each.repeats else "",
        )
        for each in lines.order_by("line")[:rows_max]
    ]


NEWEST_FIRST: Final[Mapping[str, Part]] = {
    "after_at": datetime.max.replace(tzinfo=UTC),
    "after_id": UUID(int=2**128 - 1),
}
OLDEST_FIRST: Final[Mapping[str, Part]] = {
    "after_at": datetime.min.replace(tzinfo=UTC),
    "after_id": UUID(int=0),
}
