"""Instant redemption over HTTP against the sandbox provider: 200, 462, 463, 599 as it behaves."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
from tests.api.conftest import Server, running_server
from tests.api.test_govstack_v1 import REDEMPTION, redemption, refused
from tests.given import SYSTEM, given_active, given_group, state_of

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.sandbox_fsp.process import BankProcess
from counterfoil.voucher import State

SECRET = "a-shared-secret"
GROUP = "INSTANT"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    folder = tmp_path_factory.mktemp("api_bank")
    (folder / "secret").write_text(SECRET)
    with BankProcess(folder / "bank.sqlite", folder / "secret") as process:
        yield process


@pytest.fixture(scope="module")
def teller(bank: BankProcess) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    with httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def server(
    api_database: str,
    provider: LocalKeyProvider,
    key: str,
    bank: BankProcess,
    teller: httpx.Client,
    books: Connection,
    issuer: Issuer,
) -> Iterator[Server]:
    assert key
    given_group(books, issuer, GROUP, settlement="instant", denominations=())
    account(teller, "AID-KES", kind="funding", balance="100000.00")
    rail = SandboxGateway(bank.base_url, secret=SECRET, timeout_seconds=5.0)
    with running_server(api_database, provider, gateway=rail) as running:
        yield running
    rail.close()


def account(
    teller: httpx.Client,
    name: str,
    *,
    kind: str = "merchant",
    balance: str = "0",
    behaviour: str | None = None,
) -> None:
    body: dict[str, object] = {"currency": "KES", "name": name, "kind": kind, "balance": balance}
    assert teller.put(f"/accounts/{name}", json=body).is_success
    if behaviour is not None:
        answer = teller.put(f"/accounts/{name}/behaviour", json={"behaviour": behaviour})
        assert answer.is_success, answer.text


def merchant(books: Connection, issuer: Issuer, name: str) -> dict[str, object]:
    design = AcceptorDesign(name=name, kind="merchant", account=name, groups=("FOOD",))
    create_acceptors(books, issuer, SYSTEM, [design])
    return {"merchant_name": name, "merchant_bank_details": name}


def balance(teller: httpx.Client, name: str) -> str:
    found: str = teller.get(f"/accounts/{name}").json()["balance"]
    return found


def test_an_instant_redemption_is_paid(
    api: httpx.Client, teller: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    account(teller, "shop-1")
    shop = merchant(books, issuer, "shop-1")
    voucher = given_active(books, issuer, group=GROUP)
    body = redemption(voucher.number, **shop)
    headers = {"X-CorrelationID": str(uuid4())}
    assert api.post(REDEMPTION, json=body, headers=headers).status_code == 200
    assert api.post(REDEMPTION, json=body, headers=headers).status_code == 200
    refused(api.post(REDEMPTION, json=body), 458)
    assert state_of(books, issuer, voucher.serial or 0) is State.REDEEMED
    assert balance(teller, "shop-1") == "10.00"


def test_a_merchant_who_cannot_be_credited_is_463_and_the_voucher_free(
    api: httpx.Client, teller: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    account(teller, "shop-2", behaviour="rejects_credit")
    account(teller, "shop-3")
    voucher = given_active(books, issuer, group=GROUP)
    body = redemption(voucher.number, **merchant(books, issuer, "shop-2"))
    headers = {"X-CorrelationID": str(uuid4())}
    refused(api.post(REDEMPTION, json=body, headers=headers), 463, "not used")
    refused(api.post(REDEMPTION, json=body, headers=headers), 463, "not used")
    assert state_of(books, issuer, voucher.serial or 0) is State.ACTIVE
    elsewhere = redemption(voucher.number, **merchant(books, issuer, "shop-3"))
    assert api.post(REDEMPTION, json=elsewhere).status_code == 200
    assert (balance(teller, "shop-2"), balance(teller, "shop-3")) == ("0.00", "10.00")


def test_a_funding_account_without_money_is_462(
    api: httpx.Client, teller: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    account(teller, "shop-4")
    shop = merchant(books, issuer, "shop-4")
    voucher = given_active(books, issuer, group=GROUP)
    teller.put("/accounts/AID-KES/behaviour", json={"behaviour": "no_funds"})
    try:
        refused(api.post(REDEMPTION, json=redemption(voucher.number, **shop)), 462)
    finally:
        teller.put("/accounts/AID-KES/behaviour", json={"behaviour": "normal"})
    assert state_of(books, issuer, voucher.serial or 0) is State.ACTIVE
    assert balance(teller, "shop-4") == "0.00"


def test_a_dropped_answer_is_asked_for_under_the_same_reference(
    api: httpx.Client, teller: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    account(teller, "shop-5", behaviour="drops_after")
    shop = merchant(books, issuer, "shop-5")
    voucher = given_active(books, issuer, group=GROUP)
    headers = {"X-CorrelationID": str(uuid4())}
    body = redemption(voucher.number, **shop)
    first = api.post(REDEMPTION, json=body, headers=headers)
    if first.status_code != 200:
        refused(first, 599, "reserved", "X-CorrelationID")
        assert state_of(books, issuer, voucher.serial or 0) is State.REDEEMING
        refused(api.post(REDEMPTION, json=body), 458, "in progress")
    assert api.post(REDEMPTION, json=body, headers=headers).status_code == 200
    assert state_of(books, issuer, voucher.serial or 0) is State.REDEEMED
    assert balance(teller, "shop-5") == "10.00"


def test_a_slow_provider_is_599_within_five_seconds(
    api: httpx.Client, teller: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    """The best of three: a shared machine may be away for a second."""
    seconds = 0.0
    for name in ("shop-6", "shop-6-again", "shop-6-once-more"):
        seconds = _seconds_with_a_slow_provider(name, api, teller, books, issuer)
        if seconds < 5.2:
            break
    assert 4 < seconds < 5.2


def _seconds_with_a_slow_provider(
    name: str, api: httpx.Client, teller: httpx.Client, books: Connection, issuer: Issuer
) -> float:
    """Until a redemption that is paid after eight is answered; it ends as paid."""
    account(teller, name)
    answer = teller.put(
        f"/accounts/{name}/behaviour", json={"behaviour": "slow", "delay_seconds": 8, "times": 1}
    )
    assert answer.is_success, answer.text
    shop = merchant(books, issuer, name)
    voucher = given_active(books, issuer, group=GROUP)
    headers = {"X-CorrelationID": str(uuid4())}
    body = redemption(voucher.number, **shop)
    started = time.monotonic()
    refused(api.post(REDEMPTION, json=body, headers=headers), 599, "reserved")
    seconds = time.monotonic() - started
    deadline = time.monotonic() + 15
    while api.post(REDEMPTION, json=body, headers=headers).status_code != 200:
        assert time.monotonic() < deadline
    assert balance(teller, name) == "10.00"
    return seconds


def test_sixteen_at_once_pay_once(
    api: httpx.Client, teller: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    account(teller, "shop-7")
    shop = merchant(books, issuer, "shop-7")
    voucher = given_active(books, issuer, group=GROUP)
    body = redemption(voucher.number, **shop)
    headers = [{"X-CorrelationID": str(uuid4())} for _each in range(8)]

    def redeem(index: int) -> int:
        return api.post(REDEMPTION, json=body, headers=headers[index % 8]).status_code

    with ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(redeem, range(16)))
    assert sorted(statuses) == [200] * 2 + [458] * 14
    assert balance(teller, "shop-7") == "10.00"


def test_a_callback_only_makes_the_payment_due(
    api: httpx.Client,
) -> None:
    body = json.dumps({"transfer_id": str(uuid4()), "status": "completed"}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    path = "/gateway/sandbox/callback"
    signed = api.post(path, content=body, headers={"X-Sandbox-Signature": signature})
    assert signed.status_code == 200
    unsigned = api.post(path, content=body)
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "signature_wrong")
