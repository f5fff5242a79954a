"""The one thread that writes. A batch is what arrived while the last one was committed, so
that many transfers share one fsync; nobody is answered before the commit.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import structlog

from counterfoil.errors import OverloadedError
from counterfoil.sandbox_fsp import store

BATCH_COMMANDS_MAX: Final = 256
QUEUE_COMMANDS_MAX: Final = 4096

T = TypeVar("T")

_log = structlog.get_logger("counterfoil.sandbox_fsp.writer")


class _Command(Generic[T]):
    """A change, its answer once it is made, and the answer's way back once it is committed."""

    def __init__(self, change: Callable[[sqlite3.Connection], T]) -> None:
        self.future: Future[T] = Future()
        self._change = change
        self._answer: Callable[[], None] = lambda: None

    def run(self, connection: sqlite3.Connection) -> None:
        connection.execute("SAVEPOINT command")
        try:
            result = self._change(connection)
        except Exception as error:  # noqa: BLE001 whoever asked gets it; the neighbours must not
            refusal = error  # `error` itself is gone when the answer is given
            connection.execute("ROLLBACK TO command")
            self._answer = lambda: self.future.set_exception(refusal)
        else:
            self._answer = lambda: self.future.set_result(result)
        connection.execute("RELEASE command")

    def answer(self) -> None:
        self._answer()


class Writer:
    def __init__(self, data_path: Path) -> None:
        self._data_path = data_path
        self._commands: queue.Queue[_Command[Any] | None] = queue.Queue(QUEUE_COMMANDS_MAX)
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="bank-writer", daemon=True)

    def start(self) -> None:
        """Returns when the tables are there; raises what SQLite has against the file."""
        self._thread.start()
        self._ready.result()

    def stop(self) -> None:
        """Commits what is queued first."""
        self._commands.put(None)
        self._thread.join()

    def submit(self, change: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """The future has its result when the change is on the disk."""
        command = _Command(change)
        try:
            self._commands.put_nowait(command)
        except queue.Full:
            raise OverloadedError("The bank has too much to do; try again.") from None
        return command.future

    def _run(self) -> None:
        try:
            connection = store.writing_connection(self._data_path)
        except sqlite3.Error as error:
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        try:
            while (first := self._commands.get()) is not None:
                batch, more = self._batch(first)
                _write(connection, batch)
                if not more:
                    return
        finally:
            connection.close()

    def _batch(self, first: _Command[Any]) -> tuple[list[_Command[Any]], bool]:
        """What is waiting now, and whether the thread goes on after it."""
        batch = [first]
        while len(batch) < BATCH_COMMANDS_MAX:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                break
            if command is None:
                return batch, False
            batch.append(command)
        return batch, True


def _write(connection: sqlite3.Connection, batch: list[_Command[Any]]) -> None:
    wanted = [command for command in batch if command.future.set_running_or_notify_cancel()]
    try:
        connection.execute("BEGIN IMMEDIATE")
        for command in wanted:
            command.run(connection)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        # A full disk, a locked file: nobody in the batch knows more than that.
        _log.exception("bank.commit_failed", commands=len(wanted))
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for command in wanted:
            command.future.set_exception(error)
        return
    for command in wanted:
        command.answer()
