"""Statements of one transaction, sent to PostgreSQL together and answered together.

    pipeline = Pipeline(connection, issuer_id)
    head = pipeline.ask("lock_head")     begins a transaction, where there is none
    more = pipeline.ask("balances")      sent at once, while PostgreSQL works on the first
    pipeline.run()                       one round trip for all
    head.rows, more.rows

Written on libpq as psycopg shows it (`psycopg.pq`): its own pipeline and cursors take about 100
microseconds of Python for a statement whatever it does, and a batch has a dozen. Each statement is
prepared when it is first sent on a connection.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from psycopg import adapt, pq
from psycopg.abc import Buffer, PQGen
from psycopg.errors import error_from_result
from psycopg.rows import TupleRow
from psycopg.waiting import Ready, Wait

from counterfoil.engine.arrays import DUMPERS
from counterfoil.statements import statement

Connection = psycopg.Connection[TupleRow]

_PARAMETER: Final = re.compile(rb"%(?:%|\((\w+)\)s)")
_BINARY: Final = pq.Format.BINARY
_TEXT: Final = pq.Format.TEXT
_FAILED: Final = frozenset({pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED})
_BYTEA_OID: Final = 17
_UUID_OID: Final = 2950
_BIGINT_OID: Final = 20
_BOOLEAN_OID: Final = 16
_TIMESTAMPTZ_OID: Final = 1184
_UNKNOWN_OID: Final = 0  # of what PostgreSQL finds in its place

# A value, the oid of its type and the format it is in.
_Dumped = tuple[Buffer | None, int, pq.Format]

_prepared: Final[WeakKeyDictionary[Connection, set[bytes]]] = WeakKeyDictionary()


@dataclass(slots=True)
class Asked:
    """One statement's answer, once its pipeline was run."""

    rows: list[TupleRow] = field(default_factory=list)
    changed: int = 0


class Pipeline:
    """May be filled and run again in one transaction. Whoever asks must run it, or close the
    connection; where asking or running fails, the caller rolls back.
    """

    def __init__(self, connection: Connection, issuer_id: int) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._issuer_id = issuer_id
        self._prepared = _prepared.setdefault(connection, set())
        # Whose each result will be; or the name of the statement that was prepared.
        self._due: list[Asked | bytes | None] = []

    def ask(self, name: str, /, **parameters: object) -> Asked:
        """Send `engine/sql/<name>.sql`; PostgreSQL works on it while the next one is made.
        `issuer_id` is given to each.
        """
        known = _statement(name)
        parameters["issuer_id"] = self._issuer_id
        try:
            dumped = [_dumped(parameters[each]) for each in known.parameters]
        except BaseException:
            self.run()  # what was sent is answered first: in pipeline mode nobody can roll back
            raise
        pgconn, asked = self._pgconn, Asked()
        self._begin()
        if known.name not in self._prepared:
            pgconn.send_prepare(known.name, known.text, [oid for _value, oid, _format in dumped])
            self._prepared.add(known.name)
            self._due.append(known.name)
        pgconn.send_query_prepared(
            known.name,
            [value for value, _oid, _format in dumped],
            [form for _value, _oid, form in dumped],
            _BINARY,
        )
        self._due.append(asked)
        pgconn.flush()  # as much as there is room for
        return asked

    def run(self, *, commit: bool = False) -> None:
        """Wait for all answers. Raises what PostgreSQL refuses, as psycopg's errors."""
        if commit:
            self._begin()
            self._pgconn.send_query_params(b"COMMIT", None)
            self._due.append(None)
        if not self._due:
            return
        due, self._due = self._due, []
        try:
            results = self._connection.wait(_synced(self._pgconn))
        except BaseException:
            with suppress(psycopg.Error):  # after Ctrl-C psycopg has waited for the last answer
                self._pgconn.exit_pipeline_mode()
            raise
        self._pgconn.exit_pipeline_mode()
        self._take(due, results)

    def _begin(self) -> None:
        if self._due:
            return
        is_idle = self._pgconn.transaction_status == pq.TransactionStatus.IDLE
        self._pgconn.enter_pipeline_mode()
        if is_idle:
            self._pgconn.send_query_params(b"BEGIN", None)
            self._due.append(None)

    def _take(
        self, due: Sequence[Asked | bytes | None], results: Sequence[pq.abc.PGresult]
    ) -> None:
        transformer = adapt.Transformer(self._connection)
        failed: pq.abc.PGresult | None = None
        for whose, result in zip(due, results, strict=True):
            if result.status in _FAILED:
                failed = failed or result
                if isinstance(whose, bytes):
                    self._prepared.discard(whose)
            elif isinstance(whose, Asked):
                whose.changed = result.command_tuples or 0
                if result.ntuples:
                    transformer.set_pgresult(result)
                    whose.rows = transformer.load_rows(0, result.ntuples, tuple)
        if failed is not None:
            raise error_from_result(failed)


@dataclass(frozen=True, slots=True)
class _Statement:
    name: bytes
    text: bytes
    parameters: tuple[str, ...]


@cache
def _statement(name: str) -> _Statement:
    parameters: dict[str, int] = {}

    def numbered(found: re.Match[bytes]) -> bytes:
        if found[1] is None:
            return b"%"
        return b"$%d" % parameters.setdefault(found[1].decode(), len(parameters) + 1)

    text = _PARAMETER.sub(numbered, statement(__package__, name))
    return _Statement(f"counterfoil_{name}".encode(), text, tuple(parameters))


def _dumped(value: object) -> _Dumped:
    """Lists as of engine/arrays.py in binary; what is single as text."""
    dumper = DUMPERS.get(type(value))
    if dumper is not None:
        return dumper.dump(value), dumper.oid, _BINARY
    match value:
        case None:
            return None, _UNKNOWN_OID, _TEXT
        case bool():
            return b"t" if value else b"f", _BOOLEAN_OID, _TEXT
        case int():
            return b"%d" % value, _BIGINT_OID, _TEXT
        case str():
            return value.encode(), _UNKNOWN_OID, _TEXT
        case UUID():
            return str(value).encode(), _UUID_OID, _TEXT
        case bytes():
            return value, _BYTEA_OID, _BINARY
        case datetime():
            return value.isoformat().encode(), _TIMESTAMPTZ_OID, _TEXT
        case _:
            raise TypeError(f"{type(value).__name__} is no parameter of a pipeline")


def _synced(pgconn: pq.abc.PGconn) -> PQGen[list[pq.abc.PGresult]]:
    """Send what is left and a sync; the last result of each command, up to the sync."""
    pgconn.pipeline_sync()
    unsent = pgconn.flush() != 0
    results: list[pq.abc.PGresult] = []
    last: pq.abc.PGresult | None = None
    while True:
        ready = yield Wait.RW if unsent else Wait.R
        if not ready:  # psycopg waits no longer than a moment at a time
            continue
        if ready & Ready.W:
            unsent = pgconn.flush() != 0
        if not ready & Ready.R:
            continue
        pgconn.consume_input()
        while not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:
                if last is None:
                    break
                results.append(last)
                last = None
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            else:
                last = result
        if pgconn.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError("the connection is lost")
