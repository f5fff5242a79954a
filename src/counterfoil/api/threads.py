"""Blocking database work off the event loop: a few threads, each with a connection of its own."""

import asyncio
import select
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Final, TypeVar

import psycopg

from counterfoil.engine.database import Connection, connect
from counterfoil.errors import DatabaseUnavailableError, OverloadedError

T = TypeVar("T")

_TRUSTED_SECONDS: Final = 1.0  # a connection idle for longer is asked before it is used


class DatabaseThreads:
    """What is not batched: reads, and administration. A bounded queue; a dead connection is
    replaced, so that a database that comes back is used at once.
    """

    def __init__(self, url: str, *, threads_max: int = 4, waiting_max: int = 256) -> None:
        self._url = url
        self._executor = ThreadPoolExecutor(threads_max, thread_name_prefix="reader")
        self._waiting_max = waiting_max
        self._waiting = 0
        self._thread = local()
        self._connections: list[Connection] = []

    async def run(self, function: Callable[[Connection], T]) -> T:
        """Raises OverloadedError, DatabaseUnavailableError, and what `function` raises."""
        if self._waiting >= self._waiting_max:
            raise OverloadedError("Too many questions are waiting.")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, self._run, function)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._executor.shutdown(wait=True)
        for connection in self._connections:
            connection.close()

    def _run(self, function: Callable[[Connection], T]) -> T:
        connection = self._connection()
        try:
            return function(connection)
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError("The database does not answer.") from error
        finally:
            self._give_back(connection)

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._thread, "connection", None)
        if connection is not None and not self._lives(connection):
            self._thread.connection = None  # before anything can fail: never look at it again
            self._connections.remove(connection)
            connection.close()
            connection = None
        if connection is None:
            connection = connect(self._url)
            self._thread.connection = connection
            self._connections.append(connection)
        return connection

    def _lives(self, connection: Connection) -> bool:
        """A server that ended the session has said so on the socket, where nothing is due."""
        if connection.closed:
            return False
        used_ago = time.monotonic() - self._thread.used_at
        if used_ago < _TRUSTED_SECONDS and not _has_something_to_say(connection):
            return True
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error:
            return False
        return True

    def _give_back(self, connection: Connection) -> None:
        """Ends the transaction, so that the next one sees what is true then."""
        self._thread.used_at = time.monotonic()
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()


def _has_something_to_say(connection: Connection) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
