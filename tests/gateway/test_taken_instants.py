"""Vouchers that are paid for at once, where a line of the bank tells of it."""

from uuid import UUID

import pytest
from tests.gateway.bank_days import (
    FUNDED,
    days,
    exceptions,
    given_banked,
    line,
    matched,
    notified,
    stated,
    take,
)
from tests.given import finish, given_active, given_group, redemption, state_of

from counterfoil.engine.apply import apply
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Outcome
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


def given_paying(connection: Connection, issuer: Issuer) -> tuple[int, Answer]:
    """The serial of a voucher of 10.00 whose payment is under way, and what its redeemer knows."""
    given_group(connection, issuer, "INSTANT", denominations=(), settlement="instant")
    drawn = given_active(connection, issuer, group="INSTANT")
    (answer,) = apply(connection, issuer, [redemption(drawn.number or "")])
    assert answer.outcome is Outcome.PENDING
    return drawn.serial or 0, answer


def of(answer: Answer) -> UUID:
    assert answer.payment is not None
    return answer.payment.payment_id


def test_a_voucher_that_waits_for_its_payment_is_settled_by_the_line(
    connection: Connection, issuer: Issuer
) -> None:
    serial, answer = given_paying(connection, issuer)
    own = line("V1", -1000, of=of(answer))
    take(connection, issuer, stated(issuer, 0, 99_000, line(FUNDED, 100_000), own))
    assert state_of(connection, issuer, serial) is State.REDEEMED
    assert matched(connection, issuer)[0] == ("V1", Action.SETTLE, -1000)
    assert exceptions(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []
    back = line("V2", 1000, of=of(answer), back="AC04", day=days(1))
    take(connection, issuer, notified(issuer, back))
    assert exceptions(connection, issuer) == [("contradicted", None, None)]


def test_a_voucher_whose_line_was_taken_by_a_process_that_died_is_settled_by_the_next(
    connection: Connection, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    serial, answer = given_paying(connection, issuer)
    content = notified(issuer, line("V1", -1000, of=of(answer)))

    def dies(*_arguments: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("counterfoil.engine.banking.taking.finish_instants", dies)
        with pytest.raises(KeyboardInterrupt):
            take(connection, issuer, content)
    assert state_of(connection, issuer, serial) is State.REDEEMING
    look_again(connection, issuer)
    assert state_of(connection, issuer, serial) is State.REDEEMED
    assert matched(connection, issuer) == [("V1", Action.SETTLE, -1000)]
    assert check(connection, issuer.issuer_id) == []


def test_a_line_of_a_voucher_that_is_settled_is_its_payment(
    connection: Connection, issuer: Issuer
) -> None:
    _serial, answer = given_paying(connection, issuer)
    apply(connection, issuer, [finish(answer, completed=True)])
    take(connection, issuer, notified(issuer, line("V1", -1000, of=of(answer))))
    assert matched(connection, issuer) == [("V1", Action.SETTLE, -1000)]
    take(connection, issuer, notified(issuer, line("V2", -1000, of=of(answer))))
    assert exceptions(connection, issuer) == [("unexplained_debit", 0, 1000)]
    assert check(connection, issuer.issuer_id) == []


def test_a_line_of_a_voucher_whose_payment_was_rejected_cannot_be(
    connection: Connection, issuer: Issuer
) -> None:
    serial, answer = given_paying(connection, issuer)
    apply(connection, issuer, [finish(answer, completed=False, reason="other")])
    take(connection, issuer, notified(issuer, line("V1", -1000, of=of(answer))))
    assert state_of(connection, issuer, serial) is State.ACTIVE
    assert exceptions(connection, issuer) == [("contradicted", None, None)]
