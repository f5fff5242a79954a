"""Payouts against the real provider process: whatever it does, each is paid once, and the two
ledgers agree.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import httpx
import pytest
from tests.engine.payouts.given import (
    given_redeemed,
    given_sent,
    given_shops,
    read_payouts,
    read_run,
)
from tests.gateway.conftest import given_behaviour
from tests.gateway.rounds import assert_ledgers_agree, rounds
from tests.given import SHOP, SYSTEM, given_group, given_issuer

from counterfoil.engine.accounts.directory import keep_lookup
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.payouts.sending import retry_payout
from counterfoil.gateway.paying import pay_out
from counterfoil.gateway.port import (
    TEXT_LETTERS_MAX,
    AccountCheck,
    AccountStatus,
    PaymentOrder,
    PaymentResult,
    PaymentStatus,
)
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.keys.provider import LocalKeyProvider

ASHA: Final = 1


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, denominations=())
    return issuer


def paid_to_the_end(connection: Connection, issuer: Issuer, gateway: SandboxGateway) -> None:
    for _round in rounds(connection):
        pay_out(connection, issuer, {"sandbox": gateway})


@pytest.mark.parametrize(
    ("behaviour", "options"),
    [
        ("normal", {}),
        ("drops_before", {"times": 1}),
        ("drops_after", {"times": 1}),
        ("answers_late", {"delay_seconds": 0.8}),
        ("accepts_then_completes", {"delay_seconds": 0.3}),
    ],
)
def test_a_payout_is_made_once(
    connection: Connection,
    issuer: Issuer,
    client: httpx.Client,
    gateway: SandboxGateway,
    behaviour: str,
    options: dict[str, float],
) -> None:
    given_redeemed(connection, issuer, ASHA, 1000, 205)
    given_behaviour(client, behaviour, **options)
    run = given_sent(connection, issuer)
    paid_to_the_end(connection, issuer, gateway)
    assert client.get(f"/accounts/{SHOP.account}").json()["balance"] == "12.05"
    assert len(client.get("/transfers").json()["transfers"]) == 1
    assert read_run(connection, issuer, run.run_id).status == "ended"
    assert_ledgers_agree(connection, issuer, client)


@pytest.mark.parametrize("reference", ["\0", "x" * 10_000, "\ud800", "\x1b[2J"])
def test_whatever_a_provider_calls_a_payment_it_is_heard(
    connection: Connection, issuer: Issuer, reference: str
) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    run = given_sent(connection, issuer)
    pay_out(connection, issuer, {"sandbox": Calling(reference)})
    assert read_run(connection, issuer, run.run_id).status == "ended"
    assert check(connection, issuer.issuer_id) == []


@dataclass(frozen=True)
class Calling:
    """A provider that pays, and calls what it paid by this name."""

    name: str

    def submit(self, order: PaymentOrder) -> PaymentResult:  # noqa: ARG002  # whatever it is
        return PaymentResult(PaymentStatus.COMPLETED, provider_reference=self.name)

    def query(self, payment_id: UUID) -> PaymentResult:  # noqa: ARG002
        return PaymentResult(PaymentStatus.NOT_FOUND)

    def verify_account(self, account: str, fsp: str) -> AccountCheck:
        return AccountCheck(AccountStatus.FOUND, account=account + self.name, fsp=fsp + self.name)

    def lookup(self, identifier: str) -> AccountCheck:
        return self.verify_account(identifier, "")


def test_whatever_a_provider_says_of_an_account_can_be_kept(
    connection: Connection, issuer: Issuer
) -> None:
    said = Calling("\0" * 1000).lookup("+254")
    kept = keep_lookup(
        connection,
        issuer,
        "+254",
        status=said.status,
        source="calling",
        fsp=said.fsp,
        currency=said.currency,
        account=said.account,
    )
    assert kept.fsp == "?" * TEXT_LETTERS_MAX


def test_a_payout_that_is_taken_on_is_processed_until_it_is_paid(
    connection: Connection, issuer: Issuer, client: httpx.Client, gateway: SandboxGateway
) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    given_behaviour(client, "accepts_then_completes", delay_seconds=30)
    run = given_sent(connection, issuer)
    assert pay_out(connection, issuer, {"sandbox": gateway}) == 1
    assert pay_out(connection, issuer, {"sandbox": gateway}) == 0, "not due"
    (payout,) = read_payouts(connection, issuer, run.run_id)
    assert payout.status == "processed"
    assert check(connection, issuer.issuer_id) == []


def test_a_payout_that_is_refused_says_why_and_is_sent_again(
    connection: Connection, issuer: Issuer, client: httpx.Client, gateway: SandboxGateway
) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    given_behaviour(client, "rejects_credit")
    run = given_sent(connection, issuer)
    paid_to_the_end(connection, issuer, gateway)
    (payout,) = read_payouts(connection, issuer, run.run_id)
    assert (payout.status, payout.reason) == ("failed", "cannot_credit")
    given_behaviour(client, "normal")
    retry_payout(connection, issuer, SYSTEM, run.run_id, ASHA, reason="mended")
    paid_to_the_end(connection, issuer, gateway)
    (payout,) = read_payouts(connection, issuer, run.run_id)
    assert (payout.status, payout.reason) == ("completed", None)
    assert client.get(f"/accounts/{SHOP.account}").json()["balance"] == "10.00"
    assert_ledgers_agree(connection, issuer, client)


def test_nothing_is_sent_on_a_rail_that_is_not_there(
    connection: Connection, issuer: Issuer, gateway: SandboxGateway
) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    given_sent(connection, issuer)
    assert pay_out(connection, issuer, {}) == 0
    assert pay_out(connection, issuer, {"another": gateway}) == 0


def test_several_senders_at_once_pay_each_payout_once(
    connection: Connection,
    database: str,
    provider: LocalKeyProvider,
    issuer: Issuer,
    client: httpx.Client,
    gateway: SandboxGateway,
) -> None:
    shops = given_shops(connection, issuer, *(f"Shop-{number}" for number in range(70)))
    for number, shop in enumerate(shops, 1):
        account = {"currency": "KES", "name": "S", "kind": "merchant"}
        assert client.put(f"/accounts/ACC-Shop-{number - 1}", json=account).status_code == 200
        given_redeemed(connection, issuer, shop, number)
    run = given_sent(connection, issuer)

    def work(_number: int) -> int:
        with connected(database) as own:
            mine = open_issuer(own, issuer.code, provider)
            return sum(pay_out(own, mine, {"sandbox": gateway}) for _round in range(3))

    with ThreadPoolExecutor(3) as pool:
        sent = sum(pool.map(work, range(3)))
    assert sent >= 70
    paid_to_the_end(connection, issuer, gateway)
    assert len(client.get("/transfers").json()["transfers"]) == 70
    assert {p.status for p in read_payouts(connection, issuer, run.run_id)} == {"completed"}
    assert_ledgers_agree(connection, issuer, client)
