"""What lines of an account become: payments that were made or came back, deposits and withdrawals
that somebody recorded, and what nobody can explain.
"""

import pytest
from tests.gateway.bank_days import (
    RAIL,
    Sent,
    answered,
    exceptions,
    given_banked,
    given_batch,
    line,
    lines_of,
    matched,
    notified,
    returned,
    stated,
    statuses,
    take,
)
from tests.gateway.iso20022 import messages
from tests.given import (
    SYSTEM,
    balances,
)

from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit, withdraw
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.taking import take_in
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


def said(
    connection: Connection, issuer: Issuer, sent: Sent, *payments: str, group: str = ""
) -> None:
    take(connection, issuer, answered(sent, *payments, group=group))


def assert_sound(connection: Connection, issuer: Issuer) -> None:
    assert check(connection, issuer.issuer_id) == []


def test_a_debit_of_a_payment_is_that_payment(connection: Connection, issuer: Issuer) -> None:
    sent = given_batch(connection, issuer, 1000, 2000)
    assert balances(connection, issuer)["in_transit:0"] == 3000
    taken = take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0])))
    assert (taken.entries, taken.moved) == (1, 1)
    assert statuses(connection, issuer, sent) == ["completed", "pending"]
    assert balances(connection, issuer)["in_transit:0"] == 2000
    assert matched(connection, issuer) == [("R1", Action.COMPLETE_PAYOUT, -1000)]
    assert lines_of(connection, issuer) == {"R1": "attached"}
    assert_sound(connection, issuer)


def test_a_payment_that_was_said_to_be_made_gets_its_line_later(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000)
    said(connection, issuer, sent, messages.payment_status(sent.payments[0], "ACSC"))
    assert statuses(connection, issuer, sent) == ["completed"]
    taken = take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0])))
    assert taken.moved == 0
    assert matched(connection, issuer) == [("R1", Action.COMPLETE_PAYOUT, -1000)]
    assert_sound(connection, issuer)


@pytest.mark.parametrize("notification_first", [True, False])
def test_a_line_of_a_notification_and_of_a_statement_is_one(
    connection: Connection, issuer: Issuer, *, notification_first: bool
) -> None:
    sent = given_batch(connection, issuer, 1000)
    own = line("R1", -1000, of=sent.payments[0])
    files = [notified(issuer, own), stated(issuer, 0, -1000, own)]
    for content in files if notification_first else reversed(files):
        take(connection, issuer, content)
    rows = connection.execute(
        "SELECT e.status, r.closing_minor FROM bank_entry e JOIN bank_report r ON"
        " r.issuer_id = e.issuer_id AND r.file_id = e.statement_id"
        " AND r.report_no = e.statement_no WHERE e.issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    assert rows == [("attached", -1000)]
    assert statuses(connection, issuer, sent) == ["completed"]
    assert_sound(connection, issuer)


def test_a_debit_of_another_amount_moves_nothing(connection: Connection, issuer: Issuer) -> None:
    sent = given_batch(connection, issuer, 1000)
    before = balances(connection, issuer)
    take(connection, issuer, notified(issuer, line("R1", -1050, of=sent.payments[0])))
    assert statuses(connection, issuer, sent) == ["pending"]
    assert balances(connection, issuer) == before
    assert exceptions(connection, issuer) == [("amount_differs", 1000, 1050)]
    assert lines_of(connection, issuer) == {"R1": "unexplained"}
    assert_sound(connection, issuer)


def test_a_payment_that_the_bank_books_twice_is_paid_once(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000)
    twice = [line(reference, -1000, of=sent.payments[0]) for reference in ("R1", "R2")]
    take(connection, issuer, notified(issuer, *twice))
    assert matched(connection, issuer) == [("R1", Action.COMPLETE_PAYOUT, -1000)]
    assert exceptions(connection, issuer) == [("unexplained_debit", 0, 1000)]
    assert_sound(connection, issuer)


def test_a_rejected_payment_that_was_paid_after_all_is_said(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000)
    said(connection, issuer, sent, messages.payment_status(sent.payments[0], "RJCT"))
    before = balances(connection, issuer)
    take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0])))
    assert balances(connection, issuer) == before
    assert exceptions(connection, issuer) == [("contradicted", None, None)]
    withdraw(connection, issuer, SYSTEM, Money(1000, "KES"), reference="R1")
    look_again(connection, issuer)
    assert exceptions(connection, issuer) == []
    assert lines_of(connection, issuer) == {"R1": "attached"}
    assert_sound(connection, issuer)


def test_a_file_that_says_another_amount_was_paid_moves_nothing(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000, 2000)
    first, second = (each.hex for each in sent.payments)
    rows = f"{first},paid,9.99,KES\n{second},paid,20.00,KES"
    content = f"payment_id,status,amount,currency\n{rows}\n".encode()
    take_in(
        connection,
        issuer,
        SYSTEM,
        rail=RAIL,
        file_format=CsvFile(),
        content=content,
        name="answer.csv",
    )
    assert statuses(connection, issuer, sent) == ["pending", "completed"]
    assert exceptions(connection, issuer) == [("amount_differs", 1000, 999)]
    take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0])))
    assert exceptions(connection, issuer) == []
    assert_sound(connection, issuer)


