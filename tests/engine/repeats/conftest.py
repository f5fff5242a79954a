"""An issuer of each test, with stock and with vouchers on demand."""

from itertools import count

import pytest
from tests.given import given_group, given_issuer, given_stock

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider

_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, code=f"AGAIN-{next(_codes)}")
    given_group(connection, issuer)
    given_group(connection, issuer, "CASH", denominations=(), settlement="instant")
    given_stock(connection, issuer, 8)
    return issuer
