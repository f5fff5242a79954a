"""Who looks on while several contend for something."""

from collections.abc import Iterator

import psycopg
import pytest
from tests.contention import Onlooker

from counterfoil.embedded import EmbeddedPostgres


@pytest.fixture
def onlooker(postgres: EmbeddedPostgres) -> Iterator[Onlooker]:
    with psycopg.connect(postgres.url, autocommit=True) as superuser:
        yield Onlooker(superuser)
