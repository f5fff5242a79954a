"""The bank as a child process: what a demonstration, a bench and the tests start and stop."""

import secrets
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

from counterfoil.errors import CounterfoilError

HOST: Final = "127.0.0.1"
# Below the ports Linux gives to outgoing connections: a caller that keeps trying while the bank
# is down could connect to itself there, and the bank would never get its port back.
PORTS: Final = range(10_000, 32_000)
START_SECONDS_MAX: Final = 20.0
STOP_SECONDS_MAX: Final = 10.0


class BankProcess:
    """Started on construction and live when that returns; a context manager stops it.

    The log goes to `data_path` with the suffix `.log`. A session of its own keeps Ctrl-C away,
    so that whoever started it stops it when nothing is under way any more.
    """

    def __init__(
        self,
        data_path: Path,
        secret_path: Path,
        *,
        port: int | None = None,
        callback_url: str | None = None,
    ) -> None:
        self.port = free_port() if port is None else port
        self.base_url = f"http://{HOST}:{self.port}"
        self.log_path = data_path.with_suffix(".log")
        self._arguments = [
            *(sys.executable, "-m", "counterfoil.sandbox_fsp"),
            *("--host", HOST, "--port", str(self.port)),
            *("--data", str(data_path), "--secret-file", str(secret_path)),
            *(() if callback_url is None else ("--callback-url", callback_url)),
        ]
        self._process = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """SIGTERM: what was acknowledged is on the disk; what is owed goes on at the next start."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Again on the same port with the same data, after `stop` or `kill`."""
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        if not _is_free(self.port):
            raise CounterfoilError(
                f"Port {self.port} is taken; a sandbox provider may still be running there."
            )
        with self.log_path.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 our own module with our own arguments
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS_MAX
        with httpx.Client(base_url=self.base_url, timeout=1.0, trust_env=False) as client:
            while process.poll() is None and time.monotonic() < deadline:
                with suppress(httpx.HTTPError):
                    if client.get("/health/live").is_success:
                        return process
                time.sleep(0.02)
        process.kill()
        process.wait()
        raise CounterfoilError(f"The sandbox provider did not start; {self.log_path} says why.")


def free_port() -> int:
    while True:
        port = PORTS[secrets.randbelow(len(PORTS))]
        if _is_free(port):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server binds: what an earlier one left in TIME_WAIT is in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
