"""The journal gone through for what agents earn, once: how far is moved on in the transaction that
posts what was earned until there.

    read a stretch ─▶ earned (pure) ─▶ move the cursor, post: incentives ─▶ payable

Where the budget does not suffice it stops before the first event that it cannot pay, and goes on
there once it has that much: nothing is lost, and nobody is overtaken. What a stretch is does not
change once it is past, so it is read without the issuer's head.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import or_nothing
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.earnings.earned import (
    Happened,
    Refunded,
    Share,
    Stretch,
    Sum,
    gone_through,
)
from counterfoil.engine.earnings.rules import Event, Ruling, ruling_of
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.statements import statement
from counterfoil.voucher import Action

STRETCH_OPERATIONS: Final = 20_000
SYSTEM: Final = Caller(0, "system:earnings")


class _Cursor(NamedTuple):
    funding_account_id: int
    first: int
    end: int
    left_minor: int
    needs_minor: int | None


def accrue_earnings(
    connection: Connection, issuer: Issuer, *, operations_max: int = STRETCH_OPERATIONS
) -> int:
    """Go through the next stretch of each funding account; how many operations that was. Nothing is
    left where it is 0, or the rest waits for budget, or another process is at it.
    """
    refresh_plans(connection)
    rows = connection.execute(
        statement(__package__, "cursors_behind"),
        {"issuer_id": issuer.issuer_id, "operations_max": operations_max},
    ).fetchall()
    connection.rollback()
    return sum(_accrue(connection, issuer, _Cursor(*row)) for row in rows)


def _accrue(connection: Connection, issuer: Issuer, cursor: _Cursor) -> int:
    stretch = _read(connection, issuer, cursor)
    if (stretch.end, stretch.needs_minor) == (cursor.first, cursor.needs_minor):
        return 0
    with or_nothing(connection):
        if not stretch.earned and not stretch.taken_back:
            moved = _move(connection, issuer, cursor, stretch)
            connection.commit()
            return stretch.end - cursor.first if moved else 0
        journal = issuer.begin(connection)
        if not _move(connection, issuer, cursor, stretch):
            connection.rollback()
            return 0
        _record(connection, issuer, journal, cursor, stretch)
        try:
            commit(connection, issuer, journal)
        except pg.CheckViolation:  # somebody took from the budget meanwhile
            connection.rollback()
            return 0
    return stretch.end - cursor.first


def _read(connection: Connection, issuer: Issuer, cursor: _Cursor) -> Stretch:
    """Ends the transaction."""
    where = {
        "issuer_id": issuer.issuer_id,
        "funding_account_id": cursor.funding_account_id,
        "first_operation": cursor.first,
        "end_operation": cursor.end,
    }
    issuer.catch_up(connection)
    happened = [
        Happened(operation_id, day, Event(event), *rest)
        for operation_id, day, event, *rest in connection.execute(
            statement(__package__, "events_of_stretch"), where
        )
    ]
    refunded = [
        Refunded(operation_id, Happened(cash_out, day, Event.CASH_OUT, *rest), rule_ids)
        for operation_id, rule_ids, cash_out, day, *rest in connection.execute(
            statement(__package__, "refunds_of_stretch"), where
        )
    ]
    rulings = _rulings(connection, where, refunded)
    connection.rollback()
    return gone_through(
        happened,
        refunded,
        rulings,
        issuer.catalogue.acceptors_by_id,
        end=cursor.end,
        left_minor=cursor.left_minor,
    )


def _rulings(
    connection: Connection, where: Mapping[str, int], refunded: list[Refunded]
) -> list[Ruling]:
    rule_ids = sorted({rule_id for each in refunded for rule_id in each.rule_ids})
    rows = connection.execute(
        statement(__package__, "rules_of_stretch"), {**where, "rule_ids": rule_ids}
    )
    return [ruling_of(row) for row in rows]


def _move(connection: Connection, issuer: Issuer, cursor: _Cursor, stretch: Stretch) -> bool:
    """Whether it was still where it was read."""
    moved = connection.execute(
        statement(__package__, "move_cursor"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_id": cursor.funding_account_id,
            "first_operation": cursor.first,
            "end_operation": stretch.end,
            "needs_minor": stretch.needs_minor,
        },
    )
    return moved.rowcount == 1


def _record(
    connection: Connection, issuer: Issuer, journal: Journal, cursor: _Cursor, stretch: Stretch
) -> None:
    """An operation for each acceptor, programme and rule; taken back is another than earned."""
    entries = [
        (_post(issuer, journal, cursor, share, each, sign), share, each, sign)
        for sign, shares in ((1, stretch.earned), (-1, stretch.taken_back))
        for share, each in sorted(shares.items())
    ]
    connection.execute(
        statement(__package__, "insert_earnings"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_id": cursor.funding_account_id,
            "first_operation": cursor.first,
            "end_operation": stretch.end,
            "now": journal.head.now,
            "operation_ids": [operation_id for operation_id, *_rest in entries],
            "acceptor_ids": [share.acceptor_id for _id, share, _sum, _sign in entries],
            "programme_ids": [share.programme_id for _id, share, _sum, _sign in entries],
            "rule_ids": [share.rule_id for _id, share, _sum, _sign in entries],
            "events": [sign * each.events for _id, _share, each, sign in entries],
            "amounts": [sign * each.amount_minor for _id, _share, each, sign in entries],
        },
    )


def _post(  # whose books, where it was, and what of it
    issuer: Issuer, journal: Journal, cursor: _Cursor, share: Share, each: Sum, sign: int
) -> int:
    word = "earned" if sign > 0 else "taken-back"
    operation_id = journal.record(
        Action.EARN,
        SYSTEM,
        reference=(
            f"~{word}:{cursor.funding_account_id}:{cursor.first}:{share.acceptor_id}"
            f":{share.programme_id}:{share.rule_id}"
        ),
        acceptor_id=share.acceptor_id,
        amount_minor=each.amount_minor,
        subject=f"earning-rule:{share.rule_id}",
    )
    incentives = Account(AccountKind.INCENTIVES, cursor.funding_account_id)
    payable = Account(AccountKind.PAYABLE, cursor.funding_account_id, share.acceptor_id)
    debit, credit = (incentives, payable) if sign > 0 else (payable, incentives)
    journal.post(operation_id, Posting(debit, credit, each.amount_minor))
    fund = issuer.catalogue.funding_accounts[cursor.funding_account_id]
    journal.add_leaf(
        Action.EARN,
        amount_minor=each.amount_minor,
        currency=fund.currency,
        actor=SYSTEM.actor,
        acceptor=str(share.acceptor_id),
    )
    return operation_id
