"""One PostgreSQL for all tests, a template database, and a fresh copy of it for each test."""

import gc
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.databases import copied_database

from counterfoil.cli.server import GARBAGE_OBJECTS
from counterfoil.embedded import EmbeddedPostgres, database_url
from counterfoil.engine.database import Connection, connect, migrate
from counterfoil.keys.provider import LocalKeyProvider


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test has an id of its own: of two with the same, a scheduler by scope runs one, and says
    that all have passed. Those that Schemathesis makes of one function differ in their name.
    """
    for item in items:
        _name, bracket, parameters = item.name.partition("[")
        if bracket and item.id.params is None:
            item._id = item.id.with_params(parameters.removesuffix("]"))  # noqa: SLF001  # no other way
    ids = Counter(item.nodeid for item in items)
    twice = [nodeid for nodeid, times in ids.items() if times > 1]
    if twice:
        raise pytest.UsageError(f"These tests have the id of another: {twice[:5]}")
    items.sort(key=lambda item: "journey" not in item.path.parts)  # the longest, so begun first


def pytest_collection_finish() -> None:
    """As a server does when it has started: what is there now stays, and is not looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server that all workers of one run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent / "shared" if "PYTEST_XDIST_WORKER" in os.environ else base / "shared"


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(home, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres, home: Path) -> str:
    """A migrated, empty database of this worker, to be copied."""
    name = f"template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(database_url(home, database=name))
    return name


@pytest.fixture(scope="session")
def shared_database(template: str, postgres: EmbeddedPostgres, home: Path) -> Iterator[str]:
    """The URL of a migrated database that many small tests of one worker share; each has an issuer
    or a group of its own.
    """
    name = f"shared_{template}"
    with copied_database(name, template=template, postgres=postgres, home=home) as url:
        yield url


@pytest.fixture(scope="module")
def shared_connection(shared_database: str) -> Iterator[Connection]:
    connection = connect(shared_database)
    yield connection
    connection.close()


@pytest.fixture
def database(template: str, postgres: EmbeddedPostgres, home: Path) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    with copied_database(name, template=template, postgres=postgres, home=home) as url:
        yield url


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    connection = connect(database)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> LocalKeyProvider:
    return LocalKeyProvider(tmp_path_factory.mktemp("keys") / "keys.json", create=True)
