"""Operations of one issuer, applied in one transaction: lock, look up, decide, write.

    apply ─▶ Reading (locks and looks up) ─▶ decide (pure) ─▶ Writing (set-based statements)

Two round trips to the database whatever the size of the batch; one more where stock is drawn, and
one where something was refused, which may have been done before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import errors as pg
from psycopg.pq import PipelineStatus

from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.deciding import Deciding
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Operation
from counterfoil.engine.pipeline import Asked, Pipeline
from counterfoil.engine.reading import (
    LookUp,
    StaleCatalogueError,
    read_batch,
)
from counterfoil.engine.stock import StaleStockError
from counterfoil.errors import DatabaseUnavailableError

ATTEMPTS_MAX: Final = 5
# So many are written while the next ones are decided: enough to be worth the statements.
PART_OPERATIONS: Final = 128
_TRY_AGAIN: Final = (
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.UniqueViolation,
    StaleCatalogueError,
    StaleStockError,
)


@dataclass(frozen=True, slots=True)
class Extra:
    """A statement that belongs into the batch's transaction: what a sweep or a bulk has worked
    off, written together with the work. It gets `issuer_id`. One that `must_change` a row and
    finds none undoes the batch: somebody else did this work.
    """

    name: str
    parameters: dict[str, object]
    must_change: bool = False


# What is written depends at times on what was answered.
Extras = Sequence[Extra] | Callable[[Sequence[Answer]], Sequence[Extra]]


class SupersededError(Exception):
    """An extra that must change a row found none; nothing was changed."""


def apply(
    connection: Connection,
    issuer: Issuer,
    operations: Sequence[Operation],
    *,
    bulk: bool = False,
    extras: Extras = (),
    after_lost_commit: bool = False,
    part_operations: int = PART_OPERATIONS,
) -> list[Answer]:
    """One answer per operation, in order. `bulk` leaves one leaf for all of them.

    `after_lost_commit` looks up the references we gave ourselves too: the batch was sent before,
    and nobody knows whether it was committed.

    Raises DatabaseUnavailableError where nothing was changed, or where a lost commit makes it
    unknown what was: ask again under the same references.
    """
    look_up = LookUp.ALL if after_lost_commit else LookUp.DRAWS
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            refresh_plans(connection)
            batch = read_batch(connection, issuer, operations, look_up=look_up)
            deciding = Deciding(issuer, batch, bulk=bulk, part=part_operations)
            return _decide_and_write(connection, issuer, deciding, extras=extras)
        except _TRY_AGAIN:
            _give_back(connection)
            if attempt == ATTEMPTS_MAX:
                raise
            if look_up is LookUp.DRAWS:
                look_up = LookUp.GIVEN
        except psycopg.OperationalError as error:
            _give_back(connection)
            raise DatabaseUnavailableError("The database does not answer.") from error
        except BaseException:
            _give_back(connection)
            raise
    raise AssertionError("the last attempt returns or raises")


def _decide_and_write(
    connection: Connection, issuer: Issuer, deciding: Deciding, *, extras: Extras
) -> list[Answer]:
    pipeline = Pipeline(connection, issuer.issuer_id)
    answers = deciding.answers(pipeline)
    wanted = extras(answers) if callable(extras) else extras
    if deciding.is_empty and not wanted:
        connection.rollback()
        return answers
    deciding.write(pipeline)
    written = [pipeline.ask(extra.name, **extra.parameters) for extra in wanted]
    if any(extra.must_change for extra in wanted):
        pipeline.run()
        _check_changed(wanted, written)
    pipeline.run(commit=True)
    deciding.journal.remember()
    return answers


def _check_changed(wanted: Sequence[Extra], written: Sequence[Asked]) -> None:
    for extra, asked in zip(wanted, written, strict=True):
        if extra.must_change and asked.changed == 0:
            raise SupersededError(extra.name)


def _give_back(connection: Connection) -> None:
    """Leave no transaction open on a connection that still lives."""
    if connection.pgconn.pipeline_status != PipelineStatus.OFF:
        connection.close()  # something failed while it was being asked
    if not connection.closed:
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()
