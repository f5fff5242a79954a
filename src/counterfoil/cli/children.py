"""Processes that a server starts beside itself, and that never outlive it.

parent ──pipe──▶ child      the child reads what nobody ever writes: the pipe ends when the
                            parent does, however it dies, and the child then ends itself
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

import click
import structlog

STOP_SECONDS_MAX: Final = 90.0  # the last user of an embedded PostgreSQL stops it
RESTART_PAUSE_SECONDS: Final = 1.0
_WATCH_SECONDS: Final = 0.2

_log = structlog.get_logger("counterfoil.cli")

with_parent = click.option(
    "--with-parent", is_flag=True, hidden=True, help="End when standard input does."
)


class Child:
    """`counterfoil <arguments>` as a process of ours; started again should it die by itself.

    A session of its own keeps Ctrl-C away, so that the parent stops it when nothing is under
    way any more.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        log_path: Path | None = None,
    ) -> None:
        self._name = name
        self._arguments = [sys.executable, "-m", "counterfoil", *arguments, "--with-parent"]
        self._environment = {**os.environ, **(environment or {})}
        self._log_path = log_path
        self._stopping = Event()
        self._process = self._started()
        self._watcher = Thread(target=self._watch, name=f"watch {name}", daemon=True)
        self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._stopping.set()
        self._watcher.join()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _started(self) -> subprocess.Popen[bytes]:
        with open(self._log_path or os.devnull, "ab") as log:  # noqa: PTH123  # devnull is no Path
            return subprocess.Popen(  # noqa: S603  # ourselves, with our own arguments
                self._arguments,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=None if self._log_path is None else log,
                start_new_session=True,
            )

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            if self._process.poll() is None:
                continue
            _log.warning("child.died", child=self._name, code=self._process.returncode)
            if self._stopping.wait(RESTART_PAUSE_SECONDS):
                return
            self._process = self._started()


def end_with_parent() -> None:
    """In the child: as if SIGTERM had come, once the parent is gone."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, name="parent", daemon=True).start()
