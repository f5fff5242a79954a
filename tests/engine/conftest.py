"""Who looks on while several contend for something; the loops that the engine runs on."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
import uvloop
from tests.contention import Onlooker
from tests.engine.looping import Loop

from counterfoil.embedded import EmbeddedPostgres


@pytest.fixture
def onlooker(postgres: EmbeddedPostgres) -> Iterator[Onlooker]:
    with psycopg.connect(postgres.url, autocommit=True) as superuser:
        yield Onlooker(superuser)


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop])
def loop(request: pytest.FixtureRequest) -> Loop:
    """The server's loop, and Python's own."""
    return Loop(request.param)
