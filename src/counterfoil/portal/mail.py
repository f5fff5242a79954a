"""Where mails go while no mail server is set: into a table, to be read in the local outbox."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from counterfoil.portal.models import Mail

_KEPT: Final = timedelta(days=30)


class LocalOutbox(BaseEmailBackend):
    """Django's e-mail backend. Nothing is kept for long: there are links in it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Mail.objects.filter(written_at__lt=timezone.now() - _KEPT).delete()
        Mail.objects.bulk_create(
            Mail(recipient=", ".join(mail.to), subject=mail.subject, body=str(mail.body))
            for mail in email_messages
        )
        return len(email_messages)
