"""Differences with a bank brought to their end: what moves is an operation, and the books agree."""

import pytest
from tests.gateway.bank_days import (
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
    stated,
    statuses,
    take,
)
from tests.gateway.iso20022 import messages
from tests.given import SYSTEM, balances

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.resolving import WAYS, How, resolve_exception
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.reading import payout_of
from counterfoil.engine.payouts.sending import retry_payout
from counterfoil.errors import ConflictError, NotFoundError, ReferenceReusedError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action

WHY = "As the bank told us on the phone."


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


def open_one(connection: Connection, issuer: Issuer, kind: str) -> int:
    """The one of its kind that is open."""
    rows = connection.execute(
        "SELECT exception_id FROM bank_exception"
        " WHERE issuer_id = %s AND kind = %s AND ended_at IS NULL",
        (issuer.issuer_id, kind),
    ).fetchall()
    connection.rollback()
    ((exception_id,),) = rows
    return int(exception_id)


def resolve(connection: Connection, issuer: Issuer, kind: str, how: How) -> None:
    exception_id = open_one(connection, issuer, kind)
    resolve_exception(connection, issuer, SYSTEM, exception_id, how, reason=WHY)


def funds(connection: Connection, issuer: Issuer) -> tuple[int, int]:
    """What the account has and what of it is available."""
    found = balances(connection, issuer)
    return -found["funding:0"], found["available:0"]


def rejected(sent: Sent, number: int = 0) -> str:
    return messages.payment_status(sent.payments[number], "RJCT", reason="<Cd>AC04</Cd>")


