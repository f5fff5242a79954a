"""The story of a merchant: what was written down, asked for, decided and done, in one order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.access import Office
from counterfoil.portal.models import Checked
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.merchants.standing import journal_subjects
from counterfoil.portal.orchestrator.trail.words import event_text
from counterfoil.portal.queries import rows
from counterfoil.portal.words import acceptor_status, command_state, command_word

_COMMAND: Final = "command:"
_ONE_SITTING: Final = timedelta(hours=1)

_DONE: Final[Mapping[str, Promise]] = {
    "groups": gettext_lazy("Its groups were changed."),
    "limits": gettext_lazy("Its limits were changed."),
    "bank": gettext_lazy("New bank data were set; payouts wait until they count."),
    "bank-kept": gettext_lazy("The change of bank data was dropped."),
    "held": gettext_lazy("Payouts are held."),
    "released": gettext_lazy("Payouts are released."),
    "bank-switched": gettext_lazy("The new bank data count from here on."),
}
_WRITTEN: Final[Mapping[str, Promise]] = {
    "merchant.legal": gettext_lazy("business"),
    "merchant.contact": gettext_lazy("people to call"),
    "merchant.outlet": gettext_lazy("places"),
    "merchant.document": gettext_lazy("documents"),
    "merchant.bank": gettext_lazy("bank data"),
}
_TOLD: Final[Mapping[str, Promise]] = {
    "merchant.begun": gettext_lazy("Begun"),
    "merchant.submit": gettext_lazy("Sent for review"),
    "merchant.take": gettext_lazy("Taken into review"),
    "merchant.ask": gettext_lazy("More information asked"),
    "merchant.reject": gettext_lazy("Rejected"),
    "merchant.reopen": gettext_lazy("Reopened"),
    "merchant.withdraw": gettext_lazy("Withdrawn"),
    "merchant.bank_switched": gettext_lazy("The people to call were told that the account changed"),
    "merchant.bank_kept": gettext_lazy("The people to call were told that the account stays"),
    "merchant.profile": gettext_lazy("Profile begun for one that came without"),
    "merchant.owner": gettext_lazy("Owner invited"),
}
_BAD: Final = frozenset({"merchant.reject", "merchant.withdraw"})


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


def story(
    office: Office, profile_id: UUID | None, acceptor_id: int | None, *, also: Iterable[str] = ()
) -> Story:
    """Three queries. `also` are actors whose names are wanted beside those in it."""
    subjects = [] if profile_id is None else [f"profile:{profile_id}"]
    subjects += [] if acceptor_id is None else [f"acceptor:{acceptor_id}"]
    commands = commands_about(office, subjects)
    entries = entries_about(
        office, subjects, [] if acceptor_id is None else _journal_subjects(acceptor_id)
    )
    names = names_of(
        {each.actor for each in entries}
        | {each.prepared_by for each in commands}
        | {decision.by for each in commands for decision in each.decisions}
        | set(also)
    )
    told = [
        *_of_trail([each for each in entries if each.event], names),
        *(_of_journal(each, names) for each in entries if not each.event),
        *(each for command in commands for each in told_of_command(office, command, names)),
    ]
    return Story(
        sorted(told, key=lambda each: each.at, reverse=True),
        [each for each in commands if each.is_waiting],
        names,
        next(
            (
                names[each.actor]
                for each in entries
                if each.subject == subjects[-1] and not each.event
            ),
            "",
        ),
    )


def commands_about(office: Office, subjects: Sequence[str]) -> list[Asked]:
    found = rows(
        __package__, "commands", {"issuer_id": office.issuer_id, "subjects": list(subjects)}
    )
    return [
        Asked(*[*row[:-1], msgspec.json.decode(row[-1] or "[]", type=list[Decision])])
        for row in found
    ]


def entries_about(
    office: Office, of_trail: Sequence[str], of_journal: Sequence[str]
) -> list[Entry]:
    """What the trail and the journal say, the latest of each first."""
    asked = {
        "issuer_id": office.issuer_id,
        "trail_subjects": list(of_trail),
        "journal_subjects": list(of_journal),
    }
    return [Entry(*row) for row in rows(__package__, "entries", asked)]


def _journal_subjects(acceptor_id: int) -> list[str]:
    subject = f"acceptor:{acceptor_id}"
    return [subject, f"{subject}:bank-switched", *journal_subjects(acceptor_id)]


def _of_trail(entries: Sequence[Entry], names: Mapping[str, str]) -> list[Told]:
    """What one person wrote in one sitting is one entry; of registering the journal tells."""
    told: list[Told] = []
    sitting: list[Entry] = []
    for each in sorted(entries, key=lambda entry: entry.at):
        if sitting and not _goes_on(sitting[-1], each):
            told.append(_sitting_told(sitting, names))
            sitting = []
        if each.event in _WRITTEN:
            sitting.append(each)
        elif each.event != "merchant.approve":
            mark = "refused" if each.event in _BAD else ""
            told.append(Told(each.at, _trail_text(each), names[each.actor], each.reason, mark))
    return [*told, _sitting_told(sitting, names)] if sitting else told


def _goes_on(before: Entry, entry: Entry) -> bool:
    return (
        entry.event in _WRITTEN
        and entry.actor == before.actor
        and entry.at - before.at < _ONE_SITTING
    )


def _sitting_told(sitting: Sequence[Entry], names: Mapping[str, str]) -> Told:
    parts = dict.fromkeys(str(_WRITTEN[each.event or ""]) for each in sitting)
    text = _("Written down: %(parts)s") % {"parts": ", ".join(parts)}
    return Told(sitting[-1].at, text, names[sitting[-1].actor])


def _of_journal(entry: Entry, names: Mapping[str, str]) -> Told:
    mark = "refused" if _journal_is_bad(entry.subject) else ""
    if str(entry.reference).startswith(_COMMAND):  # who and why stand where it was asked for
        return Told(entry.at, _journal_text(entry.subject), "", "", mark)
    return Told(entry.at, _journal_text(entry.subject), names[entry.actor], entry.reason, mark)


def _trail_text(entry: Entry) -> str:
    if entry.event == "merchant.verified":
        after = msgspec.json.decode(entry.after or "{}", type=dict[str, object])
        return f"{_section(str(after.get('section', '')))}: {_checked(str(after.get('state', '')))}"
    text = _TOLD.get(entry.event or "")
    return event_text(entry.event or "") if text is None else str(text)


def _section(code: str) -> str:
    words = {
        "legal": _("Business and documents"),
        "contacts": _("People and places"),
        "bank": _("Bank data"),
    }
    return words.get(code, code)


def _checked(state: str) -> str:
    return str(Checked(state).label).lower() if state in Checked.values else state


def told_of_command(office: Office, asked: Asked, names: Mapping[str, str]) -> list[Told]:
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


def _journal_text(subject: str) -> str:
    what = subject.split(":")[2:]
    if not what:
        return _("Registered")
    parts = [str(_DONE[part]) if part in _DONE else _standing(part) for part in what[0].split("+")]
    return " ".join(parts)


def _standing(status: str) -> str:
    return _("It is now: %(state)s.") % {"state": str(acceptor_status(status)).lower()}


def _journal_is_bad(subject: str) -> bool:
    return not {"suspended", "rejected", "closed", "held"}.isdisjoint(
        subject.rpartition(":")[2].split("+")
    )
