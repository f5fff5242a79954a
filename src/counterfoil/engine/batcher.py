"""From many waiting requests to one transaction: the only place where async meets the engine.

A batch is whatever arrived while the previous one was being written: an idle service answers at
once, a busy one batches more, and there is no timer to tune. Each issuer has a lane of its own;
a bounded set of writer threads, each with its connection, serves the lanes.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import local
from typing import Final

import psycopg

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection, connect
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Operation
from counterfoil.errors import DatabaseUnavailableError, OverloadedError

_Waiting = tuple[Operation, "asyncio.Future[Answer]"]
_Result = Answer | BaseException

BATCH_SIZES_KEPT: Final = 1024


@dataclass(slots=True)
class _Lane:
    """One issuer's queue; at most one batch of it is being written at a time."""

    issuer: Issuer
    waiting: deque[_Waiting] = field(default_factory=deque)
    writing: bool = False


class Batcher:
    """Create it and call it inside one event loop; `close` when no more will be submitted."""

    def __init__(
        self,
        database_url: str,
        *,
        queue_max: int = 4096,
        batch_max: int = 512,
        writers_max: int = 4,
    ) -> None:
        self._url = database_url
        self._queue_max = queue_max
        self._batch_max = batch_max
        self._executor = ThreadPoolExecutor(writers_max, thread_name_prefix="writer")
        self._thread = local()
        self._connections: list[Connection] = []
        self._lanes: dict[int, _Lane] = {}
        self._waiting = 0
        self.batch_sizes: deque[int] = deque(maxlen=BATCH_SIZES_KEPT)

    @property
    def queue_depth(self) -> int:
        return self._waiting

    async def submit(self, issuer: Issuer, operation: Operation) -> Answer:
        """The engine's answer, once it is committed.

        Raises OverloadedError when the queue is full, DatabaseUnavailableError when the database
        does not answer.
        """
        if self._waiting >= self._queue_max:
            raise OverloadedError("Too many operations are waiting.")
        loop = asyncio.get_running_loop()
        lane = self._lanes.get(issuer.issuer_id)
        if lane is None:
            lane = self._lanes[issuer.issuer_id] = _Lane(issuer)
        future: asyncio.Future[Answer] = loop.create_future()
        lane.waiting.append((operation, future))
        self._waiting += 1
        if not lane.writing:
            lane.writing = True
            loop.call_soon(self._write_next, loop, lane)
        return await future

    def close(self) -> None:
        """Waits for batches that are being written."""
        self._executor.shutdown(wait=True)
        for connection in self._connections:
            connection.close()

    def _write_next(self, loop: asyncio.AbstractEventLoop, lane: _Lane) -> None:
        count = min(len(lane.waiting), self._batch_max)
        if not count:
            lane.writing = False
            return
        batch = [lane.waiting.popleft() for _ in range(count)]
        self._waiting -= count
        self.batch_sizes.append(count)
        self._executor.submit(self._write, loop, lane, batch)

    def _write(
        self, loop: asyncio.AbstractEventLoop, lane: _Lane, batch: Sequence[_Waiting]
    ) -> None:
        results = self._results(lane.issuer, [operation for operation, _future in batch])
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver, loop, lane, batch, results)

    def _deliver(
        self,
        loop: asyncio.AbstractEventLoop,
        lane: _Lane,
        batch: Sequence[_Waiting],
        results: Sequence[_Result],
    ) -> None:
        self._write_next(loop, lane)
        for (_operation, future), result in zip(batch, results, strict=True):
            if future.done():  # its caller has gone; what was done stays done
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _results(self, issuer: Issuer, operations: Sequence[Operation]) -> list[_Result]:
        """A batch that fails is split, so that one bad operation cannot fail its neighbours."""
        try:
            return list(self._applied(issuer, operations))
        except DatabaseUnavailableError as error:
            return [error] * len(operations)
        except Exception as error:  # noqa: BLE001  # given to the one caller it belongs to
            if len(operations) == 1:
                return [error]
            middle = len(operations) >> 1
            return [
                *self._results(issuer, operations[:middle]),
                *self._results(issuer, operations[middle:]),
            ]

    def _applied(self, issuer: Issuer, operations: Sequence[Operation]) -> list[Answer]:
        """A connection may have died unnoticed, or taken the answer of a commit with it: once more
        on a new one, this time looking up every reference.
        """
        try:
            return apply(self._connection(), issuer, operations)
        except DatabaseUnavailableError:
            self._forget_connection()
        return apply(self._connection(), issuer, operations, after_lost_commit=True)

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._thread, "connection", None)
        if connection is None or connection.closed:
            connection = connect(self._url)
            self._thread.connection = connection
            self._connections.append(connection)
        return connection

    def _forget_connection(self) -> None:
        connection: Connection | None = getattr(self._thread, "connection", None)
        self._thread.connection = None
        if connection is not None:
            self._connections.remove(connection)
            try:
                connection.close()
            except psycopg.Error:
                return
