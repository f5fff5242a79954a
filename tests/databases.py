"""A copy of the template database, for a test, a file of tests or a worker's session; and
connections that are kept between tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from counterfoil.embedded import EmbeddedPostgres, database_url
from counterfoil.engine.database import Connection, connect, migrate

_idle: Final[dict[str, list[Connection]]] = {}


@contextmanager
def copied_database(
    name: str, *, template: str, postgres: EmbeddedPostgres, home: Path
) -> Iterator[str]:
    """Its URL, migrated so that its own roles are there; dropped with them afterwards."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        url = database_url(home, database=name)
        migrate(url)
        yield url
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for plane in ("engine", "portal"):
            connection.execute(
                sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_{plane}"))
            )


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """As the engine's own, and kept for who asks next: to begin one takes longer than most use it.
    What is not committed is rolled back.
    """
    idle = _idle.setdefault(url, [])
    connection = idle.pop() if idle else connect(url)
    try:
        yield connection
    finally:
        if connection.closed or connection.autocommit:
            connection.close()
        else:
            connection.rollback()
            idle.append(connection)


def close_kept(url: str) -> None:
    for connection in _idle.pop(url, ()):
        connection.close()
