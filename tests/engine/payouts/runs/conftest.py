"""An issuer of each test, whose books add up in the end."""

import secrets
from collections.abc import Iterator

import pytest
from tests.given import given_group, given_issuer

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Iterator[Issuer]:
    issuer = given_issuer(connection, provider, f"P{secrets.token_hex(4).upper()}")
    given_group(connection, issuer, denominations=())
    yield issuer
    assert check(connection, issuer.issuer_id) == []
