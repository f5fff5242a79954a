"""Sessions of PostgreSQL that stand in each other's way, as an onlooker sees and ends them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final, LiteralString

import psycopg

from counterfoil.engine.database import Connection

PATIENCE_SECONDS: Final = 30.0
_IT: Final = "pid = %s"
_THE_OTHERS: Final = (
    "backend_type = 'client backend' AND pid <> %s"
    " AND datname = (SELECT datname FROM pg_stat_activity WHERE pid = %s)"
)


class Onlooker:
    """A superuser's session beside the others; may be used from any thread."""

    def __init__(self, superuser: psycopg.Connection) -> None:
        self._superuser = superuser

    def wait_until_blocked(self, connection: Connection) -> None:
        """Until it waits for a lock that another one holds."""
        self._wait_until_blocked(_IT, _pid(connection))

    def wait_until_another_is_blocked(self, connection: Connection) -> None:
        """Until some other session of its database does."""
        self._wait_until_blocked(_THE_OTHERS, _pid(connection), _pid(connection))

    def end(self, connection: Connection) -> None:
        assert self._end(_IT, _pid(connection)) == 1

    def end_the_others(self, connection: Connection) -> int:
        """All other sessions of its database. How many there were."""
        return self._end(_THE_OTHERS, _pid(connection), _pid(connection))

    @contextmanager
    def ending_once_blocked(self, connection: Connection) -> Iterator[None]:
        def work() -> None:
            self.wait_until_blocked(connection)
            self.end(connection)

        thread = Thread(target=work)
        thread.start()
        yield
        thread.join()

    def _wait_until_blocked(self, which: LiteralString, *pids: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._count("SELECT count(*)", f"{which} AND wait_event_type = 'Lock'", *pids):
            assert time.monotonic() < deadline, "nobody stands in its way"
            time.sleep(0.005)

    def _end(self, which: LiteralString, *pids: int) -> int:
        return self._count("SELECT count(pg_terminate_backend(pid, 5000))", which, *pids)

    def _count(self, what: LiteralString, which: LiteralString, *pids: int) -> int:
        row = self._superuser.execute(
            f"{what} FROM pg_stat_activity WHERE {which}", pids
        ).fetchone()
        assert row is not None
        return int(row[0])


def _pid(connection: Connection) -> int:
    return connection.info.backend_pid
