"""The connections of a worker's loops. A loop takes one for a round and gives it back: there are
many more loops than are at work at once, and PostgreSQL has a process for each connection.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from time import monotonic
from typing import Final

from psycopg.pq import TransactionStatus

from counterfoil.engine.database import Connection, connect

AT_ONCE: Final = 8
PATIENCE_SECONDS: Final = 0.5
RESTING_SECONDS_MAX: Final = 5.0


class Connections:
    """Shared by all loops. Where `AT_ONCE` are taken already, who wants one waits a moment and then
    opens one more: some rounds wait for a far side for long, and payments must not wait for them.
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._places = Semaphore(AT_ONCE)
        self._lock = Lock()
        # With when it was given back. Taken from the right, so that those on the left get old.
        self._resting: deque[tuple[float, Connection]] = deque()

    def close(self) -> None:
        """Those that rest."""
        self._close_resting_since_before(monotonic())

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """Raises DatabaseUnavailableError. Where the round fails, its connection is closed, and so
        are those that rest: what one has lost the others will have lost, too.
        """
        has_place = self._places.acquire(timeout=PATIENCE_SECONDS)
        try:
            connection = self._rested() or connect(self._database_url)
            try:
                yield connection
                self._give_back(connection)
            except BaseException:
                connection.close()
                self.close()
                raise
        finally:
            if has_place:
                self._places.release()

    def _rested(self) -> Connection | None:
        with self._lock:
            return self._resting.pop()[1] if self._resting else None

    def _give_back(self, connection: Connection) -> None:
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            connection.rollback()
        now = monotonic()
        with self._lock:
            self._resting.append((now, connection))
        self._close_resting_since_before(now - RESTING_SECONDS_MAX)

    def _close_resting_since_before(self, then: float) -> None:
        with self._lock:
            while self._resting and self._resting[0][0] < then:
                self._resting.popleft()[1].close()
