"""The bad line itself, and the sandbox rail over it: every payment ends known, the far side has
each at most once, and both say the same.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import httpx
import pytest
from tests.gateway.conftest import FUND, SECRET
from tests.gateway.driving import driven
from tests.gateway.fault_proxy import Fault, FaultProxy, seeded_plan

from counterfoil.gateway.port import PaymentOrder, PaymentStatus
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.money import Money
from counterfoil.sandbox_fsp.process import BankProcess

SHOPS = ("ACC-1", "ACC-2", "ACC-3")


class Recorder(ThreadingHTTPServer):
    """Keeps the body of each request, and answers how many there were."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        super().__init__(("127.0.0.1", 0), RecordingHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class RecordingHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Recorder)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body.decode())
        answer = str(len(self.server.bodies)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        """Silent."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def posted(proxy: FaultProxy, body: str = "x", *, timeout_seconds: float = 2.0) -> str | None:
    """What was answered; None where nothing was."""
    connection = HTTPConnection(proxy.base_url.removeprefix("http://"), timeout=timeout_seconds)
    with closing(connection):
        try:
            connection.request("POST", "/", body)
            return connection.getresponse().read().decode()
        except (OSError, HTTPException):
            return None


@pytest.mark.parametrize(
    ("fault", "answer", "arrived"),
    [
        (Fault.PASS, "1", 1),
        (Fault.DELAY, "1", 1),
        (Fault.CUT_BEFORE, None, 0),
        (Fault.CUT_AFTER, None, 1),
        (Fault.DUPLICATE, "2", 2),
        (Fault.SWAP, "1", 1),
    ],
)
def test_request_meets_its_fault_and_the_next_one_passes(
    recorder: Recorder, fault: Fault, answer: str | None, arrived: int
) -> None:
    with FaultProxy(recorder.url, [fault], delay_seconds=0.02, hold_seconds_max=0.02) as proxy:
        assert posted(proxy) == answer
        assert len(recorder.bodies) == arrived
        assert posted(proxy) == str(arrived + 1)
        assert [each for each, _line in proxy.met] == [fault, Fault.PASS]
        assert proxy.met[0][1] == "POST / HTTP/1.1"


def test_delayed_request_arrives_though_its_caller_gave_up(recorder: Recorder) -> None:
    with FaultProxy(recorder.url, [Fault.DELAY], delay_seconds=0.3) as proxy:
        assert posted(proxy, timeout_seconds=0.05) is None
        assert recorder.bodies == []
        proxy.drain()
        assert recorder.bodies == ["x"]


def test_swapped_request_arrives_after_the_next(recorder: Recorder) -> None:
    with (
        FaultProxy(recorder.url, [Fault.SWAP], hold_seconds_max=5) as proxy,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(posted, proxy, "first")
        while not proxy.met:
            time.sleep(0.005)
        assert posted(proxy, "second") == "1"
        assert first.result() == "2"
        assert recorder.bodies == ["second", "first"]


def test_closing_drops_what_is_held_back(recorder: Recorder) -> None:
    with FaultProxy(recorder.url, [Fault.SWAP], hold_seconds_max=5) as proxy:
        assert posted(proxy, timeout_seconds=0.05) is None
    assert recorder.bodies == []


def test_far_side_that_is_down_is_a_closed_connection(recorder: Recorder) -> None:
    with FaultProxy("http://127.0.0.1:1") as proxy:
        assert posted(proxy) is None
    assert recorder.bodies == []


def test_plan_of_a_seed_is_the_same_and_has_each_fault_in_ten_requests() -> None:
    plan = seeded_plan(7, 3)
    assert plan == seeded_plan(7, 3) != seeded_plan(8, 3)
    for deck in (plan[:10], plan[10:20], plan[20:]):
        assert Counter(deck) == {fault: 5 if fault is Fault.PASS else 1 for fault in Fault}


def given_accounts(client: httpx.Client) -> None:
    for account in SHOPS:
        body = {"currency": "KES", "name": account, "kind": "merchant"}
        assert client.put(f"/accounts/{account}", json=body).status_code == 200
    refusing = {"behaviour": "rejects_credit"}
    assert client.put(f"/accounts/{SHOPS[2]}/behaviour", json=refusing).status_code == 200


def given_orders(seed: int, payments: int) -> list[PaymentOrder]:
    chance = random.Random(seed)  # noqa: S311
    return [
        PaymentOrder(
            payment_id=UUID(int=chance.getrandbits(128), version=4),
            funding_account=FUND,
            credit_account=chance.choice(SHOPS),
            fsp="SANDBOX",
            money=Money(chance.randrange(1, 10_000), "KES"),
            narrative="Payout",
        )
        for _number in range(payments)
    ]


def paid_over_a_bad_line(bank: BankProcess, client: httpx.Client, seed: int, payments: int) -> None:
    """Assertions on a history: our view is the bank's, to the cent."""
    orders = given_orders(seed, payments)
    before = balances(client)
    plan = seeded_plan(seed, decks=payments // 5)
    with FaultProxy(bank.base_url, plan, delay_seconds=0.5, hold_seconds_max=0.5) as proxy:
        rail = SandboxGateway(proxy.base_url, secret=SECRET, timeout_seconds=0.4)
        ends = driven(rail, orders, seed=seed)
        proxy.drain()
        rail.close()
    assert len({fault for fault, _line in proxy.met}) == len(Fault)
    patient = SandboxGateway(bank.base_url, secret=SECRET)
    assert {order.payment_id: patient.query(order.payment_id) for order in orders} == ends
    patient.close()
    expected = dict(before)
    for order in orders:
        is_paid = ends[order.payment_id].status is PaymentStatus.COMPLETED
        assert is_paid is (order.credit_account != SHOPS[2])
        if is_paid:
            expected[order.credit_account] += order.money.amount_minor
            expected[FUND] -= order.money.amount_minor
    assert balances(client) == expected
    assert client.get("/summary").json()["agrees"] is True


def balances(client: httpx.Client) -> dict[str, int]:
    """Of all accounts, in minor units."""
    return {
        account: int(client.get(f"/accounts/{account}").json()["balance"].replace(".", ""))
        for account in (FUND, *SHOPS)
    }


def test_sandbox_payments_over_a_bad_line_are_made_once(
    bank: BankProcess, client: httpx.Client
) -> None:
    given_accounts(client)
    paid_over_a_bad_line(bank, client, seed=1, payments=12)


@pytest.mark.prove
def test_many_histories_of_sandbox_payments_are_made_once(
    bank: BankProcess, client: httpx.Client
) -> None:
    given_accounts(client)
    for seed in range(20):
        paid_over_a_bad_line(bank, client, seed, payments=30)
