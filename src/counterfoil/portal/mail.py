"""Where mails go: into a table, in the transaction that has something to tell. A worker sends them
from there (sending.py); without a mail server they stay, to be read in the local outbox.

No page waits for a mail server, and none shows by its time whether there was anybody to write to.
"""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from counterfoil.portal.models import Mail, MailStatus

_SUBJECT_CHARACTERS_MAX: Final = 400


class Queue(BaseEmailBackend):
    """Django's e-mail backend, for what libraries write: nobody learns of who else got it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Mail.objects.bulk_create(
            _written(address, str(mail.subject), str(mail.body), None)
            for mail in email_messages
            for address in mail.recipients()
        )
        return len(email_messages)


def write_mails(
    addresses: Sequence[str], subject: str, body: str, *, issuer_id: int | None
) -> None:
    """One to each of them. The issuer's administrators are shown those that no server takes."""
    Mail.objects.bulk_create(
        _written(address, subject, body, issuer_id) for address in sorted(set(addresses))
    )


def _written(address: str, subject: str, body: str, issuer_id: int | None) -> Mail:
    line = " ".join(subject.split())[:_SUBJECT_CHARACTERS_MAX]
    mail = Mail(issuer_id=issuer_id, recipient=address, subject=line, body=body)
    if settings.COUNTERFOIL_SENDS_MAILS:
        mail.status, mail.next_try_at = MailStatus.QUEUED, timezone.now()
    return mail
