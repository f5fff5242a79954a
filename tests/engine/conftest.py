"""One database for the many small tests of the engine; each has an issuer or a group of its own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from counterfoil.embedded import EmbeddedPostgres, database_url
from counterfoil.engine.database import Connection, connect, migrate


@pytest.fixture(scope="session")
def shared_database(template: str, postgres: EmbeddedPostgres, home: Path) -> Iterator[str]:
    """The URL of a migrated database that the tests of one worker share."""
    name = f"shared_{template}"
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


@pytest.fixture(scope="module")
def shared_connection(shared_database: str) -> Iterator[Connection]:
    connection = connect(shared_database)
    yield connection
    connection.close()
