"""What just happened, in words: the last operations of the journal and the last commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.commands import CommandRow, commands_latest
from counterfoil.portal.orchestrator.overview.reading import Waiting, money_of
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.queries import rows
from counterfoil.portal.words import action_word
from counterfoil.voucher import Action

OPERATIONS_SHOWN: Final = 10
_OPERATIONS_READ: Final = 1000
COMMANDS_SHOWN: Final = 5
_OUT: Final = frozenset({Action.WITHDRAW, Action.PROVISION})  # of what is available


@dataclass(frozen=True, slots=True)
class Happened:
    """One operation of the journal, or many of a kind that followed each other."""

    at: datetime
    since: datetime
    how_many: int
    is_cut: bool  # there may be more of them than were read
    word: str
    subject: Subject | None
    place: str  # the acceptor's name
    place_url: str
    by: str
    money: Money | None

    @property
    def is_today(self) -> bool:
        return _day(self.at) == timezone.localdate()

    @property
    def is_of_one_day(self) -> bool:
        return _day(self.since) == _day(self.at)

    @property
    def is_of_one_minute(self) -> bool:
        return self.since.replace(second=0, microsecond=0) == self.at.replace(
            second=0, microsecond=0
        )


@dataclass(frozen=True, slots=True)
class Latest:
    """All that the page says of people and things it looked up at once."""

    operations: Sequence[Happened]
    commands: Sequence[CommandRow]
    names: Mapping[str, str]
    subjects: Mapping[str, Subject]


def latest(office: Office, waiting: Sequence[Waiting]) -> Latest:
    """With the names and subjects of what waits, looked up together. Five queries at most."""
    found = rows(
        __package__,
        "latest_operations",
        {
            "issuer_id": office.issuer_id,
            "read_max": _OPERATIONS_READ,
            "rows_max": OPERATIONS_SHOWN,
        },
    )
    commands = commands_latest(office, limit=COMMANDS_SHOWN)
    names = names_of(
        {row[10] for row in found}
        | {each.prepared_by for each in commands}
        | {each.prepared_by for each in waiting}
    )
    subjects = subjects_of(
        office,
        {_subject_key(row[5], row[11]) for row in found}
        | {each.subject for each in commands}
        | {each.subject for each in waiting},
    )
    operations = [_happened(office, row, names, subjects) for row in found]
    return Latest(operations, commands, names, subjects)


def _happened(
    office: Office,
    row: tuple,  # type: ignore[type-arg]
    names: Mapping[str, str],
    subjects: Mapping[str, Subject],
) -> Happened:
    at, since, how_many, is_cut, action, serial, minor, currency, place_id, place, actor, about = (
        row
    )
    key = _subject_key(serial, about)
    has_place = bool(place) and (serial is not None or how_many > 1)
    return Happened(
        at,
        since,
        how_many,
        is_cut,
        str(action_word(action)),
        subjects[key] if key else None,
        place if has_place else "",
        _merchant_url(office, place_id) if has_place else "",
        names[actor],
        money_of(minor, currency),
    )


def _subject_key(serial: int | None, about: str | None) -> str:
    return f"voucher:{serial}" if serial is not None else about or ""


def _merchant_url(office: Office, acceptor_id: int) -> str:
    try:
        return reverse("merchant", args=[office.code, acceptor_id])
    except NoReverseMatch:
        return ""


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
