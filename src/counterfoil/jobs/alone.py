"""Work of which one piece's trouble is not its neighbours'."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import structlog

from counterfoil.errors import DatabaseUnavailableError
from counterfoil.jobs.loops import what
from counterfoil.jobs.site import Desk

_log = structlog.get_logger("counterfoil.jobs")


@contextmanager
def alone(desk: Desk, which: int | str) -> Iterator[None]:
    """What fails is logged by `which` it was, and leaves no transaction; a database that is away
    ends the round.
    """
    try:
        yield
    except (DatabaseUnavailableError, psycopg.OperationalError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever it was, the next one is worked on
        _log.error("worker.step_failed", which=which, **what(error))
        desk.connection.rollback()
