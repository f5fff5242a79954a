"""A copy of the template database, for a test, a file of tests or a worker's session."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from counterfoil.embedded import EmbeddedPostgres, database_url
from counterfoil.engine.database import migrate


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
