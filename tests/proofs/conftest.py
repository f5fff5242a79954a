"""One house for all proofs; each of them brings an issuer of its own."""

from collections.abc import Iterator

import httpx
import pytest
from tests.proofs.house import House, opened_house

from counterfoil.engine.database import Connection, connected


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("house") / "home") as opened:
        yield opened


@pytest.fixture(scope="session")
def teller(house: House) -> Iterator[httpx.Client]:
    with house.teller() as client:
        yield client


@pytest.fixture
def books(house: House) -> Iterator[Connection]:
    """A connection of the proof's own, to prepare and to look behind the API."""
    with connected(house.postgres.url) as connection:
        yield connection
