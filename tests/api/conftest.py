"""A real server on a loopback port, over a database that the tests of one file share."""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import httpx
import pytest
import uvicorn
from tests.databases import copied_database
from tests.given import given_client, given_group, given_issuer, given_stock
from tests.serving import served

from counterfoil.api.app import ApiState, build_app
from counterfoil.api.direct import DirectProtocol
from counterfoil.embedded import EmbeddedPostgres
from counterfoil.engine.clients import SCOPES
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.rails import Rail, Rails
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.jobs.queue import Task
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.seals import Seals
from counterfoil.settings import Settings

if TYPE_CHECKING:
    import asyncio

BB = "Social-Benefits"
SEALS = Seals.of_secret("the portal of these tests")
UNATTENDED_MINOR_MAX = 10**12


@dataclass
class Server:
    """What tests know of a running server. `log` and `jobs` fill while it runs."""

    base_url: str
    database: str
    log: io.BytesIO = field(default_factory=io.BytesIO)
    jobs: list[tuple[Task, str, int]] = field(default_factory=list)

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {} if key is None else {"X-API-Key": key}
        return httpx.Client(base_url=self.base_url, headers=headers, trust_env=False, timeout=20.0)


def rails_with(gateway: SandboxGateway | None) -> Rails:
    if gateway is None:
        return Rails()
    return Rails(every=(Rail(name="sandbox", online=gateway, looks_up=True),))


@contextmanager
def running_server(
    database: str,
    provider: LocalKeyProvider,
    *,
    settings: Settings | None = None,
    gateway: SandboxGateway | None = None,
    rails: Rails | None = None,
) -> Iterator[Server]:
    server = Server("", database)

    def enqueue(task: Task, issuer_code: str, subject_id: int) -> None:
        server.jobs.append((task, issuer_code, subject_id))

    app = build_app(
        ApiState(
            database_url=database,
            provider=provider,
            enqueue=enqueue,
            settings=settings or Settings(),
            gateway=gateway,
            rails=rails or rails_with(gateway),
            seals=SEALS,
            log=server.log,
        )
    )
    config = uvicorn.Config(
        app.asgi,
        host="127.0.0.1",
        port=0,
        loop="uvloop",
        http=cast("type[asyncio.Protocol]", partial(DirectProtocol, routes=app.direct)),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
    )
    with served(config) as server.base_url:
        yield server


@pytest.fixture(scope="module")
def api_database(template: str, postgres: EmbeddedPostgres, home: Path) -> Iterator[str]:
    """As `database`, for all tests of a file."""
    name = f"test_{secrets.token_hex(6)}"
    with copied_database(name, template=template, postgres=postgres, home=home) as url:
        yield url


@pytest.fixture(scope="module")
def books(api_database: str) -> Iterator[Connection]:
    """A connection of the test's own, to prepare and to look behind the API."""
    with connected(api_database) as connection:
        yield connection


@pytest.fixture(scope="module")
def issuer(books: Connection, provider: LocalKeyProvider) -> Issuer:
    """With money, a merchant, and 500 vouchers of 10.00 in FOOD-AID."""
    issuer = given_issuer(books, provider)
    given_group(books, issuer)
    given_stock(books, issuer, 500)
    return issuer


@pytest.fixture(scope="module")
def key(books: Connection, issuer: Issuer) -> str:
    """Of the building block that may do everything, and that without approval."""
    return given_key(books, issuer, BB)


@pytest.fixture(scope="module")
def server(api_database: str, provider: LocalKeyProvider, key: str) -> Iterator[Server]:
    assert key
    with running_server(api_database, provider) as running:
        yield running


@pytest.fixture(scope="module")
def api(server: Server, key: str) -> Iterator[httpx.Client]:
    with server.client(key) as client:
        yield client


def given_key(
    connection: Connection,
    issuer: Issuer,
    name: str,
    scopes: frozenset[str] = SCOPES,
    *,
    unattended_minor_max: int = UNATTENDED_MINOR_MAX,
) -> str:
    limit = unattended_minor_max if "unattended" in scopes else 0
    _caller, key = given_client(connection, issuer, name, scopes, unattended_minor_max=limit)
    return key
