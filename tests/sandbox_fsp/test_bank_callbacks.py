"""What the bank tells by itself: signed, tried again, and not forgotten over a kill -9."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import pytest

from counterfoil.gateway.port import PaymentOrder, PaymentStatus
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.money import Money
from counterfoil.sandbox_fsp.process import BankProcess

SECRET = "a-shared-secret"


class Receiver(ThreadingHTTPServer):
    """A caller's end: keeps what came, and fails the first `failures` times."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ReceiverHandler)
        self.received: list[tuple[bytes, str]] = []
        self.failures = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/callbacks"

    def statuses(self, order: PaymentOrder) -> list[str]:
        notices = [json.loads(body) for body, _ in self.received]
        wanted = str(order.payment_id)
        return [each["status"] for each in notices if each["transfer_id"] == wanted]


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fails = self.server.failures > 0
        self.server.failures -= fails
        if not fails:
            self.server.received.append((body, self.headers["X-Sandbox-Signature"]))
        self.send_response(500 if fails else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base's
        pass


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[BankProcess]:
    folder = tmp_path_factory.mktemp("callback_bank")
    (folder / "secret").write_text(SECRET)
    data_path, secret_path = folder / "bank.sqlite", folder / "secret"
    with BankProcess(data_path, secret_path, callback_url=receiver.url) as process:
        yield process


@pytest.fixture(scope="module")
def client(bank: BankProcess) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    with httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False) as caller:
        fund = {"currency": "EUR", "name": "Fund", "kind": "funding", "balance": "100.00"}
        caller.put("/accounts/fund", json=fund)
        yield caller


@pytest.fixture(scope="module")
def gateway(bank: BankProcess) -> Iterator[SandboxGateway]:
    rail = SandboxGateway(bank.base_url, secret=SECRET)
    yield rail
    rail.close()


def given_order(client: httpx.Client, behaviour: str = "normal", **options: object) -> PaymentOrder:
    """Ten euros to a new shop that behaves like that."""
    shop = f"shop-{uuid4().hex}"
    details = {"currency": "EUR", "name": "Shop", "kind": "merchant"}
    client.put(f"/accounts/{shop}", json=details)
    body = {"behaviour": behaviour, **options}
    assert client.put(f"/accounts/{shop}/behaviour", json=body).status_code == 200
    return PaymentOrder(uuid4(), "fund", shop, "SANDBOX", Money(1000, "EUR"), "")


def callbacks(client: httpx.Client, order: PaymentOrder) -> Any:  # noqa: ANN401 what the log says
    return client.get(f"/transfers/{order.payment_id}").json()["callbacks"]


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_end_is_told_once_and_signed(
    client: httpx.Client, gateway: SandboxGateway, receiver: Receiver
) -> None:
    done, refused = given_order(client), given_order(client, "rejects_credit")
    gateway.submit(done)
    gateway.submit(done)
    gateway.submit(refused)
    told = [{"tries": 1, "delivered": True}]
    eventually(lambda: callbacks(client, done) == callbacks(client, refused) == told)
    assert receiver.statuses(done) == ["completed"]
    assert receiver.statuses(refused) == ["rejected"]
    for body, signature in receiver.received:
        assert gateway.callback_is_authentic(body, signature)
        assert not gateway.callback_is_authentic(
            body.replace(b"rejected", b"completed") + b" ", signature
        )


def test_duplicated_callbacks_are_both_authentic(
    client: httpx.Client, gateway: SandboxGateway, receiver: Receiver
) -> None:
    order = given_order(client, "duplicates_callbacks")
    gateway.submit(order)
    eventually(lambda: callbacks(client, order) == [{"tries": 1, "delivered": True}] * 2)
    assert receiver.statuses(order) == ["completed", "completed"]
    assert all(gateway.callback_is_authentic(*each) for each in receiver.received)
    assert client.get(f"/accounts/{order.credit_account}").json()["balance"] == "10.00"


def test_callback_that_fails_is_tried_again(
    client: httpx.Client, gateway: SandboxGateway, receiver: Receiver
) -> None:
    order = given_order(client)
    receiver.failures = 1
    gateway.submit(order)
    eventually(lambda: callbacks(client, order) == [{"tries": 2, "delivered": True}])
    assert receiver.statuses(order) == ["completed"]


def test_payment_whose_answer_was_dropped_is_told_by_callback(
    client: httpx.Client, gateway: SandboxGateway, receiver: Receiver
) -> None:
    order = given_order(client, "drops_after")
    assert gateway.submit(order).status is PaymentStatus.UNKNOWN
    eventually(lambda: callbacks(client, order) == [{"tries": 1, "delivered": True}])
    assert receiver.statuses(order) == ["completed"]


def test_accepted_payment_is_told_when_it_ends_even_over_a_kill(
    bank: BankProcess, client: httpx.Client, gateway: SandboxGateway, receiver: Receiver
) -> None:
    order = given_order(client, "accepts_then_completes", delay_seconds=0.5)
    assert gateway.submit(order).status is PaymentStatus.ACCEPTED
    bank.kill()
    assert receiver.statuses(order) == []
    bank.restart()
    eventually(lambda: receiver.statuses(order) == ["completed"])
    eventually(lambda: callbacks(client, order) == [{"tries": 1, "delivered": True}])
