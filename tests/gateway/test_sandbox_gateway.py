"""The sandbox rail against the real provider process: every answer, and every missing answer."""

import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest

from counterfoil.gateway.port import (
    AccountCheck,
    AccountStatus,
    Gateway,
    PaymentOrder,
    PaymentResult,
    PaymentStatus,
    RejectReason,
)
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.money import Money
from counterfoil.sandbox_fsp.process import BankProcess

SECRET = "a-shared-secret"
UNKNOWN = PaymentResult(PaymentStatus.UNKNOWN)
NOT_FOUND = PaymentResult(PaymentStatus.NOT_FOUND)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    folder = tmp_path_factory.mktemp("gateway_bank")
    (folder / "secret").write_text(SECRET)
    with BankProcess(folder / "bank.sqlite", folder / "secret") as process:
        yield process


@pytest.fixture(scope="module")
def client(bank: BankProcess) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    with httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False) as caller:
        yield caller


@pytest.fixture(scope="module")
def gateway(bank: BankProcess) -> Iterator[SandboxGateway]:
    rail = SandboxGateway(bank.base_url, secret=SECRET)
    yield rail
    rail.close()


@pytest.fixture(scope="module")
def hasty(bank: BankProcess) -> Iterator[SandboxGateway]:
    """A caller that gives up after a third of a second."""
    rail = SandboxGateway(bank.base_url, secret=SECRET, timeout_seconds=0.3)
    yield rail
    rail.close()


