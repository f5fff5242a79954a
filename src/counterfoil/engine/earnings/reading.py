"""What is earned, and what waits to be."""

from dataclasses import dataclass
from datetime import datetime

from counterfoil.engine.database import Connection
from counterfoil.engine.earnings.rules import EarningRule, ruling_of
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


@dataclass(frozen=True, slots=True)
class Earning:
    """What an acceptor earned of a programme by a rule in a stretch of the journal; below zero what
    was taken back. `run_id` is None until it is paid. Amounts in minor units of `currency`.
    """

    operation_id: int
    at: datetime
    programme_id: int
    currency: str
    events: int
    amount_minor: int
    run_id: int | None
    rule_id: int
    rule: EarningRule


def earnings_waiting(connection: Connection, issuer: Issuer) -> list[Waiting]:
    """By funding account; none where the budgets suffice. Ends the transaction."""
    rows = connection.execute(
        statement(__package__, "waiting"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.rollback()
    return [Waiting(*row) for row in rows]


def earnings_of(
    connection: Connection,
    issuer: Issuer,
    acceptor_id: int,
    *,
    run_id: int | None = None,
    rows_max: int = 1_000,
) -> list[Earning]:
    """What was paid with a run, or what is not paid yet; the latest first. Ends the transaction."""
    rows = connection.execute(
        statement(__package__, "earnings_of"),
        {
            "issuer_id": issuer.issuer_id,
            "acceptor_id": acceptor_id,
            "run_id": run_id,
            "rows_max": rows_max,
        },
    ).fetchall()
    connection.rollback()
    earnings = []
    for operation_id, at, programme_id, currency, events, amount_minor, paid_in, *rest in rows:
        ruling = ruling_of(rest)
        earnings.append(
            Earning(
                operation_id,
                at,
                programme_id,
                currency,
                events,
                amount_minor,
                paid_in,
                ruling.rule_id,
                ruling.rule,
            )
        )
    return earnings
