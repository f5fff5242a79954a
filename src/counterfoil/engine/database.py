"""Connections to PostgreSQL, their roles and their limits, and bringing a database up to date."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from time import monotonic
from typing import Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from counterfoil.engine import arrays
from counterfoil.engine.waiting import LoopConnection
from counterfoil.errors import CounterfoilError, DatabaseUnavailableError

Connection = psycopg.Connection[TupleRow]

arrays.register()

# One session's limits.
_SESSION: Final = (
    "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
    " -c timezone=UTC -c jit=off"
)
# A batch only ever looks up what its arrays name, by a key; nothing else is left to choose from.
# Plans are kept (planning each statement of each batch would cost as much as running it) and
# made anew every second, by `refresh_plans`.
_LOOKUPS: Final = (
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off"
    " -c enable_hashjoin=off -c enable_mergejoin=off"
)
_PLANS_KEPT_SECONDS: Final = 1.0
_planned_at: Final[WeakKeyDictionary[Connection, float]] = WeakKeyDictionary()
CONNECT_TIMEOUT_SECONDS: Final = 5


def connect(url: str, *, role: str | None = "engine") -> Connection:
    """One connection, as the engine's role unless told otherwise; not in autocommit."""
    try:
        connection = LoopConnection.connect(
            url,
            options=_SESSION + (_LOOKUPS if role == "engine" else ""),
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            cursor_factory=psycopg.Cursor,
            # What is prepared is prepared by engine/pipeline.py; psycopg would drop it together
            # with its own at every rollback.
            prepare_threshold=None,
        )
        _configure(connection, role)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailableError("The database does not answer.") from error
    return connection


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    connection = connect(url)
    try:
        yield connection
    finally:
        connection.close()


def _configure(connection: Connection, role: str | None) -> None:
    if role is not None:
        connection.execute(
            sql.SQL("SET ROLE {}").format(sql.Identifier(role_name(connection, role)))
        )
        connection.commit()


def role_name(connection: Connection, plane: str) -> str:
    return f"{connection.info.dbname}_{plane}"


def migrate(url: str) -> list[str]:
    """Bring the engine's tables up to date; the names of the steps that were applied.

    Two processes may call it at once: the second waits for the first and finds nothing to do.
    """
    with connect_as_owner(url) as connection:
        connection.execute("SET lock_timeout = '60s'")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_step ("
            " name text PRIMARY KEY, digest bytea NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        connection.commit()
        connection.execute("LOCK TABLE schema_step IN EXCLUSIVE MODE")
        rows = connection.execute("SELECT name, digest FROM schema_step").fetchall()
        known: dict[str, bytes] = {name: bytes(digest) for name, digest in rows}
        applied = [step for step in _steps() if _apply_step(connection, step, known.get(step[0]))]
        _grant(connection)
        connection.commit()
    return [name for name, _text in applied]


def missing_steps(connection: Connection) -> list[str]:
    """The names of the steps a database lacks, by what it says itself; all of an empty one."""
    names = [name for name, _text in _steps()]
    found = connection.execute("SELECT to_regclass('schema_step') IS NOT NULL").fetchone()
    if found is None or not found[0]:
        return names
    rows = connection.execute("SELECT name FROM schema_step").fetchall()
    return sorted(set(names) - {name for (name,) in rows})


def refresh_plans(connection: Connection) -> None:
    """A plan made while a table was empty reads all of it for each row looked up, for as long as
    it is kept. So none is older than a second when a batch begins: it costs one short statement.
    """
    now = monotonic()
    if now - _planned_at.get(connection, 0.0) > _PLANS_KEPT_SECONDS:
        connection.execute("DISCARD PLANS")
        _planned_at[connection] = now


def connect_as_owner(url: str) -> Connection:
    """A connection as whoever the URL names: to migrate, never to serve."""
    return connect(url, role=None)


def _steps() -> list[tuple[str, bytes]]:
    folder = files("counterfoil") / "schema"
    return sorted(
        (entry.name, entry.read_bytes())
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    )


def _apply_step(
    connection: Connection, step: tuple[str, bytes], known_digest: bytes | None
) -> bool:
    name, text = step
    digest = hashlib.sha256(text).digest()
    if known_digest is None:
        connection.execute(text)
        connection.execute("INSERT INTO schema_step (name, digest) VALUES (%s, %s)", (name, digest))
        return True
    if known_digest != digest:
        raise CounterfoilError(
            f"The database was made with another {name} than this version has;"
            " use the version that made it, or an empty database."
        )
    return False


def _grant(connection: Connection) -> None:
    """What each plane may do. Nobody may change or delete postings, operations and leaves; the
    portal reads the engine's tables, less the sealed numbers, and writes none of them.
    """
    engine, portal = role_name(connection, "engine"), role_name(connection, "portal")
    for role in (engine, portal):
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    grants = (files("counterfoil") / "schema" / "grants" / "grants.sql").read_text()
    for line in grants.split(";"):
        if line.strip():
            connection.execute(
                sql.SQL(line).format(engine=sql.Identifier(engine), portal=sql.Identifier(portal))
            )
