"""Bringing a difference to its end, where it does not agree again by itself: a person says how, and
another approves. Whatever moves money is an operation of its own, in the same transaction.

    explained    the reason says why it is as it is; nothing moves
    arrived      a payment of which nobody heard, or that was said to be rejected, was paid
    not_arrived  a payment of which nobody heard was not paid: it is owed again
    withdrawn    the bank took it, such as its charges: it is recorded under the bank's reference
    settled      a payment was booked with another amount: it was paid, and the rest is the fund's
    corrected    the ledger is brought to what the bank has
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import Asked, or_nothing, recorded_subject
from counterfoil.engine.arrays import Int8s
from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.explaining import explain
from counterfoil.engine.banking.looking import lock_look, look, write
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.outcomes import News, Told, hear_within
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.digests import content_hash
from counterfoil.statements import statement
from counterfoil.voucher import Action


class How(StrEnum):
    EXPLAINED = "explained"
    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    CORRECTED = "corrected"


WAYS: Final[Mapping[ExceptionKind, tuple[How, ...]]] = {
    ExceptionKind.UNEXPLAINED_DEBIT: (How.WITHDRAWN,),
    ExceptionKind.AMOUNT_DIFFERS: (How.SETTLED, How.EXPLAINED),
    ExceptionKind.CONTRADICTED: (How.ARRIVED, How.WITHDRAWN, How.EXPLAINED),
    ExceptionKind.STATEMENT_GAP: (How.EXPLAINED,),
    ExceptionKind.BALANCE_DIFFERS: (How.CORRECTED, How.EXPLAINED),
    ExceptionKind.SILENT_BATCH: (How.EXPLAINED,),
    ExceptionKind.REFUSED_BATCH: (How.EXPLAINED,),
    ExceptionKind.SILENT_PAYMENT: (How.ARRIVED, How.NOT_ARRIVED),
    ExceptionKind.NOT_AT_BANK: (How.EXPLAINED,),
}


_TWICE: Final = {
    "payment_of_payout_live": "That payout was sent again, and is paid or on its way with it.",
    "operation_bank_reference": "The bank's reference is recorded for this account already.",
}


@dataclass(frozen=True, slots=True)
class OpenException:
    """With the line it is about, where it is about one. Amounts in minor units."""

    exception_id: int
    kind: ExceptionKind
    funding_account_id: int
    about: str
    expected_minor: int | None
    found_minor: int | None
    payment_id: UUID | None
    payment_minor: int | None
    entry_id: int | None
    bank_reference: str | None
    entry_minor: int | None
    is_credit: bool | None
    value_on: date | None
    matched_minor: int

    @property
    def line_minor(self) -> int:
        """Below zero where money left."""
        return (self.entry_minor or 0) if self.is_credit else -(self.entry_minor or 0)

    @property
    def difference_minor(self) -> int:
        return (self.found_minor or 0) - (self.expected_minor or 0)


@dataclass(slots=True)
class _Desk:
    """What each way works with."""

    connection: Connection
    issuer: Issuer
    journal: Journal
    caller: Caller
    reason: str


def resolve_exception(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    exception_id: int,
    how: How,
    *,
    reason: str,
    seen_minor: int | None = None,
    reference: str | None = None,
) -> None:
    """`seen_minor` is what was to move when somebody looked at it.

    Raises NotFoundError where there is none; ConflictError where it has ended, cannot be ended in
    that way, or without a reason, where something else would move than was seen, and where the
    money that must move is not there.
    """
    asked = Asked(
        caller=caller,
        action=Action.END_EXCEPTION,
        content=[exception_id, how.value, reason],
        reference=reference,
        reason=reason,
    )
    refresh_plans(connection)
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection), _what_the_fund_has():
        if not reason:
            raise ConflictError("Say why it may end.")
        lock_look(connection, issuer)
        found = exception_of(connection, issuer, exception_id)
        if how not in WAYS[found.kind]:
            raise ConflictError("It cannot be ended in that way.")
        moves = moved_minor(
            how,
            payment_minor=found.payment_minor,
            line_minor=found.line_minor,
            matched_minor=found.matched_minor,
            difference_minor=found.difference_minor,
        )
        if None not in {moves, seen_minor} and moves != seen_minor:
            raise ConflictError("It is not what it was when this was asked for; look at it again.")
        desk = _Desk(connection, issuer, journal, caller, reason)
        _move(desk, how, found)
        journal.record(
            Action.END_EXCEPTION,
            caller,
            reference=reference,
            content_hash=content_hash(issuer.keys, asked.content),
            subject=f"exception:{exception_id}",
            reason=reason,
        )
        journal.add_leaf(Action.END_EXCEPTION, actor=caller.actor, reference=reference)
        connection.execute(
            statement(__package__, "end_exception"),
            {
                "issuer_id": issuer.issuer_id,
                "exception_id": exception_id,
                "ended_by": caller.actor,
                "ended_why": reason,
                "now": journal.head.now,
            },
        )
        write(connection, issuer, journal)
        explained = explain(connection, issuer, caller, None)
        look(connection, issuer, journal.head.now, explained, funds=[found.funding_account_id])
        connection.commit()
    journal.remember()


def moved_minor(
    how: How,
    *,
    payment_minor: int | None,
    line_minor: int,
    matched_minor: int,
    difference_minor: int,
) -> int | None:
    """How much money is at stake; None where nothing moves. `line_minor` is the bank's line and
    `matched_minor` what the ledger has of it: both below zero where money left.
    """
    match how:
        case How.WITHDRAWN:
            return abs(matched_minor - line_minor)
        case How.ARRIVED | How.NOT_ARRIVED:
            return payment_minor or 0
        case How.SETTLED:
            return max(payment_minor or 0, abs(line_minor))
        case How.CORRECTED:
            return abs(difference_minor)
        case How.EXPLAINED:
            return None


def exception_of(connection: Connection, issuer: Issuer, exception_id: int) -> OpenException:
    """Raises NotFoundError; ConflictError where it has ended. Leaves the transaction open."""
    row = connection.execute(
        statement(__package__, "exception"),
        {"issuer_id": issuer.issuer_id, "exception_id": exception_id},
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no exception {exception_id}.")
    ended_at, found_id, kind, *rest = row
    if ended_at is not None:
        raise ConflictError("It has ended already.")
    return OpenException(found_id, ExceptionKind(kind), *rest)


def _move(desk: _Desk, how: How, found: OpenException) -> None:
    match how:
        case How.EXPLAINED:
            return
        case How.ARRIVED:
            _hear(desk, found, Told.PAID_AFTER_ALL)
        case How.NOT_ARRIVED:
            _hear(desk, found, Told.REJECTED)
        case How.WITHDRAWN:
            _record(desk, found, -_rest(found))
        case How.SETTLED:
            _settle(desk, found)
        case How.CORRECTED:
            operation_id = _record(desk, found, found.difference_minor)
            _match(desk, None, operation_id, found.difference_minor)


def _hear(desk: _Desk, found: OpenException, told: Told) -> int | None:
    """The operation that it is now paid by, if it is."""
    if found.payment_id is None:
        raise ConflictError("It is about no payment.")
    news = News(found.payment_id, told, "other" if told is Told.REJECTED else None)
    heard = hear_within(desk.connection, desk.issuer, desk.journal, desk.caller, [news])
    if heard.strangers or heard.contradicted:
        raise ConflictError("That payment has come to another end already.")
    return heard.completed_by.get(found.payment_id)


def _settle(desk: _Desk, found: OpenException) -> None:
    """The payment was made with another amount than was booked for it."""
    if found.payment_id is None or found.entry_id is None or found.payment_minor is None:
        raise ConflictError("It is not about the booking of one payment; record what it is.")
    if found.is_credit:
        _record(desk, found, -_rest(found))
        return
    completed_by = _hear(desk, found, Told.PAID_AFTER_ALL)
    if completed_by is None:
        raise ConflictError("That payment has come to its end already.")
    _match(desk, found.entry_id, completed_by, -found.payment_minor)
    _record(desk, found, found.payment_minor - (found.entry_minor or 0))


def _rest(found: OpenException) -> int:
    """How much more left by its line than the ledger has; below zero where less did."""
    if found.entry_id is None:
        raise ConflictError("It is about no line of the bank.")
    return found.matched_minor - found.line_minor


def _record(desk: _Desk, found: OpenException, change_minor: int) -> int:
    """More in the fund, or less, under the bank's reference where there is a line."""
    if not change_minor:
        raise ConflictError("There is no difference.")
    fund = found.funding_account_id
    action = Action.DEPOSIT if change_minor > 0 else Action.WITHDRAW
    funding = Account(AccountKind.FUNDING, fund)
    available = Account(AccountKind.AVAILABLE, fund)
    debit, credit = (funding, available) if change_minor > 0 else (available, funding)
    amount_minor = abs(change_minor)
    operation_id = desk.journal.record(
        action,
        desk.caller,
        reference=found.bank_reference or f"exception:{found.exception_id}",
        amount_minor=amount_minor,
        subject=f"funding:{fund}",
        reason=desk.reason,
        scope=f"exception:{found.exception_id}:",
    )
    desk.journal.post(operation_id, Posting(debit, credit, amount_minor))
    desk.journal.note_value_date(operation_id, found.value_on)
    desk.journal.add_leaf(
        action,
        amount_minor=amount_minor,
        currency=desk.issuer.catalogue.funding_accounts[fund].currency,
        actor=desk.caller.actor,
    )
    return operation_id


@contextmanager
def _what_the_fund_has() -> Iterator[None]:
    try:
        yield
    except pg.CheckViolation as error:
        raise ConflictError("That is more than is available.") from error
    except pg.UniqueViolation as error:
        told = _TWICE.get(error.diag.constraint_name or "")
        if told is None:
            raise
        raise ConflictError(told) from error


def _match(desk: _Desk, entry_id: int | None, operation_id: int, amount_minor: int) -> None:
    desk.connection.execute(
        statement(__package__, "insert_matches"),
        {
            "issuer_id": desk.issuer.issuer_id,
            "entry_ids": [entry_id],
            "operation_ids": Int8s([operation_id]),
            "amounts": Int8s([amount_minor]),
            "whole_entry_ids": Int8s(),
        },
    )
