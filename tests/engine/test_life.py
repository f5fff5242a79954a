"""From a deposit to a redeemed voucher."""

from tests.given import (
    ask,
    balances,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    redemption,
    state_of,
)

from counterfoil.engine.database import Connection
from counterfoil.engine.operation import Outcome
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import State


def test_a_voucher_is_redeemed_once(connection: Connection, provider: LocalKeyProvider) -> None:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_stock(connection, issuer, 5)
    voucher = given_active(connection, issuer)
    first, second = ask(
        connection, issuer, redemption(voucher.number or ""), redemption(voucher.number or "")
    )
    assert (first.outcome, second.outcome) == (Outcome.DONE, Outcome.ALREADY_REDEEMED)
    assert state_of(connection, issuer, voucher.serial or 0) is State.REDEEMED
    assert balances(connection, issuer) == {
        "funding:0": -10_000_000,
        "available:0": 9_995_000,
        "reserved:2": 4000,
        "payable:1": 1000,
    }


def test_an_instant_redemption_waits_for_its_payment(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, settlement="instant", denominations=())
    voucher = given_active(connection, issuer)
    (reserved,) = ask(connection, issuer, redemption(voucher.number or "", "r1"))
    assert reserved.outcome is Outcome.PENDING
    (again,) = ask(connection, issuer, redemption(voucher.number or ""))
    assert again.outcome is Outcome.PAYMENT_IN_PROGRESS
    (settled,) = ask(connection, issuer, finish(reserved, completed=True))
    assert settled.outcome is Outcome.DONE
    (repeat,) = ask(connection, issuer, redemption(voucher.number or "", "r1"))
    assert (repeat.outcome, repeat.repeated) == (Outcome.DONE, True)
    assert state_of(connection, issuer, voucher.serial or 0) is State.REDEEMED
    assert balances(connection, issuer) == {"funding:0": -9_999_000, "available:0": 9_999_000}
