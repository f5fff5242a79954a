"""Everything that changes the bank's books. Each function runs inside the transaction of the
writer and either does all it says or raises `RefusedError` having changed nothing.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from counterfoil.errors import CounterfoilError
from counterfoil.money import AMOUNT_MINOR_MAX, Money
from counterfoil.sandbox_fsp import store
from counterfoil.sandbox_fsp.bank import (
    Account,
    AccountKind,
    Behaviour,
    Conduct,
    Leg,
    LegKind,
    Order,
    Transfer,
    TransferStatus,
    behaviours_of,
    conduct_after_call,
    delay_seconds,
    judge,
)

OPENING_REFERENCE: Final = "opening balance"

_INSERT_ACCOUNT: Final = """
INSERT INTO account (account_id, currency, name, kind, identifier, balance_minor,
                     behaviour, delay_seconds, calls_left)
VALUES (?, ?, ?, ?, ?, 0, 'normal', 0, NULL)
"""
_UPDATE_ACCOUNT: Final = """
UPDATE account SET name = ?, kind = ?, identifier = ? WHERE account_id = ?
"""
_UPDATE_CONDUCT: Final = """
UPDATE account SET behaviour = ?, delay_seconds = ?, calls_left = ? WHERE account_id = ?
"""
_UPDATE_BALANCE: Final = """
UPDATE account SET balance_minor = balance_minor + ? WHERE account_id = ?
"""
_DEPOSIT: Final = "SELECT amount_minor FROM deposit WHERE account_id = ? AND reference = ?"
_INSERT_DEPOSIT: Final = """
INSERT INTO deposit (account_id, reference, amount_minor) VALUES (?, ?, ?)
"""
_INSERT_TRANSFER: Final = """
INSERT INTO transfer (transfer_id, source_id, target_id, amount_minor, currency, narrative,
                      status, reason, behaviours, recorded_at_ms, due_at_ms)
