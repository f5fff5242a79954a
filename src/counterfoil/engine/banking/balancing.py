"""Statements of an account lead from one to the next, and to what the ledger says.

    start ─▶ statement ─▶ statement ─▶ gap ─▶ statement
    └── what the bank had at the end of these is what the ledger has, less what it recorded and no
        statement has yet, and with what statements have and it has not

The earliest statement is the start, whenever it comes.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from counterfoil.engine.banking.exceptions import (
    BALANCE,
    ExceptionKind,
    Wanted,
    end_unwanted,
    open_exceptions,
)
from counterfoil.engine.banking.reading import standings
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.engine.listings import first_operation_at
from counterfoil.statements import statement

NOT_AT_BANK_DAYS: Final = 5


def note_start(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    *,
    funding_account_id: int,
    since: date,
    opening_minor: int,
) -> None:
    """Where this is the earliest statement, the account begins with it. The journal is not written
    yet.
    """
    first = first_operation_at(
        connection,
        issuer.issuer_id,
        datetime.combine(since, time(), UTC),
        journal.head.next_operation - 1,
    )
    connection.execute(
        statement(__package__, "note_start"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_id": funding_account_id,
            "since": since,
            "opening_minor": opening_minor,
            "first_operation": first,
        },
    )


def balance_accounts(
    connection: Connection, issuer: Issuer, now: datetime, funding_account_ids: Sequence[int]
) -> int:
    """Where statements are missing, what is on none of them, and whether the balances agree. The
    journal is written by now. How many exceptions were opened or ended.
    """
    if not funding_account_ids:
        return 0
    funds = list(funding_account_ids)
    gaps = _gaps(connection, issuer, funds)
    changed = _bring_up_to_date(connection, issuer, now, ExceptionKind.STATEMENT_GAP, funds, gaps)
    those: dict[str, object] = {
        "issuer_id": issuer.issuer_id,
        "funding_account_ids": funds,
        "days": NOT_AT_BANK_DAYS,
    }
    rows = connection.execute(statement(__package__, "not_at_bank"), those)
    missing = [
        Wanted(
            kind=ExceptionKind.NOT_AT_BANK,
            funding_account_id=fund,
            about=f"operation:{operation_id}",
            operation_id=operation_id,
            expected_minor=amount_minor,
            found_minor=0,
        )
        for fund, operation_id, amount_minor in rows
    ]
    changed += open_exceptions(connection, issuer, now, missing)
    connection.execute(statement(__package__, "move_looked_to"), those)
    differ = [
        Wanted(
            kind=ExceptionKind.BALANCE_DIFFERS,
            funding_account_id=standing.funding_account_id,
            about=BALANCE,
            expected_minor=standing.expected_minor,
            found_minor=standing.closing_minor,
        )
        for standing in standings(connection, issuer.issuer_id, funds)
        if not standing.agrees
    ]
    return changed + _bring_up_to_date(
        connection, issuer, now, ExceptionKind.BALANCE_DIFFERS, funds, differ
    )


def _gaps(connection: Connection, issuer: Issuer, funds: list[int]) -> list[Wanted]:
    rows = connection.execute(
        statement(__package__, "gaps"),
        {"issuer_id": issuer.issuer_id, "funding_account_ids": funds},
    )
    return [
        Wanted(
            kind=ExceptionKind.STATEMENT_GAP,
            funding_account_id=fund,
            about=about,
            expected_minor=expected_minor,
            found_minor=found_minor,
        )
        for fund, about, expected_minor, found_minor in rows
    ]


def _bring_up_to_date(  # of one kind, in which accounts, what there should be
    connection: Connection,
    issuer: Issuer,
    now: datetime,
    kind: ExceptionKind,
    funds: list[int],
    wanted: Sequence[Wanted],
) -> int:
    ended = end_unwanted(connection, issuer, now, wanted, kinds=[kind], funding_account_ids=funds)
    return ended + open_exceptions(connection, issuer, now, wanted)
