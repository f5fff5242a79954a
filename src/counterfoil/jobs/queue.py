"""Putting work into the queue: from the API, the command line and, later, the portal.

A job carries ids only. Asking twice for the same work is one job, until it begins.
"""

from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg.conninfo import conninfo_to_dict

from counterfoil.errors import DatabaseUnavailableError
from counterfoil.jobs import SCHEMA

QUEUE: Final = "engine"
_POOL_MAX: Final = 4
_CONNECT_SECONDS_MAX: Final = 5.0


class Task(StrEnum):
    """The names never change: they stand in jobs that wait."""

    FINISH_PROVISION = "finish_provision"
    FINISH_BULK = "finish_bulk"
    FINISH_ROTATION = "finish_rotation"
    PURGE = "purge"


class JobQueue:
    """One per process, safe to share between threads; connects with the first job."""

    def __init__(self, database_url: str) -> None:
        self._app = App(connector=SyncPsycopgConnector(**pool_arguments(database_url)))
        self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._is_open:
            self._app.close()

    def enqueue(self, task: Task, issuer_code: str, subject_id: int = 0) -> None:
        """`subject_id` is the provision's, the bulk's or the like.

        Raises DatabaseUnavailableError; the worker then finds the work by itself, a little later.
        """
        lock = f"{task}:{issuer_code}:{subject_id}"
        try:
            if not self._is_open:
                self._app.open()
                self._is_open = True
            self._app.configure_task(task, queue=QUEUE, queueing_lock=lock).defer(
                issuer_code=issuer_code, subject_id=subject_id
            )
        except AlreadyEnqueued:
            return
        except (ConnectorException, psycopg.OperationalError) as error:
            raise DatabaseUnavailableError("The job queue does not answer.") from error


def pool_arguments(database_url: str) -> dict[str, Any]:  # procrastinate's own signature
    """Connections that act as the engine and find the queue's tables by their bare names."""
    database = str(conninfo_to_dict(database_url).get("dbname", ""))
    role = f"{database}_engine".replace("\\", "\\\\").replace(" ", "\\ ")
    return {
        "conninfo": database_url,
        "min_size": 1,
        "max_size": _POOL_MAX,
        "timeout": _CONNECT_SECONDS_MAX,
        "kwargs": {
            "options": f"-c role={role} -c search_path={SCHEMA},public -c timezone=UTC",
            "connect_timeout": int(_CONNECT_SECONDS_MAX),
        },
    }
