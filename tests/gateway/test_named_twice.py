"""A booking that the bank names by one reference in a notification and by another on the statement
is one booking; what it books twice is still two.
"""

from itertools import permutations

import pytest
from tests.gateway.bank_days import (
    FUNDED,
    Sent,
    answered,
    counted,
    days,
    exceptions,
    given_banked,
    given_batch,
    line,
    lines_of,
    matched,
    notified,
    standing,
    stated,
    statuses,
    take,
)
from tests.gateway.iso20022 import messages
from tests.given import SYSTEM, balances

from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.banking.resolving import How, resolve_exception
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit, withdraw
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.bank_files import BankFileError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action

PAID = Action.COMPLETE_PAYOUT
BOOKED_TWICE = ("unexplained_debit", 0, 1000)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


@pytest.fixture
def sent(connection: Connection, issuer: Issuer) -> Sent:
    """Its account begins with a statement on which it was funded."""
    take(connection, issuer, stated(issuer, 0, 100_000, line(FUNDED, 100_000)))
    return given_batch(connection, issuer, 1000)


def booked(sent: Sent, *references: str) -> list[str]:
    return [line(each, -1000, of=sent.payments[0], day=days(1)) for each in references]


def told(issuer: Issuer, sent: Sent, *references: str) -> bytes:
    return notified(issuer, *booked(sent, *references))


def on_statement(issuer: Issuer, sent: Sent, *references: str, after: int = 0) -> bytes:
    """Of a day `after` the first, on which all of it was booked before by so many lines."""
    opening = 100_000 - 1000 * after
    closing = opening - 1000 * len(references)
    day = days(1 + after)
    return stated(issuer, opening, closing, *booked(sent, *references), day=day)


def own_lines(connection: Connection, issuer: Issuer) -> dict[str, str]:
    return {name: how for name, how in lines_of(connection, issuer).items() if name != FUNDED}


def paid_by(connection: Connection, issuer: Issuer) -> list[str]:
    return [name for name, action, _minor in matched(connection, issuer) if action == PAID]


def assert_balances(connection: Connection, issuer: Issuer, *, unexplained: int = 0) -> None:
    """The bank's balance is explained by the ledger's, and by what is said to differ."""
    closing, ledger, not_at_bank, not_in_ledger = standing(connection, issuer)
    assert (not_at_bank, not_in_ledger) == (0, -unexplained)
    assert closing == ledger - unexplained
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize("notification_first", [True, False])
def test_what_is_named_otherwise_on_the_statement_is_one_booking(
    connection: Connection, issuer: Issuer, sent: Sent, *, notification_first: bool
) -> None:
    files = [told(issuer, sent, "N1"), on_statement(issuer, sent, "S1")]
    for content in files if notification_first else reversed(files):
        take(connection, issuer, content)
        assert exceptions(connection, issuer) == []
    assert statuses(connection, issuer, sent) == ["completed"]
    assert own_lines(connection, issuer) == {"N1": "repeated", "S1": "attached"}
    assert paid_by(connection, issuer) == ["S1"]
    assert_balances(connection, issuer)
    before = counted(connection, issuer)
    look_again(connection, issuer)
    assert counted(connection, issuer) == before


