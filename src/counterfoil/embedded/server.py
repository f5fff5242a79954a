"""The server process: is one alive, start it, stop it, whatever the last one left behind."""

import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Final

from counterfoil.embedded.programs import log_bytes, log_file, program, spawn, trouble
from counterfoil.errors import EmbeddedDatabaseError

SETTINGS: Final[Mapping[str, str]] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "off",  # the wheel has no lz4, and pglz costs more than it saves
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_permissions": "0700",
    # A voucher number must never reach the log: no statements and no parameters; no errors of
    # clients, which quote values (the client gets them anyway); no DETAIL, which after a crash
    # quotes the query.
    "log_statement": "none",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
NOT_DURABLE: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}

_SOCKET: Final = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES_MAX: Final = 107
_START_SECONDS_MAX: Final = 300.0  # a recovery replays up to max_wal_size
_FAST_STOP_SECONDS_MAX: Final = 60.0
_IMMEDIATE_STOP_SECONDS_MAX: Final = 15.0
_POLL_SECONDS: Final = 0.02
_PROBE_SECONDS: Final = 0.1
_DYING_SECONDS_MAX: Final = 3.0
_MEBIBYTE: Final = 1024 * 1024

# What passes by itself: backends that outlive a killed postmaster, a port taken just before us.
_PASSING_TROUBLE: Final = ("is still in use", "could not create any TCP/IP sockets")
_PASSING_SECONDS_MAX: Final = 15.0


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What postmaster.pid says; `socket_folder` is empty where it listens on 127.0.0.1."""

    pid: int
    port: int
    socket_folder: str
    state: str


def postmaster(folder: Path) -> Postmaster | None:
    """The process that serves this folder, if it is alive."""
    try:
        text = os.fsdecode((folder / "data" / "postmaster.pid").read_bytes())
    except OSError:
        return None
    # The file grows while the server starts: pid, data, time, port, socket, host, key, state.
    lines = [*text.split("\n"), *[""] * 8]
    if not lines[0].isdigit() or not _serves(int(lines[0]), folder):
        return None
    return Postmaster(
        pid=int(lines[0]), port=int(lines[3] or 0), socket_folder=lines[4], state=lines[7].strip()
    )


def is_running(folder: Path) -> bool:
    """Waits for one that is still starting, and for one that is still stopping."""
    deadline = time.monotonic() + _START_SECONDS_MAX
    while found := postmaster(folder):
        if found.state == "ready":
            return True
        _wait_until(deadline, folder)
    return False


def launch(folder: Path, settings: Mapping[str, str]) -> None:
    """Only where none is running. Returns when it accepts connections."""
    _refuse_unseen_server(folder)
    _drop_stale_files(folder)
    deadline = time.monotonic() + _PASSING_SECONDS_MAX
    while True:
        said_from = log_bytes(folder)
        given = {**settings, **_address(folder)}
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        process = spawn(folder, [str(program("postgres")), "-D", str(folder / "data"), *options])
        # Whenever it ends: a dead server left on the process table looks alive to the next one.
        threading.Thread(target=process.wait, name="embedded-postgres", daemon=True).start()
        if _has_come_up(folder, process):
            return
        what = trouble(folder, said_from=said_from)
        if time.monotonic() > deadline or not any(text in str(what) for text in _PASSING_TROUBLE):
            raise what
        _end_orphans(folder)
        time.sleep(5 * _POLL_SECONDS)


def shut_down(folder: Path) -> None:
    for wanted, seconds_max in (
        (signal.SIGINT, _FAST_STOP_SECONDS_MAX),
        (signal.SIGQUIT, _IMMEDIATE_STOP_SECONDS_MAX),
    ):
        found = postmaster(folder)
        if found is None:
            return
        with suppress(ProcessLookupError):
            os.kill(found.pid, wanted)
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            if not _serves(found.pid, folder):
                return
            time.sleep(_POLL_SECONDS)
    raise EmbeddedDatabaseError(
        f"The embedded PostgreSQL does not stop: look into {log_file(folder)}, then end it."
    )


def shared_buffers() -> str:
    """An eighth of the machine's memory, between 128 MiB and 2 GiB."""
    memory_mebibytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEBIBYTE
    return f"{min(max(memory_mebibytes // 8, 128), 2048)}MB"


def _has_come_up(folder: Path, process: Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_SECONDS_MAX
    try:
        while process.poll() is None:
            if (found := postmaster(folder)) and found.state == "ready":
                return True
            _wait_until(deadline, folder)
    except BaseException:
        process.send_signal(signal.SIGINT)
        raise
    return False


def _wait_until(deadline: float, folder: Path) -> None:
    if time.monotonic() > deadline:
        raise EmbeddedDatabaseError(
            f"The embedded PostgreSQL is neither up nor down after {_START_SECONDS_MAX:.0f}"
            f" seconds: look into {log_file(folder)}."
        )
    time.sleep(_POLL_SECONDS)


def _serves(pid: int, folder: Path) -> bool:
    """Whether that process is a PostgreSQL of this folder: the number alone may be anybody's."""
    process = Path("/proc", str(pid))
    try:
        if not Path("/proc/self").exists():  # not Linux: the number must do
            os.kill(pid, 0)
            return True
        name = (process / "comm").read_text().strip()
        return name == "postgres" and (process / "cwd").samefile(folder / "data")
    except OSError:
        return False


def _address(folder: Path) -> Mapping[str, str]:
    """The socket; a port only where the socket's path is too long, or reads like a list of them,
    because everybody on this machine reaches a port. The password is asked for on both.
    """
    path = str(folder / _SOCKET)
    if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES_MAX and not set(',"') & set(path):
        sockets, host, port = f'"{folder}"', "", _SOCKET.rpartition(".")[2]
    else:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            sockets, host, port = "", "127.0.0.1", str(probe.getsockname()[1])
    return {"unix_socket_directories": sockets, "listen_addresses": host, "port": port}


def _refuse_unseen_server(folder: Path) -> None:
    """Of a container that shares the folder but not our process numbers: two destroy the data. One
    that was just killed lets connections in for a moment, until the last of its processes is gone.
    """
    deadline = time.monotonic() + _DYING_SECONDS_MAX
    while _is_reached(folder):
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(
                f"A PostgreSQL that is not visible from here serves {folder}, perhaps of another"
                " container: choose another home, or name a PostgreSQL server with --database."
            )
        time.sleep(_PROBE_SECONDS)


def _is_reached(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PROBE_SECONDS)
        try:
            probe.connect(str(folder / _SOCKET))
        except (TimeoutError, BlockingIOError):
            return True  # somebody listens, and has no time: the line is full
        except OSError:
            return False
        return True


def _drop_stale_files(folder: Path) -> None:
    """After a restart of the machine a dead postmaster's number may be somebody else's, and
    PostgreSQL would refuse to start. In all other cases it removes these files itself.
    """
    for path in (folder / "data" / "postmaster.pid", folder / f"{_SOCKET}.lock"):
        with suppress(OSError, ValueError):
            os.kill(int(path.read_text().partition("\n")[0]), 0)
            path.unlink()


def _end_orphans(folder: Path) -> None:
    """A backend busy with one long query does not notice that its postmaster is dead."""
    for process in Path("/proc").glob("[0-9]*"):
        if _serves(int(process.name), folder):
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGQUIT)
