"""What a home has and who uses it: looked at from outside, with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

# One user of a home, in a process of its own: says that it is up, stops when its input ends, and
# after Ctrl-C first asks the database once more, as a server that drains does.
USER = """
import signal
import sys
from pathlib import Path
import psycopg
from counterfoil.embedded import EmbeddedPostgres

# Who is started in the background by a shell is told to ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    try:
        print("up", server.pid, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        with psycopg.connect(server.url) as connection:
            print("drained", *connection.execute("SELECT 42").fetchone(), flush=True)
print("stopped", server.pid, flush=True)
"""


def end_all(home: Path) -> bool:
    """What a failed test left running."""
    left = postgres_processes(home)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return bool(left)


def postgres_processes(home: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").samefile(home / "postgres" / "data"):
                found.append(int(process.name))
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def wait_until(condition: Callable[[], object], *, seconds_max: float = 10) -> None:
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answer(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def record(url: str, number: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT %s AS number", [number])


@contextmanager
def user_process(home: Path, *prefix: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603  # no shell
        [*prefix, sys.executable, "-W", "error", "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
