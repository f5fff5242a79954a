"""kill -9 at any moment: nothing acknowledged is lost, nothing is done twice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from counterfoil.errors import CounterfoilError
from counterfoil.gateway.port import PaymentOrder, PaymentResult, PaymentStatus
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.money import Money
from counterfoil.sandbox_fsp.process import BankProcess

pytestmark = pytest.mark.prove

SECRET = "a-shared-secret"
MERCHANTS = 5
THREADS = 6
KILLS = 3


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[BankProcess]:
    (tmp_path / "secret").write_text(SECRET)
    with BankProcess(tmp_path / "bank.sqlite", tmp_path / "secret") as process:
        yield process


@pytest.fixture
def client(bank: BankProcess) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    with httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False) as caller:
        yield caller


@pytest.fixture
def gateway(bank: BankProcess) -> Iterator[SandboxGateway]:
    rail = SandboxGateway(bank.base_url, secret=SECRET, timeout_seconds=2.0)
    yield rail
    rail.close()


def given_accounts(client: httpx.Client, behaviour: str = "normal") -> None:
    fund = {"currency": "EUR", "name": "Fund", "kind": "funding", "balance": "1000000.00"}
    merchant = {"currency": "EUR", "name": "M", "kind": "merchant", "behaviour": behaviour}
    assert client.put("/accounts/fund", json=fund).status_code == 200
    for number in range(MERCHANTS):
        assert client.put(f"/accounts/merchant-{number}", json=merchant).status_code == 200


def order_of(payment_id: UUID) -> PaymentOrder:
    """The one content that belongs to this id."""
    merchant = f"merchant-{payment_id.int % MERCHANTS}"
    return PaymentOrder(payment_id, "fund", merchant, "SANDBOX", Money(100, "EUR"), "")


def paid(gateway: SandboxGateway, payment_id: UUID, first: PaymentResult) -> PaymentResult:
    """Resolve as the resolver does: ask until it is known, send again what was not found."""
    result = first
    deadline = time.monotonic() + 15
    while result.status not in {PaymentStatus.COMPLETED, PaymentStatus.REJECTED}:
        assert time.monotonic() < deadline, "stuck"
        time.sleep(0.02)
        result = gateway.query(payment_id)
        if result.status is PaymentStatus.NOT_FOUND:
            result = gateway.submit(order_of(payment_id))
    return result


def whole_log(client: httpx.Client) -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = client.get("/transfers", params={"after": after, "limit": 1000}).json()
        log += page["transfers"]
        after = page["next"]
    return log


def test_kills_under_load_lose_and_double_nothing(
    bank: BankProcess, client: httpx.Client, gateway: SandboxGateway
) -> None:
    given_accounts(client)
    stop_at = time.monotonic() + 60
    answered: dict[UUID, PaymentResult] = {}

    def pay() -> int:
        unknown = 0
        while time.monotonic() < stop_at:
            payment_id = uuid4()
            first = gateway.submit(order_of(payment_id))
            unknown += first.status is PaymentStatus.UNKNOWN
            answered[payment_id] = paid(gateway, payment_id, first)
        return unknown

    with ThreadPoolExecutor(THREADS) as pool:
        payers = [pool.submit(pay) for _ in range(THREADS)]
        for _ in range(KILLS):
            time.sleep(0.3)
            bank.kill()
            last_acknowledged = list(answered.items())[-20:]
            bank.restart()
            for payment_id, result in last_acknowledged:
                assert gateway.query(payment_id) == result
        stop_at = time.monotonic()
        unknown = sum(payer.result() for payer in payers)

    assert unknown >= KILLS, "the kills hit nothing"
    log = whole_log(client)
    assert len(log) == len(answered)
    assert {each["transfer_id"]: each["reference"] for each in log} == {
        str(payment_id): result.provider_reference for payment_id, result in answered.items()
    }
    assert {each["status"] for each in log} == {"completed"}
    assert all([leg["kind"] for leg in each["legs"]] == ["debit", "credit"] for each in log)
    summary = client.get("/summary").json()
    assert summary["agrees"] is True
    balances = {each["account"]: each["balance"] for each in summary["accounts"]}
    paid_out = {f"merchant-{number}": 0 for number in range(MERCHANTS)}
    for payment_id in answered:
        paid_out[order_of(payment_id).credit_account] += 1
    assert balances == {name: f"{count}.00" for name, count in paid_out.items()} | {
        "fund": f"{1_000_000 - len(answered)}.00"
    }


def test_accepted_transfers_complete_after_a_kill(
    bank: BankProcess, client: httpx.Client, gateway: SandboxGateway
) -> None:
    given_accounts(client)
    slowly = {"behaviour": "accepts_then_completes", "delay_seconds": 0.7}
    client.put("/accounts/fund/behaviour", json=slowly)
    payment_ids = [uuid4() for _ in range(10)]
    for payment_id in payment_ids:
        assert gateway.submit(order_of(payment_id)).status is PaymentStatus.ACCEPTED
    bank.kill()
    bank.restart()
    for payment_id in payment_ids:
        accepted = PaymentResult(PaymentStatus.ACCEPTED)
        assert paid(gateway, payment_id, accepted).status is PaymentStatus.COMPLETED
    assert client.get("/accounts/fund").json()["balance"] == "999990.00"
    assert client.get("/summary").json()["agrees"] is True
    assert len(whole_log(client)) == len(payment_ids)


def test_second_bank_on_the_same_port_is_refused(bank: BankProcess, tmp_path: Path) -> None:
    with pytest.raises(CounterfoilError, match="is taken"):
        BankProcess(tmp_path / "other.sqlite", tmp_path / "secret", port=bank.port)


def test_bank_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(CounterfoilError, match="did not start"):
        BankProcess(tmp_path / "bank.sqlite", tmp_path / "secret")
    log = (tmp_path / "bank.log").read_text()
    assert "must hold one line" in log
    assert "Traceback" not in log


def test_stopped_bank_keeps_accounts_behaviours_and_the_log(
    bank: BankProcess, client: httpx.Client, gateway: SandboxGateway
) -> None:
    given_accounts(client, behaviour="rejects_credit")
    payment_id = uuid4()
    refused = gateway.submit(order_of(payment_id))
    before = client.get("/accounts").json()
    bank.stop()
    bank.restart()
    assert gateway.query(payment_id) == refused
    assert client.get("/accounts").json() == before
