"""The data folder: made once, by `initdb`, of one major version of PostgreSQL."""

import os
import secrets
import shutil
import signal
from importlib.metadata import PackageNotFoundError, version
from io import FileIO
from pathlib import Path
from typing import Final

from counterfoil.embedded.programs import WHEEL, log_bytes, open_private, program, spawn, trouble
from counterfoil.errors import EmbeddedDatabaseError

SUPERUSER: Final = "counterfoil"


def create_data(folder: Path, *, durable: bool) -> None:
    """Prepared beside its place, so that a crash never leaves half of a data folder."""
    data_new = folder / "data.new"
    shutil.rmtree(data_new, ignore_errors=True)
    password = folder / "password"
    with FileIO(password, "w", opener=open_private) as file:
        file.write(secrets.token_hex(32).encode())
        os.fsync(file.fileno())
    _run_initdb(
        folder,
        f"--pgdata={data_new}",
        f"--username={SUPERUSER}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *(() if durable else ("--no-sync",)),
    )
    data_new.rename(folder / "data")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _run_initdb(folder: Path, *arguments: str) -> None:
    said_from = log_bytes(folder)
    with spawn(folder, [str(program("initdb")), *arguments]) as process:
        try:
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # it runs others, in its session
            raise
    if process.returncode != 0:
        raise trouble(folder, said_from=said_from)


def check_version(folder: Path) -> None:
    try:
        ours = version(WHEEL).partition(".")[0]
    except PackageNotFoundError as error:
        raise EmbeddedDatabaseError(
            f"The package {WHEEL} is not installed here: install it,"
            " or name a PostgreSQL server with --database."
        ) from error
    data = folder / "data"
    theirs = (data / "PG_VERSION").read_text().strip()
    if theirs != ours:
        raise EmbeddedDatabaseError(
            f"{data} was made by PostgreSQL {theirs} and this is PostgreSQL {ours}:"
            " move the data with pg_dump or pg_upgrade, or choose another home."
        )
