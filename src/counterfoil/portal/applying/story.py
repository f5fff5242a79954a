"""The story of a merchant or an organisation: what the trail, the journal and its commands say,
the latest first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from counterfoil.portal.access import Office
from counterfoil.portal.names import names_of
from counterfoil.portal.queries import rows
from counterfoil.portal.words import command_state, command_word

COMMAND: Final = "command:"
_ONE_SITTING: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One entry. `mark` is the class of its dot: empty, waiting or refused."""

    at: datetime
    text: str
    by: str
    reason: str = ""
    mark: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    by: str
    verdict: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A command about it."""

    command_id: UUID
    kind: str
    approvals: int
    prepared_by: str
    prepared_at: datetime
    reason: str
    status: str
    outcome: str | None
    finished_at: datetime | None
    decisions: Sequence[Decision]

    @property
    def word(self) -> str:
        return str(command_word(self.kind))

    @property
    def is_waiting(self) -> bool:
        return self.status == "waiting"


@dataclass(frozen=True, slots=True)
class Entry:
    """Of the trail, with an `event`; or of the journal, with a `reference`."""

    at: datetime
    actor: str
    event: str | None
    after: str | None
    subject: str
    reason: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """The latest first; `waiting` are the commands that are not over; `names` of all actors."""

    told: Sequence[Told]
    waiting: Sequence[Asked]
    names: Mapping[str, str]
    maker: str = ""  # who registered it, where the journal has it alone
    commands: Sequence[Asked] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """What there is to tell; `names` of all actors."""

    commands: Sequence[Asked]
    of_trail: Sequence[Entry]
    of_journal: Sequence[Entry]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TrailWords:
    """`written` are the parts that are written down, by their events; `unsaid` what something else
    tells, `bad` what is marked so, `text` what is said of one.
    """

    written: Mapping[str, Promise]
    unsaid: frozenset[str]
    bad: frozenset[str]
    text: Callable[[Entry], str]


def happened(
    office: Office, of_trail: Sequence[str], of_journal: Sequence[str], also: Iterable[str]
) -> Happened:
    """By subjects; three queries. `also` are actors whose names are wanted beside those in it."""
    commands = _commands(office, of_trail)
    entries = _entries(office, of_trail, of_journal)
    names = names_of(
        {each.actor for each in entries}
        | {each.prepared_by for each in commands}
        | {decision.by for each in commands for decision in each.decisions}
        | set(also)
    )
    in_trail = [each for each in entries if each.event]
    return Happened(commands, in_trail, [each for each in entries if not each.event], names)


def story_of(
    office: Office,
    found: Happened,
    words: TrailWords,
    of_journal: Iterable[Told],
    maker: str = "",
) -> Story:
    told = [
        *_of_trail(found.of_trail, found.names, words),
        *of_journal,
        *(told for each in found.commands for told in _of_command(office, each, found.names)),
    ]
    latest_first = sorted(told, key=lambda each: each.at, reverse=True)
    waiting = [each for each in found.commands if each.is_waiting]
    return Story(latest_first, waiting, found.names, maker, found.commands)


def _commands(office: Office, subjects: Sequence[str]) -> list[Asked]:
    found = rows(
        __package__, "commands", {"issuer_id": office.issuer_id, "subjects": list(subjects)}
    )
    return [
        Asked(*[*row[:-1], msgspec.json.decode(row[-1] or "[]", type=list[Decision])])
        for row in found
    ]


def _entries(office: Office, of_trail: Sequence[str], of_journal: Sequence[str]) -> list[Entry]:
    """What the trail and the journal say, the latest of each first."""
    asked = {
        "issuer_id": office.issuer_id,
        "trail_subjects": list(of_trail),
        "journal_subjects": list(of_journal),
    }
    return [Entry(*row) for row in rows(__package__, "entries", asked)]


def _of_trail(entries: Sequence[Entry], names: Mapping[str, str], words: TrailWords) -> list[Told]:
    """What one person wrote in one sitting is one entry."""
    told: list[Told] = []
    sitting: list[Entry] = []
    for each in sorted(entries, key=lambda entry: entry.at):
        if sitting and not _goes_on(sitting[-1], each, words):
            told.append(_sitting_told(sitting, names, words))
            sitting = []
        if each.event in words.written:
            sitting.append(each)
        elif each.event not in words.unsaid:
            mark = "refused" if each.event in words.bad else ""
            told.append(Told(each.at, words.text(each), names[each.actor], each.reason, mark))
    return [*told, _sitting_told(sitting, names, words)] if sitting else told


def _goes_on(before: Entry, entry: Entry, words: TrailWords) -> bool:
    return (
        entry.event in words.written
        and entry.actor == before.actor
        and entry.at - before.at < _ONE_SITTING
    )


def _sitting_told(sitting: Sequence[Entry], names: Mapping[str, str], words: TrailWords) -> Told:
    parts = dict.fromkeys(str(words.written[each.event or ""]) for each in sitting)
    text = _("Written down: %(parts)s") % {"parts": ", ".join(parts)}
    return Told(sitting[-1].at, text, names[sitting[-1].actor])


def _of_command(office: Office, asked: Asked, names: Mapping[str, str]) -> list[Told]:
    """What was asked for and decided, and where nothing came of it that too; what was done the
    journal says.
    """
    url = reverse("command", args=[office.code, asked.command_id])
    text = _("Asked for: %(what)s") % {"what": asked.word}
    mark = "waiting" if asked.is_waiting and asked.approvals else ""
    told = [Told(asked.prepared_at, text, names[asked.prepared_by], asked.reason, mark, url)]
    words = {"approve": _("Approved by"), "reject": _("Rejected by")}
    told += [
        Told(
            each.at,
            f"{words[each.verdict]} {names[each.by]}",
            "",
            each.reason,
            "refused" if each.verdict == "reject" else "",
            url,
        )
        for each in asked.decisions
        if each.verdict in words
    ]
    if asked.finished_at is not None and asked.status in {"refused", "expired", "withdrawn"}:
        ended = f"{asked.word}: {command_state(asked.status)}"
        why = _why(asked.outcome or "") if asked.status == "refused" else ""
        told.append(Told(asked.finished_at, ended, "", why, "refused", url))
    return told


def _why(outcome: str) -> str:
    """A sentence of the engine; what else it says the command's own page explains."""
    return _(outcome) if " " in outcome else ""
