"""Runs `counterfoil` as people do: as a process, and looks at what it said and left."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import httpx

from counterfoil.cli import main

Process = subprocess.Popen[str]
COMMAND = [sys.executable, "-m", "counterfoil"]


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever the command prints
        return json.loads(self.out)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    return {**kept, **settings}


def counterfoil(
    *arguments: str, home: Path | None = None, settings: Mapping[str, str] | None = None
) -> Said:
    place = [] if home is None else ["--home", str(home)]
    done = subprocess.run(  # noqa: S603  # ourselves
        [*COMMAND, *arguments, *place],
        env=environment(settings or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def in_this_process(*arguments: str, home: Path | None = None) -> Said:
    """The same without a process of its own: for many refusals in a short time."""
    place = [] if home is None else ["--home", str(home)]
    out, err, sigterm = io.StringIO(), io.StringIO(), signal.getsignal(signal.SIGTERM)
    command = ["counterfoil", *arguments, *place]
    with (
        mock.patch.object(sys, "argv", command),
        mock.patch.dict(os.environ, environment({}), clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
            code: object = 0
        except SystemExit as error:
            code = error.code
        finally:
            signal.signal(signal.SIGTERM, sigterm)
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


@contextmanager
def started(*arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[Process]:
    process = subprocess.Popen(  # noqa: S603  # ourselves
        [*COMMAND, *arguments],
        env=environment(settings or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_until_live(port: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=1.0).raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def interrupted(process: Process, seconds: float = 30.0) -> Said:
    """Ctrl-C, and what it said until it ended."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=seconds)
    return Said(process.returncode, out, err)


def processes_of(home: Path) -> list[str]:
    """The command lines of whatever runs in, or for, that home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            folder_of = (folder / "cwd").readlink()
        except OSError:
            continue
        if str(home) in line or folder_of.is_relative_to(home):
            found.append(line)
    return found


def wait_until_gone(home: Path, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while left := processes_of(home):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
