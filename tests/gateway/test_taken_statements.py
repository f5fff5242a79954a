"""Statements of an account lead from one to the next, and to what the ledger says."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from tests.gateway.bank_days import (
    FUNDED,
    TODAY,
    Sent,
    days,
    exceptions,
    given_banked,
    given_batch,
    line,
    notified,
    returned,
    standing,
    stated,
    statuses,
    take,
)
from tests.gateway.iso20022 import messages
from tests.given import SYSTEM

from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.funds import deposit, withdraw
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

NOW_DAY: Final = (datetime.now(UTC).date() - TODAY).days


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


def start(connection: Connection, issuer: Issuer) -> tuple[object, ...] | None:
    row = connection.execute(
        "SELECT since, opening_minor, ledger_minor FROM bank_start WHERE issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchone()
    connection.rollback()
    return row


def ended_by(connection: Connection, issuer: Issuer) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT kind, ended_by FROM bank_exception WHERE issuer_id = %s AND ended_at IS NOT NULL"
        " ORDER BY exception_id",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [(kind, by) for kind, by in rows]


def test_the_first_statement_is_where_an_account_begins(
    connection: Connection, issuer: Issuer
) -> None:
    given_batch(connection, issuer, 1000)
    early = line(FUNDED, 100_000, day=days(-1))
    take(connection, issuer, stated(issuer, 0, 99_700, early, line("FEE", -300)))
    assert start(connection, issuer) == (days(-1), 0, 0)
    assert standing(connection, issuer) == (99_700, 100_000, 0, -300)
    assert exceptions(connection, issuer) == [("unexplained_debit", 0, 300)]
    assert check(connection, issuer.issuer_id) == []


def test_what_was_recorded_before_the_first_statement_is_in_its_opening(
    connection: Connection, issuer: Issuer
) -> None:
    after = days(NOW_DAY + 1)
    take(connection, issuer, stated(issuer, 100_000, 100_000, day=after))
    assert start(connection, issuer) == (after, 100_000, 100_000)
    assert exceptions(connection, issuer) == []
    assert standing(connection, issuer) == (100_000, 100_000, 0, 0)


def test_another_opening_than_the_ledger_explains_is_said(
    connection: Connection, issuer: Issuer
) -> None:
    take(connection, issuer, stated(issuer, 50, 100_050, line(FUNDED, 100_000)))
    assert exceptions(connection, issuer) == [("balance_differs", 100_000, 100_050)]


@pytest.mark.parametrize("is_numbered", [True, False])
def test_a_missing_statement_is_said_until_it_comes(
    connection: Connection, issuer: Issuer, *, is_numbered: bool
) -> None:
    numbers = (4, 5, 6, 7) if is_numbered else (None,) * 4
    lines = (line(FUNDED, 100_000), line("A", -100), line("B", -200), line("C", -300))
    balances = (0, 100_000, 99_900, 99_700, 99_400)
    files = [
        stated(issuer, balances[n], balances[n + 1], own, number=numbers[n], day=days(n))
        for n, own in enumerate(lines)
    ]
    take(connection, issuer, files[0])
    take(connection, issuer, files[3])
    assert exceptions(connection, issuer) == [
        ("statement_gap", 100_000, 99_700),
        ("unexplained_debit", 0, 300),
    ]
    assert standing(connection, issuer)[0] == 100_000, "as far as they follow one another"
    take(connection, issuer, files[2])
    assert ("statement_gap", 100_000, 99_900) in exceptions(connection, issuer)
    take(connection, issuer, files[1])
    assert [kind for kind, *_rest in exceptions(connection, issuer)] == ["unexplained_debit"] * 3
    assert ended_by(connection, issuer) == [("statement_gap", "system")] * 2
    assert standing(connection, issuer) == (99_400, 100_000, 0, -600)
    assert check(connection, issuer.issuer_id) == []


def test_a_number_that_is_left_out_is_a_gap_though_the_balances_agree(
    connection: Connection, issuer: Issuer
) -> None:
    take(connection, issuer, stated(issuer, 0, 100_000, line(FUNDED, 100_000), number=1))
    take(connection, issuer, stated(issuer, 100_000, 100_000, number=3, day=days(2)))
    assert exceptions(connection, issuer) == [("statement_gap", 100_000, 100_000)]
    take(connection, issuer, stated(issuer, 100_000, 100_000, number=2, day=days(1)))
    assert exceptions(connection, issuer) == []


def test_a_bank_counts_anew_with_a_year(connection: Connection, issuer: Issuer) -> None:
    last = datetime(TODAY.year - 1, 12, 31, tzinfo=UTC).date()
    take(connection, issuer, stated(issuer, 100_000, 100_000, number=250, day=last))
    first = last + timedelta(days=2)
    take(connection, issuer, stated(issuer, 100_000, 100_000, number=1, day=first))
    assert "statement_gap" not in {kind for kind, *_rest in exceptions(connection, issuer)}


def test_what_is_on_its_way_and_what_nobody_recorded_are_told_apart(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000)
    said = notified(issuer, line("R1", -1000, of=sent.payments[0]))
    take(connection, issuer, stated(issuer, 0, 100_000, line(FUNDED, 100_000)))
    take(connection, issuer, said)
    assert standing(connection, issuer) == (100_000, 99_000, -1000, 0)
    own = line("R1", -1000, of=sent.payments[0])
    second = stated(issuer, 100_000, 99_077, own, line("IN", 77), day=days(1))
    take(connection, issuer, second)
    assert standing(connection, issuer) == (99_077, 99_000, 0, 77)
    assert exceptions(connection, issuer) == []
    deposit(connection, issuer, SYSTEM, Money(77, "KES"), reference="IN")
    look_again(connection, issuer)
    assert standing(connection, issuer) == (99_077, 99_077, 0, 0)
    assert check(connection, issuer.issuer_id) == []


def test_what_is_on_no_statement_for_days_is_said(connection: Connection, issuer: Issuer) -> None:
    deposit(connection, issuer, SYSTEM, Money(70, "KES"), reference="LATE")
    take(connection, issuer, stated(issuer, 0, 100_000, line(FUNDED, 100_000), number=1))
    quiet = stated(issuer, 100_000, 100_000, number=2, day=days(NOW_DAY + 5))
    take(connection, issuer, quiet)
    assert exceptions(connection, issuer) == [], "it is five days old"
    sixth = days(NOW_DAY + 6)
    take(connection, issuer, stated(issuer, 100_000, 100_000, number=3, day=sixth))
    assert exceptions(connection, issuer) == [("not_at_bank", 70, 0)]
    assert standing(connection, issuer) == (100_000, 100_070, 70, 0)
    deposit(connection, issuer, SYSTEM, Money(30, "KES"), reference="FRESH")
    look_again(connection, issuer)
    assert exceptions(connection, issuer) == [("not_at_bank", 70, 0)]
    seventh = days(NOW_DAY + 7)
    late = stated(issuer, 100_000, 100_070, line("LATE", 70, day=seventh), number=4, day=seventh)
    take(connection, issuer, late)
    assert exceptions(connection, issuer) == [("not_at_bank", 30, 0)]
    assert standing(connection, issuer) == (100_070, 100_100, 30, 0)
    assert check(connection, issuer.issuer_id) == []


def test_a_balance_that_a_person_explained_stays_so_while_it_is_the_same(
    connection: Connection, issuer: Issuer
) -> None:
    take(connection, issuer, stated(issuer, 50, 100_050, line(FUNDED, 100_000), number=1))
    connection.execute(
        "UPDATE bank_exception SET ended_at = now(), ended_by = 'ana', ended_why = 'cash box'"
        " WHERE issuer_id = %s",
        (issuer.issuer_id,),
    )
    connection.commit()
    take(connection, issuer, stated(issuer, 100_050, 100_050, number=2, day=days(1)))
    assert exceptions(connection, issuer) == []
    withdraw(connection, issuer, SYSTEM, Money(5, "KES"), reference="OUT", reason="charges")
    lines = line("OUT", -5)
    take(connection, issuer, stated(issuer, 100_050, 100_045, lines, number=3, day=days(2)))
    assert exceptions(connection, issuer) == []


# ---------------------------------------------------------------- what is silent


@pytest.fixture
def late(shared_database: str, connection: Connection, issuer: Issuer) -> Sent:
    """A batch that was put four days ago."""
    sent = given_batch(connection, issuer, 1000, 2000)
    with connect_as_owner(shared_database) as owner:
        owner.execute(
            "UPDATE bank_batch SET put_at = put_at - interval '4 days' WHERE issuer_id = %s",
            (issuer.issuer_id,),
        )
        owner.execute(
            "UPDATE payment SET created_at = created_at - interval '4 days' WHERE issuer_id = %s",
            (issuer.issuer_id,),
        )
    return sent


def test_a_bank_that_does_not_answer_is_said_until_it_does(
    connection: Connection, issuer: Issuer, late: Sent
) -> None:
    look_again(connection, issuer)
    assert sorted(exceptions(connection, issuer)) == [
        ("silent_batch", 3000, None),
        ("silent_payment", 1000, None),
        ("silent_payment", 2000, None),
    ]
    take(connection, issuer, notified(issuer, line("R1", -1000, of=late.payments[0])))
    assert exceptions(connection, issuer) == [("silent_payment", 2000, None)]
    take(connection, issuer, returned(messages.back(late.payments[1], "20.00")))
    assert statuses(connection, issuer, late) == ["completed", "returned"]
    assert exceptions(connection, issuer) == []
    assert {by for _kind, by in ended_by(connection, issuer)} == {"system"}
