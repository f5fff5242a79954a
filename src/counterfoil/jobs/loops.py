"""Loops that outlast everything but being asked to stop: a database that goes away included."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Final

import psycopg
import structlog

from counterfoil.engine.issuer import Issuer
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.jobs.connections import Connections
from counterfoil.jobs.site import Desk, WorkSite

BACK_OFF_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 5.0)

_log = structlog.get_logger("counterfoil.jobs")


@dataclass(frozen=True, slots=True)
class Loop:
    """`turn` works for one issuer and says how much it did; after a round in which nothing was
    done for anybody, the loop rests.
    """

    name: str
    turn: Callable[[Desk, Issuer], int]
    pause_seconds: float


def start(site: WorkSite, connections: Connections, loop: Loop) -> Thread:
    thread = Thread(target=lambda: _run(site, connections, loop), name=loop.name)
    thread.start()
    return thread


def _run(site: WorkSite, connections: Connections, loop: Loop) -> None:
    failures = 0
    while not site.stopping.is_set():
        began = time.monotonic()
        try:
            _rounds(site, connections, loop)
        except (DatabaseUnavailableError, psycopg.OperationalError) as error:
            _log.warning("worker.database_lost", loop=loop.name, cause=type(error).__name__)
        except Exception as error:  # noqa: BLE001  # whatever it was, the loop goes on
            _log.error("worker.loop_failed", loop=loop.name, **what(error))
        failures = 0 if time.monotonic() - began > BACK_OFF_SECONDS[-1] else failures + 1
        site.stopping.wait(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])


def _rounds(site: WorkSite, connections: Connections, loop: Loop) -> None:
    opened: dict[str, Issuer] = {}
    while not site.stopping.is_set():
        with connections.one() as connection:
            desk = Desk(site, connection, opened)
            done = sum(_turn(desk, loop, issuer) for issuer in desk.issuers())
        if not done:
            site.stopping.wait(loop.pause_seconds)


def _turn(desk: Desk, loop: Loop, issuer: Issuer) -> int:
    """One issuer's trouble is not its neighbours'."""
    if desk.is_stopping:
        return 0
    try:
        return loop.turn(desk, issuer)
    except (DatabaseUnavailableError, psycopg.OperationalError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever it was, the others' turns come
        _log.error("worker.turn_failed", loop=loop.name, issuer=issuer.code, **what(error))
        desk.connection.rollback()
        return 0


def what(error: BaseException) -> dict[str, str]:
    """Its class and its place; its text may hold what was in a row."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return {"cause": type(error).__name__, "place": place.rpartition("/")[2]}
