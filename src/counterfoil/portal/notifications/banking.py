"""Telling finance what the bank's files brought: that something differs, that one was refused."""

from typing import Final

from django.db import transaction

from counterfoil.portal.notifications.following import issuers
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.queries import rows

_SUBJECT: Final = "bank"  # by which it is found what was told already


def tell_of_banks() -> None:
    for issuer_id in issuers():
        tell_of_bank(issuer_id)


@transaction.atomic
def tell_of_bank(issuer_id: int) -> None:
    """Many differences are told at once; who brought a file has seen what became of it."""
    for kind, key, number, brought_by in rows(__package__, "bank_news", {"issuer_id": issuer_id}):
        notify(
            kind,
            issuer_id=issuer_id,
            subject=_SUBJECT,
            key=key,
            parameters=Parameters(count=number),
            by=brought_by,
        )
