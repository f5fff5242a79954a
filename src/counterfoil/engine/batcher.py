"""From many waiting requests to one transaction: the only place where async meets the engine.

A batch is whatever arrived while the previous one was being written: an idle service answers at
once, a busy one batches more, and there is no timer to tune. Each issuer has a lane of its own;
as many lanes are written at once as there are connections for it.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import psycopg

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection, connect
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Operation
from counterfoil.engine.waiting import off_loop, run_on_loop
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
        self._turn = asyncio.Semaphore(writers_max)
        self._idle: list[Connection] = []
        self._writing: set[asyncio.Task[None]] = set()
        self._lanes: dict[int, _Lane] = {}
        self._waiting = 0
        self.batch_sizes: deque[int] = deque(maxlen=BATCH_SIZES_KEPT)

    @property
    def queue_depth(self) -> int:
        return self._waiting

    def submit(self, issuer: Issuer, operation: Operation) -> "asyncio.Future[Answer]":
        """The engine's answer, once it is committed, or DatabaseUnavailableError where the
        database does not answer.

        Raises OverloadedError at once when the queue is full.
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
            task = loop.create_task(self._write_waiting(lane))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)
        return future

    async def close(self) -> None:
        """Waits for batches that are being written."""
        if self._writing:
            await asyncio.wait(self._writing)
        for connection in self._idle:
            connection.close()

    async def _write_waiting(self, lane: _Lane) -> None:
        """Batch after batch, each in its turn among the lanes, until nobody waits in this one."""
        try:
            while lane.waiting:
                async with self._turn:
                    await self._write_next(lane)
        finally:
            lane.writing = False

    async def _write_next(self, lane: _Lane) -> None:
        count = min(len(lane.waiting), self._batch_max)
        batch = [lane.waiting.popleft() for _ in range(count)]
        self._waiting -= count
        self.batch_sizes.append(count)
        writer = _Writer(self._url, lane.issuer, self._idle.pop() if self._idle else None)
        try:
            results = await run_on_loop(writer.results, [operation for operation, _future in batch])
        except BaseException:  # cancelled, and only the database knows what was committed
            writer.forget_connection()
            _tell(batch, [DatabaseUnavailableError("The service is ending.")] * count)
            raise
        if writer.connection is not None:
            self._idle.append(writer.connection)
        _tell(batch, results)


def _tell(batch: Sequence[_Waiting], results: Sequence[_Result]) -> None:
    for (_operation, future), result in zip(batch, results, strict=True):
        if future.done():  # its caller has gone; what was done stays done
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)


class _Writer:
    """Writes one batch, and answers for each of its operations."""

    def __init__(self, url: str, issuer: Issuer, connection: Connection | None) -> None:
        self._url = url
        self._issuer = issuer
        self.connection = connection

    def results(self, operations: Sequence[Operation]) -> list[_Result]:
        """A batch that fails is split, so that one bad operation cannot fail its neighbours."""
        try:
            return list(self._applied(operations))
        except DatabaseUnavailableError as error:
            return [error] * len(operations)
        except Exception as error:  # noqa: BLE001  # given to the one caller it belongs to
            if len(operations) == 1:
                return [error]
            middle = len(operations) >> 1
            return [*self.results(operations[:middle]), *self.results(operations[middle:])]

    def _applied(self, operations: Sequence[Operation]) -> list[Answer]:
        """A connection may have died unnoticed, or taken the answer of a commit with it: once more
        on a new one, this time looking up every reference.
        """
        try:
            return apply(self._connected(), self._issuer, operations)
        except DatabaseUnavailableError:
            self.forget_connection()
        return apply(self._connected(), self._issuer, operations, after_lost_commit=True)

    def _connected(self) -> Connection:
        if self.connection is None or self.connection.closed:
            self.connection = off_loop(connect, self._url)
        return self.connection

    def forget_connection(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()
