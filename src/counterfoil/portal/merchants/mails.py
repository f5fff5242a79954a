"""Mails to merchants and to who applies. A mail goes when what it tells is committed; a mail server
that is down is written to the log and stops nothing.

Each is a template below `templates/portal/mail/merchants/`: its first line is the subject.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import structlog
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

_log = structlog.get_logger("counterfoil.portal")


def mail(name: str, to: Sequence[str], told: Mapping[str, object], *, language: str) -> None:
    """To each of them one of their own: nobody learns of the others."""
    with translation.override(language or "en"):
        text = render_to_string(f"portal/mail/merchants/{name}.txt", _of_one_line(told))
    subject, _newline, body = text.strip().partition("\n")
    for address in sorted(set(to)):
        transaction.on_commit(partial(_send, name, address, subject, body.strip() + "\n"))


def _of_one_line(told: Mapping[str, object]) -> dict[str, object]:
    """But for what somebody wrote: a name of two lines would end the subject where it likes."""
    return {
        key: " ".join(value.split()) if isinstance(value, str) and key != "told" else value
        for key, value in told.items()
    }


def _send(name: str, address: str, subject: str, body: str) -> None:
    try:
        send_mail(subject, body, None, [address])
    except OSError as error:  # SMTP's errors too
        _log.error("mail.failed", template=name, error=type(error).__name__)
