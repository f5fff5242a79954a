"""The story of an organisation: what was written down, asked for, decided and done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.access import Office
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.merchants.story import (
    Asked,
    Entry,
    Story,
    Told,
    commands_about,
    entries_about,
    told_of_command,
)
from counterfoil.portal.orchestrator.trail.words import event_text

_ONE_SITTING: Final = timedelta(hours=1)
_COMMAND: Final = "command:"
_WRITTEN: Final[Mapping[str, Promise]] = {
    "organisation.legal": gettext_lazy("the organisation"),
    "organisation.contact": gettext_lazy("contact and invoices"),
    "organisation.document": gettext_lazy("documents"),
    "organisation.terms": gettext_lazy("terms and notes"),
}
_BAD: Final = frozenset({"organisation.reject", "organisation.withdraw"})
_UNSAID: Final = frozenset({"organisation.approve", "organisation.propose"})  # commands say it


def story(
    office: Office,
    profile_id: UUID | None,
    organisation_id: int | None,
    *,
    also: Iterable[str] = (),
) -> Story:
    """Three queries. `also` are actors whose names are wanted beside those in it."""
    subjects = [] if profile_id is None else [f"organisation-profile:{profile_id}"]
    own = [] if organisation_id is None else [f"organisation:{organisation_id}"]
    commands = commands_about(office, [*subjects, *own])
    entries = entries_about(office, [*subjects, *own], own)
    names = names_of(
        {each.actor for each in entries}
        | {each.prepared_by for each in commands}
        | {decision.by for each in commands for decision in each.decisions}
        | set(also)
    )
    told = [
        *_of_trail([each for each in entries if each.event], names),
        *_of_journal([each for each in entries if not each.event], commands, names),
        *(each for command in commands for each in told_of_command(office, command, names)),
    ]
    latest_first = sorted(told, key=lambda each: each.at, reverse=True)
    waiting = [each for each in commands if each.is_waiting]
    return Story(latest_first, waiting, names, commands=commands)


def _of_trail(entries: Sequence[Entry], names: Mapping[str, str]) -> list[Told]:
    """What one person wrote in one sitting is one entry."""
    told: list[Told] = []
    sitting: list[Entry] = []
    for each in sorted(entries, key=lambda entry: entry.at):
        if sitting and not _goes_on(sitting[-1], each):
            told.append(_sitting_told(sitting, names))
            sitting = []
        if each.event in _WRITTEN:
            sitting.append(each)
        elif each.event not in _UNSAID:
            mark = "refused" if each.event in _BAD else ""
            text = event_text(each.event or "")
            told.append(Told(each.at, text, names[each.actor], each.reason, mark))
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


def _of_journal(
    entries: Sequence[Entry], commands: Sequence[Asked], names: Mapping[str, str]
) -> list[Told]:
    """Who asked and why stand where it was asked for, if it was."""
    words = {f"{_COMMAND}{each.command_id}": each.word for each in commands}
    told = []
    for number, each in enumerate(sorted(entries, key=lambda entry: entry.at)):
        if number == 0:
            text = _("Registered: it can buy vouchers")
        elif each.reference in words:
            text = _("Done: %(what)s") % {"what": words[each.reference]}
        else:
            text = _("Changed outside of the portal")
        is_asked = str(each.reference).startswith(_COMMAND)
        by, reason = ("", "") if is_asked else (names[each.actor], each.reason)
        told.append(Told(each.at, text, by, reason))
    return told