VALUES (?, ?, ?, ?, ?, ?, 'accepted', NULL, ?, ?, ?)
"""
_END_TRANSFER: Final = """
UPDATE transfer SET status = ?, reason = ?, due_at_ms = NULL WHERE sequence = ?
"""
_INSERT_LEG: Final = """
INSERT INTO leg (transfer_sequence, account_id, kind, amount_minor) VALUES (?, ?, ?, ?)
"""
_INSERT_CALLBACK: Final = """
INSERT INTO callback (transfer_sequence, tries, delivered, due_at_ms) VALUES (?, 0, 0, ?)
"""
_UPDATE_CALLBACK: Final = """
UPDATE callback SET tries = ?, delivered = ?, due_at_ms = ? WHERE callback_id = ?
"""

_DELAYS_ANSWER: Final = frozenset({Behaviour.SLOW, Behaviour.ANSWERS_LATE})
_DELAYS_END: Final = frozenset({Behaviour.ACCEPTS_THEN_COMPLETES})


class RefusedError(CounterfoilError):
    """The caller asked for what cannot be; `code` is for programs, the text for people."""

    def __init__(self, status_code: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.code = code


@dataclass(frozen=True, slots=True)
class AccountDetails:
    account_id: str
    currency: str
    name: str
    kind: AccountKind
    identifier: str | None


@dataclass(frozen=True, slots=True)
class Called:
    """What became of one call: the transfer (None: not acted on) and how to answer it."""

    transfer: Transfer | None
    drops: bool
    answer_delay_seconds: float


@dataclass(frozen=True, slots=True)
class CallbackTried:
    callback_id: int
    tries: int
    delivered: bool
    due_at_ms: int | None


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def put_account(
    connection: sqlite3.Connection, details: AccountDetails, *, opening_minor: int
) -> Account:
    """Open the account with `opening_minor`, or change its details and leave its money alone."""
    known = store.account(connection, details.account_id)
    if known is not None and known.currency != details.currency:
        raise RefusedError(409, "currency_fixed", "An account keeps the currency it was opened in.")
    if details.identifier is not None:
        holder = store.account_by_identifier(connection, details.identifier)
        if holder is not None and holder.account_id != details.account_id:
            raise RefusedError(409, "identifier_taken", "Another account has that identifier.")
    description = (details.name, details.kind, details.identifier)
    if known is not None:
        connection.execute(_UPDATE_ACCOUNT, (*description, details.account_id))
        return _existing(connection, details.account_id)
    connection.execute(_INSERT_ACCOUNT, (details.account_id, details.currency, *description))
    if opening_minor:
        opening = Money(opening_minor, details.currency)
        return deposit(connection, details.account_id, opening, reference=OPENING_REFERENCE)
    return _existing(connection, details.account_id)


def set_conduct(connection: sqlite3.Connection, account_id: str, conduct: Conduct) -> Account:
    _existing(connection, account_id)
    _write_conduct(connection, account_id, conduct)
    return _existing(connection, account_id)


def deposit(
    connection: sqlite3.Connection, account_id: str, money: Money, *, reference: str
) -> Account:
    """Money from outside; the same reference counts once."""
    holder = _existing(connection, account_id)
    if holder.currency != money.currency:
        raise RefusedError(422, "currency_mismatch", f"The account is in {holder.currency}.")
    known = connection.execute(_DEPOSIT, (account_id, reference)).fetchone()
    if known is not None:
        if known[0] != money.amount_minor:
            raise RefusedError(
                409, "reference_reused", "That reference was used for another amount."
            )
        return holder
    if holder.balance_minor + money.amount_minor > AMOUNT_MINOR_MAX:
        raise RefusedError(422, "balance_too_large", "The account cannot hold that much.")
    connection.execute(_INSERT_DEPOSIT, (account_id, reference, money.amount_minor))
    _post(connection, None, [Leg(LegKind.DEPOSIT, account_id, money.amount_minor)])
    return _existing(connection, account_id)


def transfer(connection: sqlite3.Connection, order: Order, *, callbacks: bool) -> Called:
    """One call with one order. A repeat of a known order changes nothing and is answered, or
    not, as the accounts behave by now.
    """
    known = store.transfer(connection, order.transfer_id)
    if known is not None and known.order != order:
        raise RefusedError(
            409, "transfer_id_reused", "That transfer_id was used for another transfer."
        )
    source = store.account(connection, order.source_id)
    target = store.account(connection, order.target_id)
    for party in (source, target):
        if party is not None and party.conduct.calls_left is not None:
            _write_conduct(connection, party.account_id, conduct_after_call(party.conduct))
    behaviours = behaviours_of((source, target))
    if Behaviour.DROPS_BEFORE in behaviours:
        return Called(None, drops=True, answer_delay_seconds=0.0)
    if known is None:
        end_delay_seconds = delay_seconds((source, target), _DELAYS_END)
        due_at_ms = now_ms() + int(end_delay_seconds * 1000)
        known = _record(connection, order, behaviours, due_at_ms)
        if not behaviours & _DELAYS_END:
            known = _end(connection, known, source, target, callbacks=callbacks)
    return Called(
        known,
        drops=Behaviour.DROPS_AFTER in behaviours,
        answer_delay_seconds=delay_seconds((source, target), _DELAYS_ANSWER),
    )


def end_transfer(connection: sqlite3.Connection, transfer_id: UUID, *, callbacks: bool) -> None:
    """Finish an accepted transfer under the behaviours it was accepted with; once."""
    known = store.transfer(connection, transfer_id)
    if known is None or known.status is not TransferStatus.ACCEPTED:
        return
    source = store.account(connection, known.order.source_id)
    target = store.account(connection, known.order.target_id)
    _end(connection, known, source, target, callbacks=callbacks)


def record_callbacks(connection: sqlite3.Connection, tried: Sequence[CallbackTried]) -> None:
    connection.executemany(
        _UPDATE_CALLBACK,
        [(each.tries, each.delivered, each.due_at_ms, each.callback_id) for each in tried],
    )


def _record(
    connection: sqlite3.Connection,
    order: Order,
    behaviours: frozenset[Behaviour],
    due_at_ms: int,
) -> Transfer:
    recorded_at_ms = now_ms()
    cursor = connection.execute(
        _INSERT_TRANSFER,
        (
            str(order.transfer_id),
            order.source_id,
            order.target_id,
            order.money.amount_minor,
            order.money.currency,
            order.narrative,
            " ".join(sorted(behaviours)),
            recorded_at_ms,
            due_at_ms,
        ),
    )
    if cursor.lastrowid is None:
        raise AssertionError("an INSERT has a row")
    return Transfer(
        cursor.lastrowid,
        order,
        TransferStatus.ACCEPTED,
        None,
        behaviours,
        recorded_at_ms,
        due_at_ms,
    )


def _end(
    connection: sqlite3.Connection,
    accepted: Transfer,
    source: Account | None,
    target: Account | None,
    *,
    callbacks: bool,
) -> Transfer:
    verdict = judge(accepted.order, source, target, accepted.behaviours)
    _post(connection, accepted.sequence, verdict.legs)
    connection.execute(_END_TRANSFER, (verdict.status, verdict.reason, accepted.sequence))
    if callbacks:
        copies = 2 if Behaviour.DUPLICATES_CALLBACKS in accepted.behaviours else 1
        owed = [(accepted.sequence, now_ms())] * copies
        connection.executemany(_INSERT_CALLBACK, owed)
    return replace(
        accepted,
        status=verdict.status,
        reason=verdict.reason,
        due_at_ms=None,
        legs=verdict.legs,
    )


def _post(connection: sqlite3.Connection, sequence: int | None, legs: Iterable[Leg]) -> None:
    for leg in legs:
        connection.execute(_INSERT_LEG, (sequence, leg.account_id, leg.kind, leg.amount_minor))
        connection.execute(_UPDATE_BALANCE, (leg.change_minor, leg.account_id))


def _write_conduct(connection: sqlite3.Connection, account_id: str, conduct: Conduct) -> None:
    connection.execute(
        _UPDATE_CONDUCT,
        (conduct.behaviour, conduct.delay_seconds, conduct.calls_left, account_id),
    )


def _existing(connection: sqlite3.Connection, account_id: str) -> Account:
    known = store.account(connection, account_id)
    if known is None:
        raise RefusedError(404, "account_not_found", "There is no such account.")
    return known