def test_what_the_bank_took_is_recorded_under_its_reference(
    connection: Connection, issuer: Issuer
) -> None:
    take(connection, issuer, stated(issuer, 0, -250, line("CHARGES-1", -250)))
    assert exceptions(connection, issuer) == [("unexplained_debit", 0, 250)]
    had, available = funds(connection, issuer)
    resolve(connection, issuer, "unexplained_debit", How.WITHDRAWN)
    assert funds(connection, issuer) == (had - 250, available - 250)
    assert lines_of(connection, issuer) == {"CHARGES-1": "attached"}
    assert matched(connection, issuer) == [("CHARGES-1", Action.WITHDRAW, -250)]
    assert exceptions(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize(("booked", "rest"), [(1_010, Action.WITHDRAW), (990, Action.DEPOSIT)])
def test_a_payment_booked_with_another_amount_was_made_and_the_rest_is_the_funds(
    connection: Connection, issuer: Issuer, booked: int, rest: Action
) -> None:
    sent = given_batch(connection, issuer, 1_000, 2_000)
    had, available = funds(connection, issuer)
    take(connection, issuer, notified(issuer, line("OUT-1", -booked, of=sent.payments[0])))
    assert exceptions(connection, issuer) == [("amount_differs", 1_000, booked)]
    assert statuses(connection, issuer, sent) == ["pending", "pending"]
    resolve(connection, issuer, "amount_differs", How.SETTLED)
    assert statuses(connection, issuer, sent) == ["completed", "pending"]
    assert funds(connection, issuer) == (had - booked, available + 1_000 - booked)
    assert lines_of(connection, issuer) == {"OUT-1": "attached"}
    assert {action for _line, action, _minor in matched(connection, issuer)} == {
        Action.COMPLETE_PAYOUT,
        rest,
    }
    assert exceptions(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []


def test_of_what_came_back_the_bank_kept_its_charges(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1_000)
    had, _available = funds(connection, issuer)
    take(connection, issuer, notified(issuer, line("OUT-1", -1_000, of=sent.payments[0])))
    take(connection, issuer, notified(issuer, line("IN-1", 930, of=sent.payments[0], back="AC04")))
    assert statuses(connection, issuer, sent) == ["returned"]
    assert [kind for kind, *_rest in exceptions(connection, issuer)] == ["amount_differs"]
    resolve(connection, issuer, "amount_differs", How.SETTLED)
    assert funds(connection, issuer)[0] == had - 70
    assert lines_of(connection, issuer) == {"OUT-1": "attached", "IN-1": "attached"}
    assert exceptions(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []


def test_a_payment_said_to_be_rejected_was_paid_after_all(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1_000)
    take(connection, issuer, answered(sent, rejected(sent)))
    take(connection, issuer, notified(issuer, line("OUT-1", -1_000, of=sent.payments[0])))
    assert [kind for kind, *_rest in exceptions(connection, issuer)] == ["contradicted"]
    assert statuses(connection, issuer, sent) == ["rejected"]
    resolve(connection, issuer, "contradicted", How.ARRIVED)
    assert statuses(connection, issuer, sent) == ["completed"]
    assert lines_of(connection, issuer) == {"OUT-1": "attached"}
    assert exceptions(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []


def test_a_payment_that_was_sent_again_meanwhile_is_not_paid_twice_in_the_books(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1_000)
    take(connection, issuer, answered(sent, rejected(sent)))
    run_id, acceptor_id = _payout_of(connection, issuer, sent)
    retry_payout(connection, issuer, SYSTEM, run_id, acceptor_id)
    take(connection, issuer, notified(issuer, line("OUT-1", -1_000, of=sent.payments[0])))
    before = counted(connection, issuer)
    with pytest.raises(ConflictError, match="was sent again"):
        resolve(connection, issuer, "contradicted", How.ARRIVED)
    assert counted(connection, issuer) == before
    had, available = funds(connection, issuer)
    resolve(connection, issuer, "contradicted", How.WITHDRAWN)
    assert funds(connection, issuer) == (had - 1_000, available - 1_000)
    assert lines_of(connection, issuer) == {"OUT-1": "attached"}
    assert check(connection, issuer.issuer_id) == []


def _payout_of(connection: Connection, issuer: Issuer, sent: Sent) -> tuple[int, int]:
    row = connection.execute(
        "SELECT run_id, acceptor_id FROM payment WHERE issuer_id = %s AND payment_id = %s",
        (issuer.issuer_id, sent.payments[0]),
    ).fetchone()
    connection.rollback()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize(
    ("how", "payment", "payout"),
    [(How.ARRIVED, "completed", "completed"), (How.NOT_ARRIVED, "rejected", "failed")],
)
def test_of_a_payment_nobody_hears_of_a_person_says_how_it_ended(
    connection: Connection, issuer: Issuer, how: How, payment: str, payout: str
) -> None:
    sent = given_batch(connection, issuer, 1_000)
    connection.execute(
        "UPDATE payment SET created_at = created_at - interval '4 days' WHERE issuer_id = %s",
        (issuer.issuer_id,),
    )
    connection.commit()
    take(connection, issuer, stated(issuer, 100_000, 100_000))
    resolve(connection, issuer, "silent_payment", how)
    assert statuses(connection, issuer, sent) == [payment]
    found = payout_of(connection, issuer, *_payout_of(connection, issuer, sent))
    connection.rollback()
    assert found.status == payout
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize("more", [4_000, -4_000])
def test_the_ledger_is_brought_to_what_the_bank_has(
    connection: Connection, issuer: Issuer, more: int
) -> None:
    opening = funds(connection, issuer)[0]
    take(connection, issuer, stated(issuer, more, more, number=1))
    ((kind, expected, found),) = exceptions(connection, issuer)
    assert (kind, (found or 0) - (expected or 0)) == ("balance_differs", more)
    resolve(connection, issuer, "balance_differs", How.CORRECTED)
    assert funds(connection, issuer)[0] == opening + more
    assert exceptions(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []


def test_an_exception_ends_once_and_in_its_own_ways_alone(
    connection: Connection, issuer: Issuer
) -> None:
    take(connection, issuer, notified(issuer, line("CHARGES-1", -250)))
    exception_id = open_one(connection, issuer, "unexplained_debit")
    before = counted(connection, issuer)
    for how in set(How) - set(WAYS[ExceptionKind.UNEXPLAINED_DEBIT]):
        with pytest.raises(ConflictError, match="cannot be ended in that way"):
            resolve_exception(connection, issuer, SYSTEM, exception_id, how, reason=WHY)
    with pytest.raises(ConflictError, match="Say why"):
        resolve_exception(connection, issuer, SYSTEM, exception_id, How.WITHDRAWN, reason="")
    with pytest.raises(NotFoundError):
        resolve_exception(connection, issuer, SYSTEM, 999, How.WITHDRAWN, reason=WHY)
    assert counted(connection, issuer) == before
    for _time in range(2):
        resolve_exception(
            connection, issuer, SYSTEM, exception_id, How.WITHDRAWN, reason=WHY, reference="R1"
        )
    with pytest.raises(ReferenceReusedError):
        resolve_exception(
            connection, issuer, SYSTEM, exception_id, How.WITHDRAWN, reason="x", reference="R1"
        )
    with pytest.raises(ConflictError, match="has ended already"):
        resolve_exception(connection, issuer, SYSTEM, exception_id, How.WITHDRAWN, reason=WHY)
    assert [action for _line, action, _minor in matched(connection, issuer)] == [Action.WITHDRAW]


def test_what_is_not_as_it_was_seen_is_refused(connection: Connection, issuer: Issuer) -> None:
    take(connection, issuer, notified(issuer, line("CHARGES-1", -250)))
    exception_id = open_one(connection, issuer, "unexplained_debit")
    before = counted(connection, issuer)
    with pytest.raises(ConflictError, match="not what it was"):
        resolve_exception(
            connection, issuer, SYSTEM, exception_id, How.WITHDRAWN, reason=WHY, seen_minor=249
        )
    assert counted(connection, issuer) == before
    resolve_exception(
        connection, issuer, SYSTEM, exception_id, How.WITHDRAWN, reason=WHY, seen_minor=250
    )
    assert exceptions(connection, issuer) == []


def test_what_the_fund_does_not_have_cannot_be_recorded(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_banked(connection, provider, funds="1.00")
    take(connection, issuer, notified(issuer, line("CHARGES-1", -250)))
    before = counted(connection, issuer)
    with pytest.raises(ConflictError, match="more than is available"):
        resolve(connection, issuer, "unexplained_debit", How.WITHDRAWN)
    assert counted(connection, issuer) == before


def test_a_gap_that_is_explained_stays_ended(connection: Connection, issuer: Issuer) -> None:
    take(connection, issuer, stated(issuer, 0, 500, line("IN-1", 500), number=1))
    take(connection, issuer, stated(issuer, 900, 900, number=4))
    kinds = [kind for kind, *_rest in exceptions(connection, issuer)]
    assert "statement_gap" in kinds
    resolve(connection, issuer, "statement_gap", How.EXPLAINED)
    take(connection, issuer, notified(issuer, line("IN-2", 100)))
    assert "statement_gap" not in [kind for kind, *_rest in exceptions(connection, issuer)]


def test_a_line_for_a_whole_batch_that_was_notified_payment_by_payment_is_explained(
    connection: Connection, issuer: Issuer
) -> None:
    sent = given_batch(connection, issuer, 1_000, 500)
    take(
        connection,
        issuer,
        notified(
            issuer, line("N-1", -1_000, of=sent.payments[0]), line("N-2", -500, of=sent.payments[1])
        ),
    )
    whole = line("B-1", -1_500, batch=sent.batch_id)
    take(connection, issuer, stated(issuer, 0, -1_500, whole, number=1))
    had = funds(connection, issuer)
    assert exceptions(connection, issuer) == [("amount_differs", 0, 1_500)]
    resolve(connection, issuer, "amount_differs", How.EXPLAINED)
    take(connection, issuer, stated(issuer, -1_500, -1_500, number=2, day=days(1)))
    assert exceptions(connection, issuer) == []
    assert funds(connection, issuer) == had
    assert check(connection, issuer.issuer_id) == []
