"""One database for the many small tests of the engine; each has an issuer or a group of its own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.contention import Onlooker
from tests.databases import copied_database

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.engine.database import Connection, connect


@pytest.fixture(scope="session")
def shared_database(template: str, postgres: EmbeddedPostgres, home: Path) -> Iterator[str]:
    """The URL of a migrated database that the tests of one worker share."""
    name = f"shared_{template}"
    with copied_database(name, template=template, postgres=postgres, home=home) as url:
        yield url


@pytest.fixture(scope="module")
def shared_connection(shared_database: str) -> Iterator[Connection]:
    connection = connect(shared_database)
    yield connection
    connection.close()


@pytest.fixture
def onlooker(postgres: EmbeddedPostgres) -> Iterator[Onlooker]:
    with psycopg.connect(postgres.url, autocommit=True) as superuser:
        yield Onlooker(superuser)
