"""Mails of notifications: one at once, or one a day with all that waited for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from counterfoil.portal.mail import write_mails
from counterfoil.portal.notifications.kinds import KINDS, Kind
from counterfoil.portal.notifications.parameters import Parameters, read, words
from counterfoil.portal.queries import rows

_DIGEST_AT: Final = time(5)  # UTC: what was told before it goes into that day's mail
_PEOPLE_MAX: Final = 200
_LINES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class ToMail:
    """One of those who are mailed at once; `language` is empty where none was chosen."""

    notification_id: int
    audience: str
    place_id: int | None
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Line:
    """A notification in words: `about` is what its title has not named, or empty. `url` is empty
    where the portal's own name is not known.
    """

    title: str
    about: str
    text: str
    url: str


def line_of(kind: Kind, parameters: Parameters, notification_id: int) -> Line:
    """In the language of the page, or of the mail."""
    told, title, text = words(parameters), str(kind.title), str(kind.text)
    name = "" if "%(name)s" in title + text else told["name"]
    return Line(
        title % told,
        " · ".join(each for each in (name, told["money"]) if each),
        text % told,
        _absolute("notification", notification_id),
    )


def mail_at_once(
    issuer_id: int, kind: Kind, parameters: Parameters, people: Sequence[ToMail]
) -> None:
    """Each leads to what it is about by way of its notification, which is read then."""
    ((issuer, language),) = rows(__package__, "issuer_words", {"issuer_id": issuer_id})
    for person in people:
        with translation.override(person.language or language):
            line = line_of(kind, parameters, person.notification_id)
            body = render_to_string(
                "portal/mail/notifications/one.txt",
                {"line": line, "issuer": issuer, "choices": _absolute("notification-preferences")},
            )
        write_mails([person.email], line.title, body.strip() + "\n", issuer_id=issuer_id)


def mail_digests() -> int:
    """To each for whom something waits since before the last hour of digests; how many."""
    until = _last_digest_hour(timezone.now())
    found = rows(__package__, "digests_due", {"until": until, "people_max": _PEOPLE_MAX})
    return sum(_mail_digest(person_id, until) for (person_id,) in found)


@transaction.atomic
def _mail_digest(person_id: int, until: datetime) -> bool:
    """False where there is nothing to tell, or another worker has it in hand."""
    person = rows(__package__, "lock_person", {"person_id": person_id})
    if not person:
        return False
    ((email, language, is_active),) = person
    found = rows(__package__, "take_digest", {"person_id": person_id, "until": until})
    known = [row for row in found if row[1] in KINDS]
    if not (known and is_active):
        return False
    chosen = language or known[0][-1]
    with translation.override(chosen):
        lines = [
            (issuer, line_of(KINDS[kind], read(parameters), notification_id))
            for notification_id, kind, parameters, issuer, _language in known[:_LINES_MAX]
        ]
        text = render_to_string(
            "portal/mail/notifications/digest.txt",
            {
                "lines": lines,
                "number": len(known),
                "more": len(known) - len(lines),
                "all": _absolute("notifications"),
                "choices": _absolute("notification-preferences"),
            },
        )
    subject, _newline, body = text.strip().partition("\n")
    write_mails([email], subject, body.strip() + "\n", issuer_id=None)
    return True


def _last_digest_hour(now: datetime) -> datetime:
    today = now.replace(hour=_DIGEST_AT.hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _absolute(page: str, *parts: object) -> str:
    """Empty where nobody has said by what name the portal is reached."""
    origin = settings.COUNTERFOIL_ORIGIN
    return f"{origin}{reverse(page, args=parts)}" if origin else ""
