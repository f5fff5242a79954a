"""What the page of a payout shows, to the issuer's people and to the merchant itself."""

from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.pager import ROWS_A_PAGE, Order, Page, page_of, place_in
from counterfoil.portal.payouts.earned import earned_in
from counterfoil.portal.payouts.reading import (
    Redeemed,
    Shown,
    redeemed_in,
    refunds_in,
    tries_of,
)

_REFUNDS_MAX: Final = 100
_OLDEST: Final = Order(
    "oldest", _("Oldest first"), {"after_at": datetime(1, 1, 1, tzinfo=UTC), "after_id": 0}
)


def told_of(request: HttpRequest, issuer_id: int, shown: Shown) -> dict[str, object]:
    """Four queries at most besides those of the payout."""
    refunds = refunds_in(issuer_id, shown, 0, _REFUNDS_MAX + 1) if shown.refunds else []
    return {
        "payout": shown,
        "tries": tries_of(issuer_id, shown),
        "redeemed": _redeemed(request, issuer_id, shown),
        "refunds": refunds[:_REFUNDS_MAX],
        "earned": earned_in(issuer_id, shown),
        "more_refunds": len(refunds) > _REFUNDS_MAX,
    }


def _redeemed(request: HttpRequest, issuer_id: int, shown: Shown) -> Page[Redeemed]:
    found = redeemed_in(issuer_id, shown, place_in(request, _OLDEST), ROWS_A_PAGE + 1)
    return page_of(request, found, lambda row: (_OLDEST.name, *row.key))
