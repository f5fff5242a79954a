"""What is hostile is refused at once, by a real server, and leaves no stack trace."""

import time
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from tests.api.test_bodies import HOSTILE
from tests.proofs.house import Api, House

from counterfoil.api.body import BODY_BYTES_MAX

pytestmark = pytest.mark.prove

SECONDS_MAX: Final = 0.05
TRIES: Final = 5  # the machine may be busy with something else; the best counts
TOO_LARGE: Final = {
    "announced as large": b'{"a":"' + b"x" * BODY_BYTES_MAX + b'"}',
    "a huge number": b'{"voucher_number":' + b"9" * (2 * BODY_BYTES_MAX) + b"}",
}
CALLS: Final = (
    ("POST", "/vouchers/voucher_preactivation"),
    ("PATCH", "/vouchers/voucher_activation"),
    ("POST", "/vouchers/voucher_redemption"),
    ("PATCH", "/vouchers/voucherstatuscheck/1"),
)


@pytest.fixture(scope="module")
def api(house: House) -> Iterator[Api]:
    with Api(house, "refusing") as server:
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="module")
def client(api: Api) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.base_url, trust_env=False, timeout=10.0) as client:
        yield client


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused_at_once(api: Api, client: httpx.Client, body: bytes) -> None:
    for method, path in CALLS:
        _assert_refused(client, method, path, body, status=400)
    assert "Traceback" not in api.log
    assert '"level":"error"' not in api.log


@pytest.mark.parametrize("body", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_a_large_body_is_refused_at_once(api: Api, client: httpx.Client, body: bytes) -> None:
    for method, path in CALLS:
        _assert_refused(client, method, path, body, status=413)
    assert "Traceback" not in api.log
    assert '"level":"error"' not in api.log


def _assert_refused(
    client: httpx.Client, method: str, path: str, body: bytes, *, status: int
) -> None:
    seconds = []
    for _each in range(TRIES):
        began = time.perf_counter()
        answer = client.request(method, path, content=body)
        seconds.append(time.perf_counter() - began)
        assert answer.status_code == status, answer.text
        assert list(answer.json()) == ["message"]
    assert min(seconds) < SECONDS_MAX, seconds
