"""Runs, payouts and their payments, as they stand. Each leaves the transaction open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import NotFoundError
from counterfoil.money import Money
from counterfoil.statements import statement

# Of payouts that are neither on their way nor at an end that stays.
RETRIED: Final = frozenset({"failed", "returned"})


@dataclass(frozen=True, slots=True)
class Run:
    """`digest` stands for all that is approved with it; None until it is counted. `programme_id` is
    that of its terms, where they are a programme's.
    """

    run_id: int
    terms_id: int
    funding_account_id: int
    currency: str
    cut_off_at: datetime
    through_at: datetime
    counted_at: datetime
    counted_postings: int
    status: str
    payouts: int
    payouts_open: int
    left_out: int
    net_minor: int
    digest: bytes | None
    sent_to: int
    made_by: str
    made_at: datetime
    approved_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None
    programme_id: int | None

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Payout:
    """What an acceptor gets in a run. Amounts in minor units of `currency`; `left_out` says why it
    was not paid with it, `reason` why its payment failed or came back.
    """

    run_id: int
    acceptor_id: int
    acceptor_name: str
    currency: str
    redemptions: int
    gross_minor: int
    refunded_minor: int
    earned_minor: int
    commission_minor: int
    fee_minor: int
    net_minor: int
    scheme: str
    fsp: str
    account: str
    rail: str
    left_out: str | None
    status: str
    reason: str | None
    changed_at: datetime


def run_of(connection: Connection, issuer: Issuer, run_id: int) -> Run:
    """Raises NotFoundError."""
    found = runs_of(connection, issuer.issuer_id, after_run=run_id - 1, runs_max=1)
    if not found or found[0].run_id != run_id:
        raise NotFoundError(f"There is no payout run {run_id}.")
    return found[0]


def runs_of(
    connection: Connection, issuer_id: int, *, after_run: int = 0, runs_max: int = 1_000
) -> list[Run]:
    """By their ids, later than one."""
    rows = connection.execute(
        statement(__package__, "runs"),
        {"issuer_id": issuer_id, "after_run": after_run, "runs_max": runs_max},
    )
    return [Run(*row) for row in rows]


def runs_at(connection: Connection, issuer: Issuer, status: str) -> list[int]:
    """The ids of runs that stand at some step, in their order. Ends the transaction."""
    rows = connection.execute(
        statement(__package__, "runs_at"), {"issuer_id": issuer.issuer_id, "status": status}
    ).fetchall()
    connection.rollback()
    return [run_id for (run_id,) in rows]


def payout_of(connection: Connection, issuer: Issuer, run_id: int, acceptor_id: int) -> Payout:
    """Raises NotFoundError."""
    found = payouts_of(connection, issuer, run_id, after_acceptor=acceptor_id - 1, payouts_max=1)
    if not found or found[0].acceptor_id != acceptor_id:
        raise NotFoundError(f"There is no payout {run_id}-{acceptor_id}.")
    return found[0]


def subject_of(run_id: int, acceptor_id: int) -> str:
    """What the journal calls a payout; people read its number, such as `12-345`."""
    return f"payout:{run_id}-{acceptor_id}"


def payouts_of(
    connection: Connection,
    issuer: Issuer,
    run_id: int,
    *,
    after_acceptor: int = 0,
    payouts_max: int = 1_000,
) -> list[Payout]:
    """By their acceptors' ids, later than one."""
    rows = connection.execute(
        statement(__package__, "payouts"),
        {
            "issuer_id": issuer.issuer_id,
            "run_id": run_id,
            "after_acceptor": after_acceptor,
            "payouts_max": payouts_max,
        },
    )
    return [Payout(*row) for row in rows]
