"""Looking again: what was recorded later than the bank's line is attached to it, what should have
been answered or booked by now and is not is said, and what agrees again ends.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from counterfoil.engine.administering import or_nothing
from counterfoil.engine.apply import apply
from counterfoil.engine.banking.balancing import balance_accounts
from counterfoil.engine.banking.exceptions import (
    ExceptionKind,
    Wanted,
    end_those_that_agree,
    end_unwanted,
    open_exceptions,
)
from counterfoil.engine.banking.explaining import Explained, explain, open_lines
from counterfoil.engine.banking.lines import Line, news_of
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller, FinishPayment, Outcome
from counterfoil.engine.pipeline import Pipeline
from counterfoil.statements import statement

BATCH_SILENT_AFTER: Final = timedelta(hours=24)
PAYMENT_SILENT_AFTER: Final = timedelta(days=3)
_SYSTEM: Final = Caller(0, "system:banking")
_OF_LINES: Final = (ExceptionKind.UNEXPLAINED_DEBIT, ExceptionKind.AMOUNT_DIFFERS)


@dataclass(frozen=True, slots=True)
class Looked:
    """How many payments came further, and how many exceptions were opened, changed or ended."""

    moved: int = 0
    exceptions: int = 0


def lock_look(connection: Connection, issuer: Issuer) -> datetime:
    """One at a time takes a file or looks; who needs the head has it before. The time of the
    transaction.
    """
    rows = connection.execute(
        statement(__package__, "lock_look"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    now: datetime
    ((now,),) = rows
    return now


def look_again(connection: Connection, issuer: Issuer) -> Looked:
    """For a worker, every few seconds: where the journal did not go on since the last time it costs
    one short read, but once a minute. Commits.
    """
    refresh_plans(connection)
    if not _is_due(connection, issuer):
        connection.rollback()
        return Looked()
    with or_nothing(connection):
        # Only what a line tells of a payment is recorded in the journal; it is hardly ever so late.
        journal = None
        if news_of(*open_lines(connection, issuer)):
            connection.rollback()
            journal = issuer.begin(connection)
        now = lock_look(connection, issuer)
        explained = explain(connection, issuer, _SYSTEM, journal)
        if journal is not None:
            write(connection, issuer, journal)
        exceptions = look(connection, issuer, now, explained)
        connection.commit()
        if journal is not None:
            journal.remember()
    if finish_instants(connection, issuer, _SYSTEM, explained.instants):
        return look_again(connection, issuer)
    return Looked(explained.moved, exceptions)


def write(connection: Connection, issuer: Issuer, journal: Journal) -> None:
    """So that what was just recorded is seen by what looks at balances. The caller commits, and
    then lets the journal be remembered.
    """
    pipeline = Pipeline(connection, issuer.issuer_id)
    journal.flush(pipeline)
    pipeline.run()


def look(
    connection: Connection,
    issuer: Issuer,
    now: datetime,
    explained: Explained,
    *,
    told: Collection[Wanted] = (),
    funds: Collection[int] = (),
) -> int:
    """Open and end what there is to say: of lines, of what a file `told`, of what is silent, and of
    the balances of accounts with lines attached and of `funds`. The caller has `lock_look`.
    """
    wanted = [*explained.wanted, *told]
    changed = end_unwanted(connection, issuer, now, wanted, kinds=_OF_LINES, of_lines=True)
    changed += open_exceptions(
        connection, issuer, now, [*wanted, *_silent(connection, issuer, now)]
    )
    changed += balance_accounts(connection, issuer, now, sorted({*funds, *explained.funds}))
    return changed + end_those_that_agree(connection, issuer, now)


def finish_instants(
    connection: Connection, issuer: Issuer, caller: Caller, lines: Collection[Line]
) -> int:
    """A voucher that is paid for at once is settled by an operation on it, in a transaction of its
    own; only then has the ledger the line. How many were settled.
    """
    finished = [
        FinishPayment(
            caller=caller,
            payment_id=line.payment_id,
            serial=line.serial,
            completed=True,
            provider_reference=line.bank_reference,
        )
        for line in lines
        if line.payment_id is not None and line.serial is not None
    ]
    answers = apply(connection, issuer, finished) if finished else []
    return sum(answer.outcome is Outcome.DONE for answer in answers)


def _is_due(connection: Connection, issuer: Issuer) -> bool:
    row = connection.execute(
        statement(__package__, "is_look_due"), {"issuer_id": issuer.issuer_id}
    ).fetchone()
    return row is not None and bool(row[0])


def _silent(connection: Connection, issuer: Issuer, now: datetime) -> list[Wanted]:
    rows = connection.execute(
        statement(__package__, "silent"),
        {
            "issuer_id": issuer.issuer_id,
            "put_before": now - BATCH_SILENT_AFTER,
            "made_before": now - PAYMENT_SILENT_AFTER,
        },
    )
    return [
        Wanted(
            kind=ExceptionKind(kind),
            funding_account_id=fund,
            about=(payment_id or batch_id).hex,
            payment_id=payment_id,
            batch_id=batch_id,
            expected_minor=amount_minor,
        )
        for kind, fund, payment_id, batch_id, amount_minor in rows
    ]