def test_a_payment_that_was_said_to_be_made_before_is_one_too(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    status = messages.payment_status(sent.payments[0], "ACSC")
    for content in (
        answered(sent, status),
        told(issuer, sent, "N1"),
        on_statement(issuer, sent, "S1"),
    ):
        take(connection, issuer, content)
    assert paid_by(connection, issuer) == ["S1"]
    assert exceptions(connection, issuer) == []
    assert_balances(connection, issuer)


@pytest.mark.parametrize("order", list(permutations(range(2))))
@pytest.mark.parametrize(
    ("in_notification", "in_statement"),
    [
        (["N1"], ["S1", "S2"]),  # the second was not notified
        (["N1", "N2"], ["S1", "S2"]),
        (["N1"], ["N1", "S2"]),  # the first is named alike
        (["S2"], ["S1", "S2"]),
    ],
)
def test_what_the_bank_booked_twice_is_seen(  # in either order
    connection: Connection,
    issuer: Issuer,
    sent: Sent,
    in_notification: list[str],
    in_statement: list[str],
    order: tuple[int, ...],
) -> None:
    files = [told(issuer, sent, *in_notification), on_statement(issuer, sent, *in_statement)]
    for number in order:
        take(connection, issuer, files[number])
    assert exceptions(connection, issuer) == [BOOKED_TWICE]
    assert len(paid_by(connection, issuer)) == 1
    found = own_lines(connection, issuer)
    assert sorted(found[each] for each in in_statement) == ["attached", "unexplained"]
    assert_balances(connection, issuer, unexplained=1000)
    assert balances(connection, issuer).get("in_transit:0", 0) == 0


def test_of_two_that_were_notified_one_is_a_difference_until_the_statement_has_both(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    take(connection, issuer, told(issuer, sent, "N1", "N2"))
    assert exceptions(connection, issuer) == [BOOKED_TWICE]
    take(connection, issuer, on_statement(issuer, sent, "S1"))
    assert exceptions(connection, issuer) == [BOOKED_TWICE]
    assert own_lines(connection, issuer) == {
        "N1": "repeated",
        "N2": "unexplained",
        "S1": "attached",
    }
    assert_balances(connection, issuer)
    take(connection, issuer, on_statement(issuer, sent, "S2", after=1))
    assert exceptions(connection, issuer) == [BOOKED_TWICE]
    assert own_lines(connection, issuer)["S2"] == "unexplained"
    assert_balances(connection, issuer, unexplained=1000)


@pytest.mark.parametrize("later", ["notification", "statement"])
def test_a_wrong_pair_comes_apart_when_the_bank_says_more(
    connection: Connection, issuer: Issuer, sent: Sent, later: str
) -> None:
    """It names both alike after all: then they were two."""
    take(connection, issuer, told(issuer, sent, "ONE"))
    take(connection, issuer, on_statement(issuer, sent, "TWO"))
    assert exceptions(connection, issuer) == []
    if later == "statement":
        take(connection, issuer, on_statement(issuer, sent, "ONE", after=1))
    else:
        take(connection, issuer, told(issuer, sent, "TWO"))
    assert own_lines(connection, issuer) == {"ONE": "unexplained", "TWO": "attached"}
    assert exceptions(connection, issuer) == [BOOKED_TWICE]
    assert_balances(connection, issuer, unexplained=1000 if later == "statement" else 0)


def test_what_the_ledger_has_of_two_lines_stays_with_both(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    """The second was recorded as taken by the bank, and then the statement names the first."""
    take(connection, issuer, told(issuer, sent, "N1"))
    take(connection, issuer, on_statement(issuer, sent, "S1"))
    take(connection, issuer, told(issuer, sent, "N2"))
    number = open_one(connection, issuer)
    resolve_exception(connection, issuer, SYSTEM, number, How.WITHDRAWN, reason="paid twice")
    take(connection, issuer, on_statement(issuer, sent, "N1", after=1))
    assert own_lines(connection, issuer) == {
        "N1": "unexplained",
        "N2": "attached",
        "S1": "attached",
    }
    assert exceptions(connection, issuer) == [BOOKED_TWICE]
    closing, ledger, not_at_bank, not_in_ledger = standing(connection, issuer)
    assert closing == ledger - not_at_bank + not_in_ledger
    assert check(connection, issuer.issuer_id) == []


def test_a_line_that_repeats_another_may_be_told_again(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    take(connection, issuer, told(issuer, sent, "N1"))
    take(connection, issuer, on_statement(issuer, sent, "S1"))
    found = own_lines(connection, issuer)
    take(connection, issuer, told(issuer, sent, "N1"))
    assert own_lines(connection, issuer) == found
    assert exceptions(connection, issuer) == []
    with pytest.raises(BankFileError, match="stands on another statement"):
        take(connection, issuer, on_statement(issuer, sent, "S1", after=1))
    assert_balances(connection, issuer)


def test_what_is_not_alike_is_not_the_same(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    """Another day of value, another amount."""
    take(connection, issuer, told(issuer, sent, "N1"))
    other_day = booked(sent, "S1")[0].replace("2026-09-30", "2026-09-29")
    other_minor = line("S2", -900, of=sent.payments[0], day=days(1))
    take(connection, issuer, stated(issuer, 100_000, 98_100, other_day, other_minor, day=days(1)))
    assert own_lines(connection, issuer) == {
        "N1": "attached",
        "S1": "unexplained",
        "S2": "unexplained",
    }
    assert exceptions(connection, issuer) == [
        ("amount_differs", 1000, 900),
        BOOKED_TWICE,
    ]


@pytest.mark.parametrize("notification_first", [True, False])
def test_a_return_that_is_named_otherwise_comes_back_once(
    connection: Connection, issuer: Issuer, sent: Sent, *, notification_first: bool
) -> None:
    """Less than was paid: the bank's charges are recorded once."""
    take(connection, issuer, told(issuer, sent, "N1"))

    def back(name: str) -> str:
        return line(name, 900, of=sent.payments[0], back="AC04", day=days(1))

    files = [
        notified(issuer, back("N2")),
        stated(issuer, 100_000, 99_900, *booked(sent, "S1"), back("S2"), day=days(1)),
    ]
    for content in files if notification_first else reversed(files):
        take(connection, issuer, content)
    assert statuses(connection, issuer, sent) == ["returned"]
    assert exceptions(connection, issuer) == [("amount_differs", 1000, 900)]
    settle(connection, issuer)
    assert exceptions(connection, issuer) == []
    assert own_lines(connection, issuer) == {
        "N1": "repeated",
        "N2": "repeated",
        "S1": "attached",
        "S2": "attached",
    }
    assert_balances(connection, issuer)


def test_what_two_people_ended_stays_ended_when_the_statement_names_it_otherwise(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    """Booked with another amount, settled, and then on the statement."""
    own = {name: line(name, -1050, of=sent.payments[0], day=days(1)) for name in ("N1", "S1")}
    take(connection, issuer, notified(issuer, own["N1"]))
    settle(connection, issuer)
    take(connection, issuer, stated(issuer, 100_000, 98_950, own["S1"], day=days(1)))
    assert exceptions(connection, issuer) == []
    assert own_lines(connection, issuer) == {"N1": "repeated", "S1": "attached"}
    assert_balances(connection, issuer)


def test_what_cannot_be_is_told_once_and_of_the_line_on_the_statement(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    """Rejected, and booked after all."""
    take(connection, issuer, answered(sent, messages.payment_status(sent.payments[0], "RJCT")))
    take(connection, issuer, told(issuer, sent, "N1"))
    take(connection, issuer, on_statement(issuer, sent, "S1"))
    look_again(connection, issuer)
    assert exceptions(connection, issuer) == [("contradicted", None, None)]
    resolve_exception(
        connection, issuer, SYSTEM, open_one(connection, issuer), How.WITHDRAWN, reason="lost"
    )
    assert exceptions(connection, issuer) == []
    assert own_lines(connection, issuer) == {"N1": "repeated", "S1": "attached"}
    assert_balances(connection, issuer)


@pytest.mark.usefixtures("sent")
def test_credits_of_others_are_left_to_people(connection: Connection, issuer: Issuer) -> None:
    """Two that are alike may be two: nothing is brought together. Of one that was recorded under
    the reference of the notification, the same is withdrawn, and the statement's recorded.
    """
    gift = Money(500, "KES")
    take(connection, issuer, notified(issuer, line("N1", 500, day=days(1))))
    deposit(connection, issuer, SYSTEM, gift, reference="N1")
    take(connection, issuer, stated(issuer, 100_000, 100_500, line("S1", 500), day=days(1)))
    assert own_lines(connection, issuer) == {"N1": "attached", "S1": "proposed"}
    before = balances(connection, issuer)["funding:0"]
    deposit(connection, issuer, SYSTEM, gift, reference="S1")
    withdraw(connection, issuer, SYSTEM, gift, reference="N1", reason="It was recorded twice.")
    look_again(connection, issuer)
    assert balances(connection, issuer)["funding:0"] == before
    assert own_lines(connection, issuer) == {"N1": "attached", "S1": "attached"}
    assert exceptions(connection, issuer) == []
    assert_balances(connection, issuer)


def test_a_line_that_repeats_none_is_found_by_the_check(
    connection: Connection, issuer: Issuer, sent: Sent
) -> None:
    take(connection, issuer, told(issuer, sent, "N1", "N2"))
    for status, subjects in (
        ("repeated", {"lines of statements that others repeat"}),
        ("unexplained", set[str]()),
    ):
        connection.execute(
            "UPDATE bank_entry SET status = %s WHERE issuer_id = %s AND bank_reference = 'N2'",
            (status, issuer.issuer_id),
        )
        connection.commit()
        assert {each.subject for each in check(connection, issuer.issuer_id)} == subjects


def open_one(connection: Connection, issuer: Issuer) -> int:
    ((found,),) = connection.execute(
        "SELECT exception_id FROM bank_exception WHERE issuer_id = %s AND ended_at IS NULL",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return int(found)


def settle(connection: Connection, issuer: Issuer) -> None:
    number = open_one(connection, issuer)
    resolve_exception(connection, issuer, SYSTEM, number, How.SETTLED, reason="as the bank says")
