"""The story of a merchant: what was written down, asked for, decided and done, in one order."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.access import Office
from counterfoil.portal.applying.story import (
    COMMAND,
    Entry,
    Story,
    Told,
    TrailWords,
    happened,
    story_of,
)
from counterfoil.portal.models import Checked
from counterfoil.portal.orchestrator.merchants.standing import journal_subjects
from counterfoil.portal.orchestrator.trail.words import event_text
from counterfoil.portal.words import acceptor_status

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


def story(
    office: Office, profile_id: UUID | None, acceptor_id: int | None, *, also: Iterable[str] = ()
) -> Story:
    """Three queries. `also` are actors whose names are wanted beside those in it."""
    subjects = [] if profile_id is None else [f"profile:{profile_id}"]
    subjects += [] if acceptor_id is None else [f"acceptor:{acceptor_id}"]
    journal = [] if acceptor_id is None else _journal_subjects(acceptor_id)
    found = happened(office, subjects, journal, also)
    of_journal = [_of_journal(each, found.names) for each in found.of_journal]
    makers = (found.names[each.actor] for each in found.of_journal if each.subject == subjects[-1])
    return story_of(office, found, _WORDS, of_journal, next(makers, ""))


def _journal_subjects(acceptor_id: int) -> list[str]:
    subject = f"acceptor:{acceptor_id}"
    return [subject, f"{subject}:bank-switched", *journal_subjects(acceptor_id)]


def _of_journal(entry: Entry, names: Mapping[str, str]) -> Told:
    mark = "refused" if _journal_is_bad(entry.subject) else ""
    if str(entry.reference).startswith(COMMAND):  # who and why stand where it was asked for
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


_WORDS: Final = TrailWords(_WRITTEN, frozenset({"merchant.approve"}), _BAD, _trail_text)
