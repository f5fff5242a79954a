"""Mails to organisations and to who applies for one, written in the transaction of what they tell.

Each is a template below `templates/portal/mail/organisations/`: its first line is the subject.
"""

from collections.abc import Mapping, Sequence

from counterfoil.portal.merchants.mails import mail_of


def mail(
    name: str, to: Sequence[str], told: Mapping[str, object], *, language: str, issuer_id: int
) -> None:
    """To each of them one of their own: nobody learns of the others."""
    mail_of(
        f"portal/mail/organisations/{name}.txt", to, told, language=language, issuer_id=issuer_id
    )
