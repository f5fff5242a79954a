"""What waits to be earned."""

from dataclasses import dataclass
from datetime import datetime

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.statements import statement


@dataclass(frozen=True, slots=True)
class Waiting:
    """What agents earn from a funding account stands still: `needs_minor` is what the budget must
    have before it goes on, `left_minor` what it has.
    """

    funding_account_id: int
    currency: str
    since: datetime
    needs_minor: int
    left_minor: int
    operations_behind: int


def earnings_waiting(connection: Connection, issuer: Issuer) -> list[Waiting]:
    """By funding account; none where the budgets suffice. Ends the transaction."""
    rows = connection.execute(
        statement(__package__, "waiting"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.rollback()
    return [Waiting(*row) for row in rows]
