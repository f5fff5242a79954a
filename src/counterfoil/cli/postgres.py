"""The embedded PostgreSQL of a process that is to go on, whatever happens to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import structlog

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.errors import EmbeddedDatabaseError

_REVIVE_SECONDS: Final = 0.25

_log = structlog.get_logger("counterfoil.cli")


@contextmanager
def kept_running(postgres: EmbeddedPostgres | None) -> Iterator[None]:
    """While this lasts, an embedded PostgreSQL that dies is started again."""
    if postgres is None:
        yield
        return
    ended = Event()

    def revive() -> None:
        while not ended.wait(_REVIVE_SECONDS):
            if postgres.pid is None:
                try:
                    postgres.start()
                    _log.warning("postgres.started_again")
                except EmbeddedDatabaseError as error:
                    _log.warning("postgres.does_not_start", cause=str(error))

    thread = Thread(target=revive, name="postgres")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
