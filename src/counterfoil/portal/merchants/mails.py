"""Mails to merchants and to who applies, written in the transaction of what they tell.

Each is a template below `templates/portal/mail/merchants/`: its first line is the subject.
"""

from collections.abc import Mapping, Sequence

from django.template.loader import render_to_string
from django.utils import translation

from counterfoil.portal.mail import write_mails


def mail(
    name: str, to: Sequence[str], told: Mapping[str, object], *, language: str, issuer_id: int
) -> None:
    """To each of them one of their own: nobody learns of the others."""
    mail_of(f"portal/mail/merchants/{name}.txt", to, told, language=language, issuer_id=issuer_id)


def mail_of(
    template: str, to: Sequence[str], told: Mapping[str, object], *, language: str, issuer_id: int
) -> None:
    """Of any template that is made so."""
    with translation.override(language or "en"):
        text = render_to_string(template, _of_one_line(told))
    subject, _newline, body = text.strip().partition("\n")
    write_mails(to, subject, body.strip() + "\n", issuer_id=issuer_id)


def _of_one_line(told: Mapping[str, object]) -> dict[str, object]:
    """But for what somebody wrote: a name of two lines would end the subject where it likes."""
    return {
        key: " ".join(value.split()) if isinstance(value, str) and key != "told" else value
        for key, value in told.items()
    }