def call(
    client: httpx.Client, method: str, path: str, body: dict[str, object] | None = None
) -> object:
    response = client.request(method, path, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def given_account(
    client: httpx.Client, *, kind: str = "merchant", balance: str = "0", currency: str = "EUR"
) -> str:
    account_id = f"{kind}-{uuid4().hex[:12]}"
    body: dict[str, object] = {
        "currency": currency,
        "name": f"Holder of {account_id}",
        "kind": kind,
        "balance": balance,
    }
    call(client, "PUT", f"/accounts/{account_id}", body)
    return account_id


def given_behaviour(
    client: httpx.Client, account_id: str, behaviour: str, **options: float
) -> None:
    body: dict[str, object] = {"behaviour": behaviour, **options}
    call(client, "PUT", f"/accounts/{account_id}/behaviour", body)


def given_order(client: httpx.Client) -> PaymentOrder:
    """Ten euros to a new merchant, from a new account that holds a hundred."""
    return PaymentOrder(
        payment_id=uuid4(),
        funding_account=given_account(client, kind="funding", balance="100.00"),
        credit_account=given_account(client),
        fsp="SANDBOX",
        money=Money(1000, "EUR"),
        narrative="voucher 0000000000000001",
    )


def balances(client: httpx.Client, order: PaymentOrder) -> tuple[str, str]:
    """What the funding account and the merchant have."""
    found = [
        call(client, "GET", f"/accounts/{account_id}")
        for account_id in (order.funding_account, order.credit_account)
    ]
    assert all(isinstance(each, dict) for each in found)
    source, target = (str(each["balance"]) for each in found if isinstance(each, dict))
    return source, target


def settled(gateway: Gateway, payment_id: UUID) -> PaymentResult:
    """What a query says once it says something final."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        result = gateway.query(payment_id)
        if result.status in {PaymentStatus.COMPLETED, PaymentStatus.REJECTED}:
            return result
        time.sleep(0.02)
    raise AssertionError("the payment never ended")


def test_payment_moves_the_money_once(client: httpx.Client, gateway: SandboxGateway) -> None:
    order = given_order(client)
    first = gateway.submit(order)
    assert first.status is PaymentStatus.COMPLETED
    assert first.reason is None
    assert first.provider_reference is not None
    assert gateway.submit(order) == first
    assert gateway.query(order.payment_id) == first
    assert balances(client, order) == ("90.00", "10.00")


def test_sixty_four_threads_with_one_order_pay_once(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = given_order(client)
    with ThreadPoolExecutor(64) as pool:
        results = set(pool.map(lambda _: gateway.submit(order), range(128)))
    assert {result.status for result in results} == {PaymentStatus.COMPLETED}
    assert len(results) == 1
    assert balances(client, order) == ("90.00", "10.00")


def test_same_id_with_other_content_is_unknown_and_pays_nothing(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = given_order(client)
    gateway.submit(order)
    assert gateway.submit(replace(order, money=Money(2000, "EUR"))) == UNKNOWN
    assert balances(client, order) == ("90.00", "10.00")


def test_never_submitted_payment_is_not_found(gateway: SandboxGateway) -> None:
    assert gateway.query(uuid4()) == NOT_FOUND


@pytest.mark.parametrize(
    ("party", "behaviour", "reason"),
    [
        ("source", "no_funds", RejectReason.NO_FUNDS),
        ("target", "no_funds", RejectReason.NO_FUNDS),
        ("target", "rejects_credit", RejectReason.CANNOT_CREDIT),
        ("source", "rejects_credit", RejectReason.CANNOT_CREDIT),
    ],
)
def test_rejection_has_its_reason_and_moves_nothing(
    client: httpx.Client, gateway: SandboxGateway, party: str, behaviour: str, reason: RejectReason
) -> None:
    order = given_order(client)
    account_id = order.funding_account if party == "source" else order.credit_account
    given_behaviour(client, account_id, behaviour)
    result = gateway.submit(order)
    assert (result.status, result.reason) == (PaymentStatus.REJECTED, reason)
    given_behaviour(client, account_id, "normal")
    assert gateway.submit(order) == result, "a rejection is final for its id"
    assert balances(client, order) == ("100.00", "0.00")


def test_payment_beyond_the_balance_is_rejected(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = replace(given_order(client), money=Money(10_001, "EUR"))
    assert gateway.submit(order).reason is RejectReason.NO_FUNDS
    assert balances(client, order) == ("100.00", "0.00")


def test_accounts_the_bank_does_not_have_are_told_apart(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = given_order(client)
    to_nobody = replace(order, payment_id=uuid4(), credit_account="nobody")
    from_nobody = replace(order, payment_id=uuid4(), funding_account="nobody")
    assert gateway.submit(to_nobody).reason is RejectReason.ACCOUNT_UNKNOWN
    assert gateway.submit(from_nobody).reason is RejectReason.FUNDING_ACCOUNT_UNKNOWN
    assert gateway.query(to_nobody.payment_id).status is PaymentStatus.REJECTED


def test_account_in_another_currency_is_rejected(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = replace(given_order(client), credit_account=given_account(client, currency="KES"))
    assert gateway.submit(order).reason is RejectReason.CURRENCY_MISMATCH
    assert balances(client, order) == ("100.00", "0.00")


def test_content_the_bank_can_never_take_is_rejected(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = replace(given_order(client), narrative="x" * 141)
    assert gateway.submit(order) == PaymentResult(PaymentStatus.REJECTED, RejectReason.MALFORMED)
    assert gateway.query(order.payment_id) == NOT_FOUND


def test_slow_bank_is_waited_for(client: httpx.Client, gateway: SandboxGateway) -> None:
    order = given_order(client)
    given_behaviour(client, order.credit_account, "slow", delay_seconds=0.3)
    started = time.monotonic()
    assert gateway.submit(order).status is PaymentStatus.COMPLETED
    assert time.monotonic() - started >= 0.3


def test_late_answer_is_unknown_and_a_query_knows(
    client: httpx.Client, hasty: SandboxGateway
) -> None:
    """The best of three: a shared machine may be away for a second."""
    seconds = 0.0
    for _try in range(3):
        order = given_order(client)
        given_behaviour(client, order.credit_account, "answers_late", delay_seconds=1.0)
        started = time.monotonic()
        assert hasty.submit(order) == UNKNOWN
        seconds = time.monotonic() - started
        assert hasty.query(order.payment_id).status is PaymentStatus.COMPLETED
        assert balances(client, order) == ("90.00", "10.00")
        if seconds < 0.9:
            break
    assert 0.25 <= seconds < 0.9


def test_connection_dropped_before_acting_is_unknown_then_paid_once(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = given_order(client)
    given_behaviour(client, order.credit_account, "drops_before", times=1)
    assert gateway.submit(order) == UNKNOWN
    assert gateway.query(order.payment_id) == NOT_FOUND
    assert balances(client, order) == ("100.00", "0.00")
    assert gateway.submit(order).status is PaymentStatus.COMPLETED
    assert balances(client, order) == ("90.00", "10.00")


def test_connection_dropped_after_acting_is_unknown_and_a_query_knows(
    client: httpx.Client, gateway: SandboxGateway
) -> None:
    order = given_order(client)
    given_behaviour(client, order.funding_account, "drops_after")
    assert gateway.submit(order) == UNKNOWN
    assert gateway.submit(order) == UNKNOWN
    assert gateway.query(order.payment_id).status is PaymentStatus.COMPLETED
    assert balances(client, order) == ("90.00", "10.00")


def test_accepted_payment_completes_later(client: httpx.Client, gateway: SandboxGateway) -> None:
    order = given_order(client)
    given_behaviour(client, order.credit_account, "accepts_then_completes", delay_seconds=0.3)
    assert gateway.submit(order).status is PaymentStatus.ACCEPTED
    assert gateway.submit(order).status is PaymentStatus.ACCEPTED
    assert balances(client, order) == ("100.00", "0.00")
    assert settled(gateway, order.payment_id).status is PaymentStatus.COMPLETED
    assert balances(client, order) == ("90.00", "10.00")


def test_both_accounts_shape_a_payment(client: httpx.Client, gateway: SandboxGateway) -> None:
    order = given_order(client)
    given_behaviour(client, order.funding_account, "accepts_then_completes", delay_seconds=0.1)
    given_behaviour(client, order.credit_account, "rejects_credit")
    assert gateway.submit(order).status is PaymentStatus.ACCEPTED
    assert settled(gateway, order.payment_id).reason is RejectReason.CANNOT_CREDIT
    assert balances(client, order) == ("100.00", "0.00")


def test_nobody_listening_is_unknown() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    rail = SandboxGateway(f"http://127.0.0.1:{port}", secret=SECRET)
    order = PaymentOrder(uuid4(), "a", "b", "SANDBOX", Money(1, "EUR"), "")
    assert rail.submit(order) == UNKNOWN
    assert rail.query(order.payment_id) == UNKNOWN
    assert rail.verify_account("b", "SANDBOX") == AccountCheck(AccountStatus.UNKNOWN)
    rail.close()


def test_wrong_secret_is_unknown_and_pays_nothing(client: httpx.Client) -> None:
    order = given_order(client)
    rail = SandboxGateway(str(client.base_url), secret="another")
    assert rail.submit(order) == UNKNOWN
    assert rail.query(order.payment_id) == UNKNOWN
    rail.close()
    assert balances(client, order) == ("100.00", "0.00")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\noops",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\noops",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"transfer_id"',
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b" " * 100_000,
    ],
)
def test_answer_that_is_not_clear_is_unknown(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once)
        thread.start()
        rail = SandboxGateway(f"http://127.0.0.1:{server.getsockname()[1]}", secret=SECRET)
        order = PaymentOrder(uuid4(), "a", "b", "SANDBOX", Money(1, "EUR"), "")
        assert rail.submit(order) == UNKNOWN
        rail.close()
        thread.join()


def test_account_is_verified_and_looked_up(client: httpx.Client, gateway: SandboxGateway) -> None:
    phone = f"+2547{uuid4().int % 10**8:08d}"
    body: dict[str, object] = {
        "currency": "KES",
        "name": "Duka la Amina",
        "kind": "merchant",
        "identifier": phone,
    }
    call(client, "PUT", "/accounts/amina", body)
    found = AccountCheck(AccountStatus.FOUND, "amina", "SANDBOX", "KES", "Duka la Amina")
    assert gateway.verify_account("amina", "SANDBOX") == found
    assert gateway.lookup(phone) == found
    nothing = AccountCheck(AccountStatus.NOT_FOUND)
    assert gateway.verify_account("nobody", "SANDBOX") == nothing
    assert gateway.verify_account("no/body?", "SANDBOX") == nothing
    assert gateway.lookup("+254700000000x") == nothing


def test_callback_is_authentic_only_with_the_signature_of_its_body() -> None:
    rail = SandboxGateway("http://127.0.0.1:1", secret=SECRET)
    body = b'{"transfer_id":"1","status":"completed"}'
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert rail.callback_is_authentic(body, signature)
    assert not rail.callback_is_authentic(body + b" ", signature)
    assert not rail.callback_is_authentic(body, signature.replace(signature[0], "é"))
    assert not rail.callback_is_authentic(body, "")


def test_sandbox_is_a_gateway(gateway: SandboxGateway) -> None:
    port: Gateway = gateway
    assert port.query(uuid4()) == NOT_FOUND
