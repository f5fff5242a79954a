"""The worker's part of mails: takes those that wait in the table to the mail server.

    claim      one mail is a worker's own until its lease is over; whoever else looks passes it by
    send       outside of any transaction, however long the server takes
    write      sent, or when to try again; only if it is still ours

A worker that dies between the server's answer and writing it down leaves a mail that is sent once
more, under the same Message-ID: which of the two happened nobody can know.
"""

from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db.models import QuerySet
from django.utils import timezone

from counterfoil.portal.models import Mail, MailStatus
from counterfoil.portal.queries import rows

LEASE: Final = timedelta(minutes=15)
TRIES_MAX: Final = 10
# After each try that failed; there is one less than there are tries. Ten of them last 20 hours.
_PAUSES_MINUTES: Final = (1, 2, 5, 10, 30, 60, 120, 360, 600)
_KEPT: Final = timedelta(days=30)
_BACKEND: Final = "django.core.mail.backends.smtp.EmailBackend"

_log = structlog.get_logger("counterfoil.portal")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours for the length of the lease: its `tries` are then as we made them."""

    mail_id: int
    tries: int
    recipient: str
    subject: str
    body: str


def send_waiting(stopping: Event) -> int:
    """How many the server took. Ends early where the server itself does not answer, so that what
    waits is not worn out by trying.
    """
    sent = 0
    server = get_connection(_BACKEND)
    if not isinstance(server, EmailBackend):
        raise TypeError(_BACKEND)
    try:
        while not stopping.is_set() and (mail := _claim()) is not None:
            try:
                server.open()
            except OSError as error:  # SMTP's errors too
                _not_taken(mail, error)
                break
            try:
                server.send_messages([_message(mail)])
            except Exception as error:  # noqa: BLE001  # whatever it was, those behind it are sent
                _not_taken(mail, error)
                _closed(server)
                continue
            sent += _taken(mail)
    finally:
        _closed(server)
    return sent


def forget_old() -> None:
    """Nothing is kept for long: neither links, nor who was written to."""
    Mail.objects.filter(written_at__lt=timezone.now() - _KEPT).delete()


def _claim() -> Claimed | None:
    found = rows(__package__, "claim_mail", {"lease_seconds": LEASE.total_seconds()})
    return Claimed(*found[0]) if found else None


def _message(mail: Claimed) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
    name = f"<counterfoil-{mail.mail_id}@{domain}>"  # the same at every try
    return EmailMessage(mail.subject, mail.body, to=[mail.recipient], headers={"Message-ID": name})


def _taken(mail: Claimed) -> int:
    return _ours(mail).update(
        status=MailStatus.SENT,
        sent_at=timezone.now(),
        next_try_at=None,
        body="",
        last_error="",
    )


def _not_taken(mail: Claimed, error: Exception) -> None:
    """Only the error's class is kept: its text may hold an address, or what the server was told."""
    cause = type(error).__name__
    _log.warning("mail.not_taken", mail_id=mail.mail_id, tries=mail.tries, cause=cause)
    if mail.tries >= TRIES_MAX:
        _log.error("mail.given_up", mail_id=mail.mail_id, cause=cause)
        _ours(mail).update(status=MailStatus.FAILED, next_try_at=None, body="", last_error=cause)
        return
    pause = timedelta(minutes=_PAUSES_MINUTES[mail.tries - 1])
    _ours(mail).update(next_try_at=timezone.now() + pause, last_error=cause)


def _ours(mail: Claimed) -> QuerySet[Mail]:
    """None where the lease was over and somebody else has it."""
    return Mail.objects.filter(pk=mail.mail_id, status=MailStatus.QUEUED, tries=mail.tries)


def _closed(server: EmailBackend) -> None:
    """A conversation that went wrong is not gone on with."""
    try:
        server.close()
    except OSError:
        server.connection = None
