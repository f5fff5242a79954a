"""The story of an organisation: what was written down, asked for, decided and done."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.access import Office
from counterfoil.portal.applying.story import (
    COMMAND,
    Asked,
    Entry,
    Story,
    Told,
    TrailWords,
    happened,
    story_of,
)
from counterfoil.portal.orchestrator.trail.words import event_text

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
    found = happened(office, [*subjects, *own], own, also)
    of_journal = _of_journal(found.of_journal, found.commands, found.names)
    return story_of(office, found, _WORDS, of_journal)


def _text(entry: Entry) -> str:
    return event_text(entry.event or "")


_WORDS: Final = TrailWords(_WRITTEN, _UNSAID, _BAD, _text)


def _of_journal(
    entries: Sequence[Entry], commands: Sequence[Asked], names: Mapping[str, str]
) -> list[Told]:
    """Who asked and why stand where it was asked for, if it was."""
    words = {f"{COMMAND}{each.command_id}": each.word for each in commands}
    told = []
    for number, each in enumerate(sorted(entries, key=lambda entry: entry.at)):
        if number == 0:
            text = _("Registered: it can buy vouchers")
        elif each.reference in words:
            text = _("Done: %(what)s") % {"what": words[each.reference]}
        else:
            text = _("Changed outside of the portal")
        is_asked = str(each.reference).startswith(COMMAND)
        by, reason = ("", "") if is_asked else (names[each.actor], each.reason)
        told.append(Told(each.at, text, by, reason))
    return told
