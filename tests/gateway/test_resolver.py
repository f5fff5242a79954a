"""The resolver against the real provider process: whatever it does, each voucher is paid once,
released where it was not, and the two ledgers agree.
"""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.gateway.conftest import SECRET, given_behaviour
from tests.gateway.rounds import assert_ledgers_agree, due_now, rounds
from tests.given import (
    SHOP,
    balances,
    given_active,
    given_group,
    given_issuer,
    redemption,
    state_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import REJECTED_AS, Answer, Outcome, PaymentDue
from counterfoil.gateway.port import PaymentStatus, RejectReason
from counterfoil.gateway.resolver import lease_due_payments, resolve_payments, send_payment
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.sandbox_fsp.process import BankProcess
from counterfoil.voucher import State


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, settlement="instant", denominations=())
    return issuer


def given_reserved(connection: Connection, issuer: Issuer, count: int = 1) -> list[Answer]:
    """Vouchers being redeemed, their payments written down and not sent."""
    numbers = [given_active(connection, issuer).number or "" for _ in range(count)]
    asked = [redemption(number, f"r{index}") for index, number in enumerate(numbers)]
    answers = apply(connection, issuer, asked)
    assert {answer.outcome for answer in answers} == {Outcome.PENDING}
    return answers


def resolve(connection: Connection, issuer: Issuer, gateway: SandboxGateway) -> int:
    """Rounds until nothing is pending."""
    ended = 0
    for _round in rounds(connection):
        ended += resolve_payments(connection, issuer, {"sandbox": gateway})
    return ended


def payment_of(answer: Answer) -> PaymentDue:
    assert answer.payment is not None
    return answer.payment


@pytest.mark.parametrize(
    ("sent_before", "behaviour", "options"),
    [
        (False, "normal", {}),
        (True, "drops_before", {"times": 1}),
        (False, "drops_before", {"times": 1}),
        (True, "drops_after", {"times": 1}),
        (False, "drops_after", {"times": 1}),
        (True, "answers_late", {"delay_seconds": 0.8}),
        (True, "accepts_then_completes", {"delay_seconds": 0.3}),
    ],
)
def test_payment_of_unknown_end_is_made_once(
    connection: Connection,
    issuer: Issuer,
    client: httpx.Client,
    gateway: SandboxGateway,
    behaviour: str,
    options: dict[str, float],
    *,
    sent_before: bool,
) -> None:
    given_behaviour(client, behaviour, **options)
    (reserved,) = given_reserved(connection, issuer)
    if sent_before:
        send_payment(gateway, payment_of(reserved))
    assert resolve(connection, issuer, gateway) == 1
    assert state_of(connection, issuer, reserved.serial or 0) is State.REDEEMED
    assert len(client.get("/transfers").json()["transfers"]) == 1
    assert client.get(f"/accounts/{SHOP.account}").json()["balance"] == "10.00"
    assert balances(connection, issuer) == {"funding:0": -9_999_000, "available:0": 9_999_000}
    assert_ledgers_agree(connection, issuer, client)


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [("no_funds", Outcome.FUNDING_SHORT), ("rejects_credit", Outcome.CANNOT_CREDIT)],
)
def test_rejected_payment_releases_the_voucher_and_says_why(
    connection: Connection,
    issuer: Issuer,
    client: httpx.Client,
    gateway: SandboxGateway,
    behaviour: str,
    outcome: Outcome,
) -> None:
    given_behaviour(client, behaviour)
    number = given_active(connection, issuer).number or ""
    (reserved,) = apply(connection, issuer, [redemption(number, "first")])
    assert resolve(connection, issuer, gateway) == 1
    assert state_of(connection, issuer, reserved.serial or 0) is State.ACTIVE
    (repeat,) = apply(connection, issuer, [redemption(number, "first")])
    assert (repeat.outcome, repeat.repeated) == (outcome, True)
    given_behaviour(client, "normal")
    (again,) = apply(connection, issuer, [redemption(number, "second")])
    assert again.outcome is Outcome.PENDING, "a new try is a new payment"
    assert resolve(connection, issuer, gateway) == 1
    assert state_of(connection, issuer, reserved.serial or 0) is State.REDEEMED
    assert client.get(f"/accounts/{SHOP.account}").json()["balance"] == "10.00"
    assert_ledgers_agree(connection, issuer, client)


