"""A database that goes away: 503 with Retry-After at once, and all is well when it is back."""

import signal
import time
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

import httpx
import pytest
from tests.proofs.house import Api, House, kill_each, postgres_processes
from tests.proofs.programme import DEFERRED, REDEMPTION, Programme, given_actives, given_programme

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected

pytestmark = pytest.mark.prove

OUTAGE_SECONDS: Final = 2.0
ANSWER_SECONDS_MAX: Final = 2.0
BACK_SECONDS_MAX: Final = 15.0


@pytest.fixture
def api(house: House) -> Iterator[Api]:
    with Api(house, "outage", by_url=True) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def programme(books: Connection, house: House, teller: httpx.Client) -> Programme:
    return given_programme(books, house.provider, teller, "OUTAGE")


def test_an_outage_is_503_and_ends_by_itself(
    house: House, api: Api, programme: Programme, books: Connection
) -> None:
    first, second = given_actives(books, programme.issuer, 2, group=DEFERRED)
    headers = {"X-API-Key": programme.key, "X-CorrelationID": str(uuid4())}
    body = programme.redemption(second.number)
    with httpx.Client(base_url=api.base_url, trust_env=False, timeout=20.0) as client:
        before = client.post(REDEMPTION, json=programme.redemption(first.number), headers=headers)
        assert before.status_code == 200, before.text
        headers["X-CorrelationID"] = str(uuid4())
        kill_each(postgres_processes(house), signal.SIGKILL)
        ends = time.monotonic() + OUTAGE_SECONDS
        while time.monotonic() < ends:
            _assert_unavailable(client.post(REDEMPTION, json=body, headers=headers))
            _assert_unavailable(client.get("/api/v1/balances", headers=headers))
            _assert_unavailable(client.get("/health/ready"))
            assert client.get("/health/live").status_code == 200
            assert client.get("/metrics").status_code == 200
        house.postgres.start()
        deadline = time.monotonic() + BACK_SECONDS_MAX
        while client.post(REDEMPTION, json=body, headers=headers).status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        again = client.post(REDEMPTION, json=body, headers=headers)
        assert again.status_code == 200, "the same reference, the same answer"
    assert api.process.poll() is None, "it was not started again"
    with connected(house.postgres.url) as connection:
        assert check(connection, programme.issuer.issuer_id) == []


def _assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.elapsed.total_seconds() < ANSWER_SECONDS_MAX
