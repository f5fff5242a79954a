"""What providers say of the accounts that acceptors are paid to: which are due to be asked about,
and the last answer about each.

An answer is of one account: when an acceptor's bank data changes, it counts no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from counterfoil.engine.administering import or_nothing
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.statements import statement

NEVER: Final = "never"
AT_REGISTRATION: Final = "registration"
AT_REDEMPTION: Final = "redemption"
MISSING: Final = "not_found"
# An account that is there stays there; one that is not may have been opened since.
_COUNTS_FOR: Final = {
    "found": timedelta(days=30),
    MISSING: timedelta(hours=1),
    "unknown": timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class DueAccount:
    """`account_hash` stands for the account as it was when it was found to be due."""

    acceptor_id: int
    name: str
    scheme: str
    fsp: str
    account: str
    account_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a rail said; `holder_matches` is None where it told no name."""

    due: DueAccount
    rail: str
    status: str
    currency: str | None = None
    holder_matches: bool | None = None


@dataclass(frozen=True, slots=True)
class AccountAnswer:
    rail: str
    status: str
    currency: str | None
    holder_matches: bool | None
    asked_at: datetime
    valid_until: datetime


def due_accounts(connection: Connection, issuer: Issuer, accounts_max: int) -> list[DueAccount]:
    """Of acceptors that are approved; none where the issuer does not want it. Ends the
    transaction.
    """
    issuer.catch_up(connection)
    wanted = issuer.catalogue.settings.verify_accounts
    if wanted == NEVER:
        connection.rollback()
        return []
    rows = connection.execute(
        statement(__package__, "due_accounts"),
        {
            "issuer_id": issuer.issuer_id,
            "once": wanted == AT_REGISTRATION,
            "accounts_max": accounts_max,
        },
    ).fetchall()
    connection.rollback()
    return [DueAccount(*row) for row in rows]


def note_answers(connection: Connection, issuer: Issuer, told: Sequence[Told]) -> None:
    """Commits. Where an account went missing, or was found, redemptions know it from then on."""
    parameters = {
        "issuer_id": issuer.issuer_id,
        "acceptor_ids": [each.due.acceptor_id for each in told],
        "account_hashes": [each.due.account_hash for each in told],
        "rails": [each.rail for each in told],
        "statuses": [each.status for each in told],
        "currencies": [each.currency for each in told],
        "holder_matches": [each.holder_matches for each in told],
        "count_seconds": [_COUNTS_FOR[each.status].total_seconds() for each in told],
    }
    with or_nothing(connection):
        if not _changes_redemptions(issuer, told):
            connection.execute(statement(__package__, "upsert_answers"), parameters)
            connection.commit()
            return
        journal = issuer.begin(connection)
        journal.raise_catalogue()
        connection.execute(statement(__package__, "upsert_answers"), parameters)
        commit(connection, issuer, journal)


def answer_about(connection: Connection, issuer_id: int, acceptor_id: int) -> AccountAnswer | None:
    """The last one about the account that an acceptor has today. Leaves the transaction open."""
    row = connection.execute(
        statement(__package__, "answer_about"),
        {"issuer_id": issuer_id, "acceptor_id": acceptor_id},
    ).fetchone()
    return None if row is None else AccountAnswer(*row)


def _changes_redemptions(issuer: Issuer, told: Sequence[Told]) -> bool:
    catalogue = issuer.catalogue
    if catalogue.settings.verify_accounts != AT_REDEMPTION:
        return False
    missing = catalogue.accounts_missing
    return any((each.status == MISSING) != (each.due.acceptor_id in missing) for each in told)