def test_payment_stays_pending_while_the_provider_is_down(
    connection: Connection, issuer: Issuer, client: httpx.Client, bank: BankProcess
) -> None:
    gateway = SandboxGateway(bank.base_url, secret=SECRET, timeout_seconds=0.4)
    answers = given_reserved(connection, issuer, 5)
    for reserved in answers[:2]:
        assert send_payment(gateway, payment_of(reserved)).status is PaymentStatus.COMPLETED
    bank.kill()
    for _round in range(3):
        due_now(connection)
        assert resolve_payments(connection, issuer, {"sandbox": gateway}) == 0
    assert {state_of(connection, issuer, a.serial or 0) for a in answers} == {State.REDEEMING}
    bank.restart()
    assert resolve(connection, issuer, gateway) == 5
    assert {state_of(connection, issuer, a.serial or 0) for a in answers} == {State.REDEEMED}
    assert client.get(f"/accounts/{SHOP.account}").json()["balance"] == "50.00"
    assert len(client.get("/transfers").json()["transfers"]) == 5
    assert_ledgers_agree(connection, issuer, client)
    gateway.close()


def test_tries_wait_longer_each_time_and_at_most_half_a_minute(
    connection: Connection, issuer: Issuer, client: httpx.Client, gateway: SandboxGateway
) -> None:
    given_behaviour(client, "accepts_then_completes", delay_seconds=30)
    (reserved,) = given_reserved(connection, issuer)
    send_payment(gateway, payment_of(reserved))
    waits = []
    for _try in range(7):
        due_now(connection)
        assert resolve_payments(connection, issuer, {"sandbox": gateway}) == 0
        row = connection.execute(
            "SELECT leased_until IS NULL,"
            " round(extract(epoch FROM next_try_at - now()))::int FROM payment"
        ).fetchone()
        connection.commit()
        assert row is not None
        assert row[0] is True
        waits.append(row[1])
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert resolve_payments(connection, issuer, {"sandbox": gateway}) == 0, "not due"


def leased(connection: Connection, issuer: Issuer) -> list[PaymentDue]:
    return lease_due_payments(connection, issuer, ["sandbox"], 10)


def test_leased_payment_is_left_to_its_holder(connection: Connection, issuer: Issuer) -> None:
    (reserved,) = given_reserved(connection, issuer)
    assert leased(connection, issuer) == [], "leased to who reserved it"
    due_now(connection)
    assert leased(connection, issuer) == [payment_of(reserved)]
    assert leased(connection, issuer) == []
    connection.execute("UPDATE payment SET leased_until = now(), next_try_at = now()")
    connection.commit()
    assert leased(connection, issuer) == [payment_of(reserved)], "its holder died"


def test_several_resolvers_at_once_pay_each_voucher_once(
    connection: Connection,
    database: str,
    provider: LocalKeyProvider,
    issuer: Issuer,
    client: httpx.Client,
    gateway: SandboxGateway,
) -> None:
    given_behaviour(client, "drops_after", times=10)
    answers = given_reserved(connection, issuer, 40)
    due_now(connection)

    def work(_number: int) -> int:
        with connected(database) as own:
            mine = open_issuer(own, issuer.code, provider)
            return sum(resolve_payments(own, mine, {"sandbox": gateway}) for _round in range(3))

    with ThreadPoolExecutor(3) as pool:
        ended = sum(pool.map(work, range(3)))
    ended += resolve(connection, issuer, gateway)
    assert ended >= 40
    assert {state_of(connection, issuer, a.serial or 0) for a in answers} == {State.REDEEMED}
    assert client.get(f"/accounts/{SHOP.account}").json()["balance"] == "400.00"
    assert len(client.get("/transfers").json()["transfers"]) == 40
    assert_ledgers_agree(connection, issuer, client)


def test_every_reason_of_the_gateway_has_an_outcome() -> None:
    assert set(REJECTED_AS) == set(RejectReason)