def test_a_status_that_cannot_be_is_said(connection: Connection, issuer: Issuer) -> None:
    sent = given_batch(connection, issuer, 1000)
    take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0])))
    said(connection, issuer, sent, messages.payment_status(sent.payments[0], "RJCT"))
    assert statuses(connection, issuer, sent) == ["completed"]
    assert exceptions(connection, issuer) == [("contradicted", None, None)]
    look_again(connection, issuer)
    assert exceptions(connection, issuer) == [("contradicted", None, None)], "a person ends it"


# ---------------------------------------------------------------- what comes back


@pytest.mark.parametrize("by_message", [False, True])
@pytest.mark.parametrize("is_paid", [False, True])
def test_a_return_is_owed_again(
    connection: Connection, issuer: Issuer, *, by_message: bool, is_paid: bool
) -> None:
    sent = given_batch(connection, issuer, 1000)
    before = balances(connection, issuer)
    out = notified(issuer, line("R1", -1000, of=sent.payments[0]))
    back = notified(issuer, line("R2", 1000, of=sent.payments[0], back="AC04"))
    files = [returned(messages.back(sent.payments[0]))] if by_message else []
    for content in [out, *files, back] if is_paid else [*files, back, out]:
        take(connection, issuer, content)
    assert statuses(connection, issuer, sent) == ["returned"]
    after = balances(connection, issuer)
    assert after["funding:0"] == before["funding:0"]
    assert sum(v for k, v in after.items() if k.startswith("payable")) == 1000
    assert matched(connection, issuer) == [
        ("R1", Action.COMPLETE_PAYOUT, -1000),
        ("R2", Action.RETURN_PAYOUT, 1000),
    ]
    assert exceptions(connection, issuer) == []
    assert_sound(connection, issuer)


def test_what_the_bank_kept_of_a_return_is_missing_until_it_is_recorded(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000)
    take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0])))
    back = line("BACK 7", 950, of=sent.payments[0], back="AC04")
    take(connection, issuer, notified(issuer, back))
    assert statuses(connection, issuer, sent) == ["returned"]
    assert exceptions(connection, issuer) == [("amount_differs", 1000, 950)]
    assert lines_of(connection, issuer)["BACK 7"] == "unexplained"
    withdraw(connection, issuer, SYSTEM, Money(50, "KES"), reference="back7", reason="charges")
    look_again(connection, issuer)
    assert exceptions(connection, issuer) == []
    assert matched(connection, issuer) == [
        ("BACK 7", Action.WITHDRAW, -50),
        ("BACK 7", Action.RETURN_PAYOUT, 1000),
        ("R1", Action.COMPLETE_PAYOUT, -1000),
    ]
    assert_sound(connection, issuer)


def test_more_than_was_paid_does_not_come_back(connection: Connection, issuer: Issuer) -> None:
    sent = given_batch(connection, issuer, 1000)
    take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0])))
    take(connection, issuer, notified(issuer, line("R2", 1001, of=sent.payments[0], back="")))
    assert statuses(connection, issuer, sent) == ["completed"]
    assert exceptions(connection, issuer) == [("amount_differs", 1000, 1001)]


def test_a_return_that_is_booked_twice_counts_once(connection: Connection, issuer: Issuer) -> None:
    sent = given_batch(connection, issuer, 1000)
    back = [line(each, 1000, of=sent.payments[0], back="AC04") for each in ("R2", "R3")]
    take(connection, issuer, notified(issuer, line("R1", -1000, of=sent.payments[0]), *back))
    assert lines_of(connection, issuer) == {
        "R1": "attached",
        "R2": "attached",
        "R3": "unexplained",
    }
    assert exceptions(connection, issuer) == [("contradicted", None, None)]
    assert_sound(connection, issuer)


# ---------------------------------------------------------------- batches


def test_a_line_of_a_batch_is_all_that_is_left_of_it(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000, 2000, 3000)
    said(connection, issuer, sent, messages.payment_status(sent.payments[2], "RJCT"))
    take(connection, issuer, notified(issuer, line("R1", -3000, batch=sent.batch_id)))
    assert statuses(connection, issuer, sent) == ["completed", "completed", "rejected"]
    assert matched(connection, issuer) == [
        ("R1", Action.COMPLETE_PAYOUT, -2000),
        ("R1", Action.COMPLETE_PAYOUT, -1000),
    ]
    assert_sound(connection, issuer)


