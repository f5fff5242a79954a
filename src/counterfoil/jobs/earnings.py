"""What agents earn, gone through now and then: seldom enough that an earning is of more than a few
vouchers, and often enough for the next payout.
"""

from typing import Final

import structlog

from counterfoil.engine.earnings.accruing import STRETCH_OPERATIONS, accrue_earnings
from counterfoil.engine.earnings.reading import earnings_waiting
from counterfoil.engine.issuer import Issuer
from counterfoil.jobs.site import Desk

PAUSE_SECONDS: Final = 60.0

_log = structlog.get_logger("counterfoil.jobs.earnings")


def earn(desk: Desk, issuer: Issuer) -> int:
    """Again at once only where a whole stretch was there: every pause has its own."""
    gone_through = accrue_earnings(desk.connection, issuer)
    if gone_through >= STRETCH_OPERATIONS:
        return gone_through
    for waiting in earnings_waiting(desk.connection, issuer):
        _log.warning(
            "earnings.wait_for_budget",
            issuer=issuer.code,
            funding_account=waiting.funding_account_id,
            since=waiting.since.isoformat(),
        )
    return 0
