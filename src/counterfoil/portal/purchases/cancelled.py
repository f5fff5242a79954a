"""Telling organisations that the issuer has cancelled vouchers of theirs: how many, and how much of
it came back to their balance. Any number of workers may: each change is told of once.
"""

from typing import Final

from django.db import transaction

from counterfoil.portal.models import CancellationTold
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.queries import rows
from counterfoil.voucher import Action

_BULKS_MAX: Final = 100


def tell_of_cancelled() -> None:
    """Of changes that came to their end within the last days."""
    for issuer_id, bulk_id in rows(
        __package__, "cancellations", {"action": Action.CANCEL, "bulks_max": _BULKS_MAX}
    ):
        _tell(issuer_id, bulk_id)


@transaction.atomic
def _tell(issuer_id: int, bulk_id: int) -> None:
    _told, is_new = CancellationTold.objects.get_or_create(issuer_id=issuer_id, bulk_id=bulk_id)
    if not is_new:
        return  # another worker has
    found = rows(__package__, "cancelled_of", {"issuer_id": issuer_id, "bulk_id": bulk_id})
    for organisation_id, currency, vouchers, back_minor in found:
        notify(
            "vouchers_cancelled_by_issuer",
            issuer_id=issuer_id,
            subject=f"bulk:{bulk_id}",
            key=currency,
            organisation_id=organisation_id,
            parameters=Parameters(count=vouchers, amount_minor=back_minor, currency=currency),
        )