def test_a_line_of_a_batch_waits_until_it_adds_up(connection: Connection, issuer: Issuer) -> None:
    sent = given_batch(connection, issuer, 1000, 2000, 3000)
    take(connection, issuer, notified(issuer, line("R1", -3000, batch=sent.batch_id)))
    assert statuses(connection, issuer, sent) == ["pending"] * 3
    assert exceptions(connection, issuer) == [("amount_differs", 6000, 3000)]
    said(connection, issuer, sent, messages.payment_status(sent.payments[2], "RJCT"))
    assert statuses(connection, issuer, sent) == ["completed", "completed", "rejected"]
    assert exceptions(connection, issuer) == []
    assert_sound(connection, issuer)


def test_some_of_a_batch_are_listed_and_the_others_are_one_line(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000, 2000, 3000)
    together = line("R1", -5000, batch=sent.batch_id)
    take(connection, issuer, notified(issuer, together, line("R2", -1000, of=sent.payments[0])))
    assert statuses(connection, issuer, sent) == ["completed"] * 3
    assert exceptions(connection, issuer) == []
    assert_sound(connection, issuer)


def test_a_batch_that_the_bank_refuses_is_rejected_whole(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000, 2000)
    why = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"
    said(connection, issuer, sent, group=why)
    assert statuses(connection, issuer, sent) == ["rejected", "rejected"]
    assert exceptions(connection, issuer) == [("refused_batch", None, None)]
    rows = connection.execute(
        "SELECT b.refused, b.answered_at IS NOT NULL, array_agg(DISTINCT p.reason)"
        " FROM bank_batch b JOIN payment p USING (issuer_id, batch_id) WHERE issuer_id = %s"
        " GROUP BY 1, 2",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    assert rows == [("AM04", True, ["no_funds"])]
    assert_sound(connection, issuer)


def test_that_the_bank_has_a_file_already_changes_nothing(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000)
    before = balances(connection, issuer)
    why = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>DUPL</Cd></Rsn></StsRsnInf>"
    said(connection, issuer, sent, group=why)
    assert statuses(connection, issuer, sent) == ["pending"]
    assert balances(connection, issuer) == before
    assert exceptions(connection, issuer) == []
    row = connection.execute(
        "SELECT answered_at, refused FROM bank_batch WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone()
    connection.rollback()
    assert row == (None, None)


# ---------------------------------------------------------------- other credits and debits


def test_a_deposit_recorded_before_its_line_is_that_line(
    connection: Connection, issuer: Issuer
) -> None:
    """References are compared as people do: without spaces, in any case."""
    deposit(connection, issuer, SYSTEM, Money(500, "KES"), reference="ft 26 aa1")
    take(connection, issuer, notified(issuer, line("FT26AA1", 500), line("Opening  Balance", 7)))
    assert lines_of(connection, issuer) == {"FT26AA1": "attached", "Opening  Balance": "proposed"}
    assert matched(connection, issuer) == [("FT26AA1", Action.DEPOSIT, 500)]
    assert exceptions(connection, issuer) == [("amount_differs", 100000, 7)]


def test_what_is_recorded_after_its_line_is_attached_then(
    connection: Connection, issuer: Issuer
) -> None:
    take(connection, issuer, notified(issuer, line("IN", 500), line("OUT", -40)))
    assert lines_of(connection, issuer) == {"IN": "proposed", "OUT": "unexplained"}
    assert exceptions(connection, issuer) == [("unexplained_debit", 0, 40)]
    deposit(connection, issuer, SYSTEM, Money(500, "KES"), reference="IN")
    withdraw(connection, issuer, SYSTEM, Money(40, "KES"), reference="out", reason="charges")
    look_again(connection, issuer)
    assert lines_of(connection, issuer) == {"IN": "attached", "OUT": "attached"}
    assert exceptions(connection, issuer) == []
    assert_sound(connection, issuer)


def test_a_reference_recorded_with_another_amount_is_not_that_line(
    connection: Connection, issuer: Issuer
) -> None:
    deposit(connection, issuer, SYSTEM, Money(500, "KES"), reference="IN")
    withdraw(connection, issuer, SYSTEM, Money(500, "KES"), reference="OUT", reason="charges")
    take(connection, issuer, notified(issuer, line("IN", 501), line("OUT", -499)))
    assert matched(connection, issuer) == []
    assert exceptions(connection, issuer) == [
        ("amount_differs", 500, 501),
        ("amount_differs", 500, 499),
    ]
    assert lines_of(connection, issuer) == {"IN": "proposed", "OUT": "unexplained"}


def test_a_deposit_is_not_a_debit_under_the_same_reference(
    connection: Connection, issuer: Issuer
) -> None:
    deposit(connection, issuer, SYSTEM, Money(500, "KES"), reference="BOTH")
    take(connection, issuer, notified(issuer, line("BOTH", -500)))
    assert matched(connection, issuer) == []
    assert exceptions(connection, issuer) == [("unexplained_debit", 0, 500)]


def test_looking_again_with_nothing_new_changes_nothing(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1000)
    take(connection, issuer, notified(issuer, line("R1", -1050, of=sent.payments[0])))
    looked = [look_again(connection, issuer) for _time in range(2)]
    assert [(each.moved, each.exceptions) for each in looked] == [(0, 0), (0, 0)]
