"""A period that is closed stays as it was; what comes late is in the one that is open."""

import secrets
from datetime import date, timedelta

import pytest
from tests.given import SYSTEM, given_issuer

from counterfoil.chart import AccountKind
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.funds import deposit, withdraw
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.periods.closing import close_period
from counterfoil.engine.periods.reading import (
    Balance,
    balances_at,
    closed_periods,
    last_closed,
    late_events,
)
from counterfoil.errors import ConflictError, ReferenceReusedError
from counterfoil.keys.provider import KeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action

DAY = timedelta(days=1)
FUND = 1


def kes(amount_minor: int) -> Money:
    return Money(amount_minor, "KES")


@pytest.fixture
def issuer(shared_connection: Connection, provider: KeyProvider) -> Issuer:
    return given_issuer(shared_connection, provider, f"PERIOD-{secrets.token_hex(4).upper()}")


@pytest.fixture
def today(shared_connection: Connection) -> date:
    row = shared_connection.execute("SELECT (now() AT TIME ZONE 'UTC')::date").fetchone()
    shared_connection.rollback()
    assert row is not None
    day: date = row[0]
    return day


def given_days_passed(database: str, issuer: Issuer, days: int) -> None:
    """All that is recorded was recorded so many days earlier: nobody but the owner could do it."""
    with connect_as_owner(database) as owner:
        owner.execute(
            "UPDATE operation SET at = at - %s * interval '1 day' WHERE issuer_id = %s",
            [days, issuer.issuer_id],
        )
        owner.commit()


def balance(connection: Connection, issuer: Issuer, through: date, kind: AccountKind) -> int:
    found = {each.account_kind: each for each in balances_at(connection, issuer.issuer_id, through)}
    connection.rollback()
    return found[kind].balance_minor


def test_what_stood_at_the_end_is_kept(
    shared_connection: Connection, shared_database: str, issuer: Issuer, today: date
) -> None:
    connection = shared_connection
    deposit(connection, issuer, SYSTEM, kes(70_000), reference="before")
    given_days_passed(shared_database, issuer, 2)
    deposit(connection, issuer, SYSTEM, kes(1_000), reference="after")
    close_period(connection, issuer, SYSTEM, today - DAY, reason="month end")
    available = balance(connection, issuer, today - DAY, AccountKind.AVAILABLE)
    assert balance(connection, issuer, today - DAY, AccountKind.FUNDING) >= 70_000
    deposit(connection, issuer, SYSTEM, kes(5_000), reference="later still")
    assert balance(connection, issuer, today - DAY, AccountKind.AVAILABLE) == available
    closed = last_closed(connection, issuer.issuer_id)
    connection.rollback()
    assert closed is not None
    assert (closed.through, closed.closed_by) == (today - DAY, SYSTEM.actor)
    assert check(connection, issuer.issuer_id) == []


def test_the_next_period_adds_to_the_one_before(
    shared_connection: Connection, shared_database: str, issuer: Issuer, today: date
) -> None:
    connection = shared_connection
    deposit(connection, issuer, SYSTEM, kes(10_000), reference="one")
    given_days_passed(shared_database, issuer, 2)
    close_period(connection, issuer, SYSTEM, today - 3 * DAY)
    first = balances_at(connection, issuer.issuer_id, today - 3 * DAY)
    close_period(connection, issuer, SYSTEM, today - 2 * DAY)
    withdraw(connection, issuer, SYSTEM, kes(4_000), reference="two")
    given_days_passed(shared_database, issuer, 1)
    close_period(connection, issuer, SYSTEM, today - DAY)
    second = balances_at(connection, issuer.issuer_id, today - 2 * DAY)
    third = balances_at(connection, issuer.issuer_id, today - DAY)
    assert first == []
    assert _sum(third, AccountKind.FUNDING) == _sum(second, AccountKind.FUNDING) - 4_000
    assert _sum(third, AccountKind.AVAILABLE) == _sum(second, AccountKind.AVAILABLE) - 4_000
    periods = closed_periods(connection, issuer.issuer_id)
    assert [each.through for each in periods] == [today - n * DAY for n in (1, 2, 3)]
    assert check(connection, issuer.issuer_id) == []


def _sum(balances: list[Balance], kind: AccountKind) -> int:
    return sum(each.balance_minor for each in balances if each.account_kind is kind)


def test_a_day_that_is_not_over_or_closed_already_is_refused(
    shared_connection: Connection, issuer: Issuer, today: date
) -> None:
    connection = shared_connection
    with pytest.raises(ConflictError, match="is not over yet"):
        close_period(connection, issuer, SYSTEM, today)
    close_period(connection, issuer, SYSTEM, today - DAY)
    for through in (today - DAY, today - 2 * DAY):
        with pytest.raises(ConflictError, match="closed already"):
            close_period(connection, issuer, SYSTEM, through)
    assert len(closed_periods(connection, issuer.issuer_id)) == 1
    connection.rollback()


def test_closing_again_under_its_reference_changes_nothing(
    shared_connection: Connection, issuer: Issuer, today: date
) -> None:
    connection = shared_connection
    for _time in range(2):
        close_period(connection, issuer, SYSTEM, today - DAY, reference="close-1")
    assert len(closed_periods(connection, issuer.issuer_id)) == 1
    with pytest.raises(ReferenceReusedError):
        close_period(connection, issuer, SYSTEM, today - 2 * DAY, reference="close-1")


def test_what_the_bank_made_in_a_closed_period_is_posted_in_the_open_one_with_its_own_day(
    shared_connection: Connection, issuer: Issuer, today: date
) -> None:
    connection = shared_connection
    close_period(connection, issuer, SYSTEM, today - 3 * DAY)
    close_period(connection, issuer, SYSTEM, today - DAY)
    deposit(connection, issuer, SYSTEM, kes(3_000), reference="late", value_on=today - 2 * DAY)
    deposit(connection, issuer, SYSTEM, kes(4_000), reference="now", value_on=today)
    deposit(connection, issuer, SYSTEM, kes(5_000), reference="older", value_on=today - 5 * DAY)
    (late,) = late_events(connection, issuer.issuer_id, today - DAY)
    (older,) = late_events(connection, issuer.issuer_id, today - 3 * DAY)
    connection.rollback()
    assert (late.action, late.amount_minor) == (Action.DEPOSIT, 3_000)
    assert (late.value_on, late.at.date()) == (today - 2 * DAY, today)
    assert older.amount_minor == 5_000


def test_check_finds_a_closed_period_that_was_changed(
    shared_connection: Connection, shared_database: str, issuer: Issuer, today: date
) -> None:
    connection = shared_connection
    deposit(connection, issuer, SYSTEM, kes(10_000), reference="one")
    given_days_passed(shared_database, issuer, 2)
    close_period(connection, issuer, SYSTEM, today - DAY)
    connection.execute(
        "UPDATE closed_balance SET debits_minor = debits_minor + 1"
        " WHERE issuer_id = %s AND funding_account_id = %s AND kind = %s",
        [issuer.issuer_id, FUND, AccountKind.FUNDING],
    )
    connection.commit()
    (difference,) = check(connection, issuer.issuer_id)
    assert difference.rule == "check_periods"
    assert difference.found == (difference.expected or 0) + 1
