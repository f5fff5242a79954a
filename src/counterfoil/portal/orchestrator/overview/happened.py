"""What just happened, in words: the last operations of the journal and the last commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
COMMANDS_SHOWN: Final = 5
_OUT: Final = frozenset({Action.WITHDRAW, Action.PROVISION})  # of what is available


@dataclass(frozen=True, slots=True)
class Happened:
    """One operation of the journal."""

    at: datetime
    word: str
    subject: Subject
    place: str  # the acceptor's name
    place_url: str
    by: str
    money: Money | None

    @property
    def is_today(self) -> bool:
        return timezone.localtime(self.at).date() == timezone.localdate()


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
        {"issuer_id": office.issuer_id, "rows_max": OPERATIONS_SHOWN},
    )
    commands = commands_latest(office, limit=COMMANDS_SHOWN)
    names = names_of(
        {row[8] for row in found}
        | {each.prepared_by for each in commands}
        | {each.prepared_by for each in waiting}
    )
    subjects = subjects_of(
        office,
        {_subject_key(row[3], row[9]) for row in found}
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
    _id, at, action, serial, amount_minor, currency, acceptor_id, acceptor, actor, about, _why = row
    return Happened(
        at,
        str(action_word(action)),
        subjects[_subject_key(serial, about)],
        acceptor if acceptor and serial else "",
        _merchant_url(office, acceptor_id) if acceptor and serial else "",
        names[actor],
        money_of(amount_minor, currency),
    )


def _subject_key(serial: int | None, about: str | None) -> str:
    return f"voucher:{serial}" if serial is not None else about or ""


def _merchant_url(office: Office, acceptor_id: int) -> str:
    try:
        return reverse("merchant", args=[office.code, acceptor_id])
    except NoReverseMatch:
        return ""
