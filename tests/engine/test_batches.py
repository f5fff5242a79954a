"""What one operation of a batch does counts for those after it, and a repeat is told how it is."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from tests.any_voucher import given_voucher
from tests.busy_life import LATER
from tests.given import (
    LONG_AGO,
    SYSTEM,
    ask,
    balances,
    change,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
    state_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Change, Outcome, Preactivate
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    code = f"BATCH-{next(_codes)}"
    issuer = given_issuer(connection, provider, code=code, funds="100.00")
    given_group(connection, issuer)
    return issuer


def drawing(group: str = "FOOD-AID", reference: str | None = None) -> Preactivate:
    return Preactivate(
        caller=SYSTEM, reference=reference, amount="10.00", currency="KES", group=group
    )


def test_what_a_batch_frees_pays_for_what_it_creates(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "CASH", denominations=())
    given_stock(connection, issuer, 10)
    voucher = given_active(connection, issuer)
    told = ask(
        connection,
        issuer,
        drawing("CASH"),
        change(Action.CANCEL, voucher.serial or 0),
        drawing("CASH"),
        drawing("CASH"),
    )
    assert [answer.outcome for answer in told] == [
        Outcome.FUNDS_MISSING, Outcome.DONE, Outcome.DONE, Outcome.FUNDS_MISSING,
    ]  # fmt: skip
    assert check(connection, issuer.issuer_id) == []


def test_a_voucher_cancelled_in_the_batch_is_skipped(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 3)
    first = given_voucher(connection, issuer, State.ACTIVE, group="FOOD-AID").serial or 0
    cancelled, drawn = ask(connection, issuer, change(Action.CANCEL, first + 1), drawing())
    assert (cancelled.outcome, drawn.outcome) == (Outcome.DONE, Outcome.DONE)
    assert drawn.serial == first + 2
    assert check(connection, issuer.issuer_id) == []


def test_counts_that_cancel_out_are_opened_when_they_are_needed(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 2)
    serial = given_active(connection, issuer).serial or 0
    ask(connection, issuer, change(Action.SUSPEND, serial), change(Action.UNSUSPEND, serial))
    ask(connection, issuer, change(Action.SUSPEND, serial))
    assert check(connection, issuer.issuer_id) == []


def test_a_repeat_in_the_batch_brings_no_second_payment(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "CASH", denominations=(), settlement="instant")
    number = given_active(connection, issuer, group="CASH").number or ""
    first, again = ask(connection, issuer, redemption(number, "r1"), redemption(number, "r1"))
    assert (first.outcome, again.outcome) == (Outcome.PENDING, Outcome.PENDING)
    assert first.payment is not None
    assert (again.payment, again.repeated) == (None, True)


def test_a_repeat_is_told_what_the_batch_did_since(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, "CASH", denominations=(), settlement="instant")
    number = given_active(connection, issuer, group="CASH").number or ""
    (reserved,) = ask(connection, issuer, redemption(number, "r1"))
    _done, repeat = ask(
        connection,
        issuer,
        finish(reserved, completed=False, reason="no_funds"),
        redemption(number, "r1"),
    )
    assert repeat.outcome is Outcome.FUNDING_SHORT
    (drawn,) = ask(connection, issuer, drawing("CASH", "d1"))
    _done, repeat = ask(
        connection, issuer, change(Action.CANCEL, drawn.serial or 0), drawing("CASH", "d1")
    )
    assert (repeat.outcome, repeat.number) == (Outcome.NUMBER_NO_LONGER_SHOWN, None)


def test_a_replacement_may_be_replaced_in_the_same_batch(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "CASH", denominations=())
    serial = given_active(connection, issuer, group="CASH").serial or 0
    first, second = ask(
        connection, issuer, change(Action.REPLACE, serial), change(Action.REPLACE, serial + 1)
    )
    assert first.replacement_serial == serial + 1
    row = connection.execute(
        "SELECT replaced_by FROM voucher WHERE issuer_id = %s AND serial = %s",
        (issuer.issuer_id, serial + 1),
    ).fetchone()
    connection.rollback()
    assert row == (second.replacement_serial,)
    assert balances(connection, issuer)["reserved:3"] == 1000
    assert check(connection, issuer.issuer_id) == []


def test_a_bulk_may_change_one_voucher_twice(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 1)
    serial = given_active(connection, issuer).serial or 0
    twice = [change(Action.SUSPEND, serial), change(Action.UNSUSPEND, serial)]
    told = apply(connection, issuer, twice, bulk=True)
    assert [answer.outcome for answer in told] == [Outcome.DONE] * 2
    assert state_of(connection, issuer, serial) is State.ACTIVE
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize("action", [Action.SUSPEND, Action.BLOCK])
def test_an_extended_voucher_still_goes_back_where_it_was(
    connection: Connection, issuer: Issuer, action: Action
) -> None:
    given_stock(connection, issuer, 1)
    serial = preactivate(connection, issuer).serial or 0
    back = Action.UNSUSPEND if action is Action.SUSPEND else Action.UNBLOCK
    extension = Change(caller=SYSTEM, action=Action.EXTEND, serial=serial, extend_until=LATER)
    told = ask(connection, issuer, change(action, serial), extension, change(back, serial))
    assert [answer.outcome for answer in told] == [Outcome.DONE] * 3
    assert state_of(connection, issuer, serial) is State.PREACTIVATED


@pytest.mark.parametrize("until", [None, LONG_AGO])
def test_a_voucher_is_extended_to_a_time_to_come(
    connection: Connection, issuer: Issuer, until: datetime | None
) -> None:
    given_stock(connection, issuer, 1)
    serial = given_active(connection, issuer).serial or 0
    extension = Change(caller=SYSTEM, action=Action.EXTEND, serial=serial, extend_until=until)
    (answer,) = ask(connection, issuer, extension)
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize(
    "action", [Action.REDEEM, Action.RESERVE, Action.SETTLE, Action.ACTIVATE, Action.LAPSE]
)
def test_a_change_is_no_back_door_to_other_actions(
    connection: Connection, issuer: Issuer, action: Action
) -> None:
    given_stock(connection, issuer, 2)
    active = given_active(connection, issuer).serial or 0
    waiting = preactivate(connection, issuer).serial or 0
    before = balances(connection, issuer)
    told = ask(connection, issuer, change(action, active), change(action, waiting))
    assert not {answer.outcome for answer in told} & {Outcome.DONE, Outcome.PENDING}
    assert state_of(connection, issuer, active) is State.ACTIVE
    assert state_of(connection, issuer, waiting) is State.PREACTIVATED
    assert balances(connection, issuer) == before


def test_what_expired_before_its_activation_is_not_activated(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 1)
    serial = preactivate(connection, issuer).serial or 0
    connection.execute(
        "UPDATE voucher SET expires_at = %s WHERE issuer_id = %s AND serial = %s",
        (datetime.now(UTC) - timedelta(seconds=1), issuer.issuer_id, serial),
    )
    connection.commit()
    (answer,) = ask(connection, issuer, Activate(caller=SYSTEM, serial=serial))
    assert answer.outcome is Outcome.EXPIRED


def test_stock_whose_validity_ended_is_passed_over(connection: Connection, issuer: Issuer) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    given_group(connection, issuer, "SEASON", valid_until=soon)
    given_stock(connection, issuer, 1, group="SEASON")
    given_group(connection, issuer, "SEASON", valid_until=LATER)
    given_stock(connection, issuer, 1, group="SEASON")
    connection.execute("SELECT pg_sleep(%s)", ((soon - datetime.now(UTC)).total_seconds() + 0.1,))
    connection.rollback()
    drawn, none_left = ask(connection, issuer, drawing("SEASON"), drawing("SEASON"))
    assert (drawn.outcome, none_left.outcome) == (Outcome.DONE, Outcome.OUT_OF_STOCK)
    assert drawn.expires_at == LATER
