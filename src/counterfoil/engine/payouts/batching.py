"""Payments of payouts that go to a bank in files: gathered into batches, each put to the bank by
its name until the bank has it.

    pending ─ make_batch ─▶ in a batch ─ written and put (gateway) ─ note_put ─▶ the bank has it

A batch never changes, so the same file is written whoever writes it, and however often.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from counterfoil.engine.administering import or_nothing
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import new_payment_id
from counterfoil.engine.payouts.terms import next_workday
from counterfoil.statements import statement

BATCH_PAYMENTS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Unbatched:
    """A payment that waits for a file. Its account is of `scheme` at `fsp`."""

    payment_id: UUID
    run_id: int
    acceptor_id: int
    acceptor_name: str
    funding_account_id: int
    scheme: str
    fsp: str
    account: str
    amount_minor: int
    currency: str

    @property
    def narrative(self) -> str:
        return f"Payout {self.run_id}-{self.acceptor_id}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments from one funding account that stand in one file."""

    batch_id: UUID
    rail: str
    funding_account_id: int
    pay_on: date
    made_at: datetime


def unbatched(
    connection: Connection, issuer: Issuer, rail: str, *, payments_max: int = BATCH_PAYMENTS
) -> list[Unbatched]:
    """The next of one funding account, at most so many, locked: `make_batch` follows in the same
    transaction. Those that another process has are passed over.
    """
    refresh_plans(connection)
    rows = connection.execute(
        statement(__package__, "unbatched"),
        {"issuer_id": issuer.issuer_id, "rail": rail, "payments_max": payments_max},
    )
    return [Unbatched(*row) for row in rows]


def make_batch(
    connection: Connection, issuer: Issuer, rail: str, payments: Sequence[Unbatched]
) -> UUID:
    """Commits. The bank is asked to pay on the first day from today on on which it works."""
    batch_id = new_payment_id(issuer.issuer_id)
    with or_nothing(connection):
        connection.execute(
            statement(__package__, "insert_batch"),
            {
                "issuer_id": issuer.issuer_id,
                "batch_id": batch_id,
                "rail": rail,
                "funding_account_id": payments[0].funding_account_id,
                "pay_on": next_workday(connection, issuer),
                "payment_ids": [payment.payment_id for payment in payments],
                "total_minor": sum(payment.amount_minor for payment in payments),
            },
        )
        connection.commit()
    return batch_id


def unput_batches(connection: Connection, issuer: Issuer, rail: str) -> list[Batch]:
    """Those the bank may not have yet. Ends the transaction."""
    rows = connection.execute(
        statement(__package__, "unput_batches"), {"issuer_id": issuer.issuer_id, "rail": rail}
    ).fetchall()
    connection.rollback()
    return [Batch(*row) for row in rows]


def payments_in(connection: Connection, issuer: Issuer, batch_id: UUID) -> list[Unbatched]:
    """In the order in which they stand in the file. Ends the transaction."""
    rows = connection.execute(
        statement(__package__, "payments_in"),
        {"issuer_id": issuer.issuer_id, "batch_id": batch_id},
    ).fetchall()
    connection.rollback()
    return [Unbatched(*row) for row in rows]


def note_put(
    connection: Connection, issuer: Issuer, batch_id: UUID, *, asked_about: bool = False
) -> None:
    """The bank has the file. Where its payments are asked about one by one, they are due for it.
    Commits.
    """
    whose = {"issuer_id": issuer.issuer_id, "batch_id": batch_id}
    connection.execute(statement(__package__, "note_put"), whose)
    if asked_about:
        connection.execute(statement(__package__, "ask_about_batch"), whose)
    connection.commit()
