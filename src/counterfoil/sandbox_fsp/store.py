"""The bank's one SQLite file: its tables, and reading them.

A reader opens a connection of its own and sees one committed state (WAL); there is one
writer (`writer.py`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from counterfoil.money import Money
from counterfoil.sandbox_fsp.bank import (
    Account,
    AccountKind,
    Behaviour,
    Callback,
    Conduct,
    Leg,
    LegKind,
    Order,
    Reason,
    Transfer,
    TransferStatus,
)

PAGE_ROWS_MAX: Final = 1000

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS account (
    account_id TEXT PRIMARY KEY,
    currency TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    identifier TEXT UNIQUE,
    balance_minor INTEGER NOT NULL CHECK (balance_minor >= 0),
    behaviour TEXT NOT NULL,
    delay_seconds REAL NOT NULL,
    calls_left INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS deposit (
    account_id TEXT NOT NULL REFERENCES account,
    reference TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (account_id, reference)
) STRICT;
CREATE TABLE IF NOT EXISTS transfer (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    transfer_id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    target_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    narrative TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'completed', 'rejected')),
    reason TEXT CHECK ((reason IS NOT NULL) = (status = 'rejected')),
    behaviours TEXT NOT NULL,
    recorded_at_ms INTEGER NOT NULL,
    due_at_ms INTEGER CHECK ((due_at_ms IS NOT NULL) = (status = 'accepted'))
) STRICT;
CREATE INDEX IF NOT EXISTS transfer_due ON transfer (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE TABLE IF NOT EXISTS leg (
    leg_id INTEGER PRIMARY KEY,
    transfer_sequence INTEGER REFERENCES transfer,
    account_id TEXT NOT NULL REFERENCES account,
    kind TEXT NOT NULL CHECK (kind IN ('deposit', 'debit', 'credit', 'giveback')),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    CHECK ((kind = 'deposit') = (transfer_sequence IS NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS leg_transfer ON leg (transfer_sequence, leg_id);
CREATE INDEX IF NOT EXISTS leg_account ON leg (account_id, kind, amount_minor);
CREATE TABLE IF NOT EXISTS callback (
    callback_id INTEGER PRIMARY KEY,
    transfer_sequence INTEGER NOT NULL REFERENCES transfer,
    tries INTEGER NOT NULL,
    delivered INTEGER NOT NULL CHECK (delivered IN (0, 1)),
    due_at_ms INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS callback_transfer ON callback (transfer_sequence, callback_id);
CREATE INDEX IF NOT EXISTS callback_due ON callback (due_at_ms) WHERE due_at_ms IS NOT NULL;
"""

_ACCOUNT_BY_ID: Final = """
SELECT account_id, currency, name, kind, identifier, balance_minor,
       behaviour, delay_seconds, calls_left
FROM account WHERE account_id = ?
"""
_ACCOUNT_BY_IDENTIFIER: Final = """
SELECT account_id, currency, name, kind, identifier, balance_minor,
       behaviour, delay_seconds, calls_left
FROM account WHERE identifier = ?
"""
_ACCOUNTS: Final = """
SELECT account_id, currency, name, kind, identifier, balance_minor,
       behaviour, delay_seconds, calls_left
FROM account WHERE account_id > ? ORDER BY account_id LIMIT ?
"""
_TRANSFER_BY_ID: Final = """
SELECT sequence, transfer_id, source_id, target_id, amount_minor, currency, narrative,
       status, reason, behaviours, recorded_at_ms, due_at_ms
FROM transfer WHERE transfer_id = ?
"""
_TRANSFERS: Final = """
SELECT sequence, transfer_id, source_id, target_id, amount_minor, currency, narrative,
       status, reason, behaviours, recorded_at_ms, due_at_ms
FROM transfer WHERE sequence > ? ORDER BY sequence LIMIT ?
"""
_LEGS: Final = """
SELECT transfer_sequence, kind, account_id, amount_minor
FROM leg WHERE transfer_sequence BETWEEN ? AND ? ORDER BY transfer_sequence, leg_id
"""
_CALLBACKS: Final = """
SELECT transfer_sequence, tries, delivered, due_at_ms
FROM callback WHERE transfer_sequence BETWEEN ? AND ? ORDER BY transfer_sequence, callback_id
"""
_CALLBACKS_DUE: Final = """
SELECT c.callback_id, c.tries, c.due_at_ms, t.transfer_id, t.status
FROM callback AS c JOIN transfer AS t ON t.sequence = c.transfer_sequence
WHERE c.due_at_ms IS NOT NULL ORDER BY c.due_at_ms, c.callback_id LIMIT ?
"""
_TRANSFERS_DUE: Final = """
SELECT transfer_id, due_at_ms FROM transfer WHERE due_at_ms IS NOT NULL ORDER BY due_at_ms
"""
_TOTALS: Final = """
SELECT a.account_id, a.currency, a.balance_minor,
       COALESCE(SUM(l.amount_minor) FILTER (WHERE l.kind = 'deposit'), 0),
       COALESCE(SUM(l.amount_minor) FILTER (WHERE l.kind = 'debit'), 0),
       COALESCE(SUM(l.amount_minor) FILTER (WHERE l.kind = 'credit'), 0),
       COALESCE(SUM(l.amount_minor) FILTER (WHERE l.kind = 'giveback'), 0)
FROM (SELECT account_id, currency, balance_minor FROM account
      WHERE account_id > ? ORDER BY account_id LIMIT ?) AS a
LEFT JOIN leg AS l ON l.account_id = a.account_id
GROUP BY a.account_id ORDER BY a.account_id
"""
_COUNTS: Final = "SELECT status, COUNT(*) FROM transfer GROUP BY status"


@dataclass(frozen=True, slots=True)
class Totals:
    """An account beside the sums of its legs."""

    account_id: str
    currency: str
    balance_minor: int
    deposits_minor: int
    debits_minor: int
    credits_minor: int
    givebacks_minor: int

    @property
    def legs_minor(self) -> int:
        return self.deposits_minor - self.debits_minor + self.credits_minor + self.givebacks_minor


@dataclass(frozen=True, slots=True)
class CallbackDue:
    callback_id: int
    tries: int
    due_at_ms: int
    transfer_id: str
    status: TransferStatus


def writing_connection(data_path: Path) -> sqlite3.Connection:
    """Transactions are opened by hand; a commit is on the disk when it returns."""
    connection = sqlite3.connect(data_path, isolation_level=None, timeout=5.0)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(_SCHEMA)
    return connection


@contextmanager
def reading_connection(data_path: Path) -> Iterator[sqlite3.Connection]:
    """One snapshot from the first read to the end."""
    uri = f"{data_path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0)
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def account(connection: sqlite3.Connection, account_id: str) -> Account | None:
    row = connection.execute(_ACCOUNT_BY_ID, (account_id,)).fetchone()
    return None if row is None else _account(row)


def account_by_identifier(connection: sqlite3.Connection, identifier: str) -> Account | None:
    row = connection.execute(_ACCOUNT_BY_IDENTIFIER, (identifier,)).fetchone()
    return None if row is None else _account(row)


def accounts(connection: sqlite3.Connection, *, after: str, limit: int) -> list[Account]:
    return [_account(row) for row in connection.execute(_ACCOUNTS, (after, limit))]


def transfer(connection: sqlite3.Connection, transfer_id: UUID) -> Transfer | None:
    rows = connection.execute(_TRANSFER_BY_ID, (str(transfer_id),)).fetchall()
    return next(iter(_transfers(connection, rows)), None)


def transfers(connection: sqlite3.Connection, *, after: int, limit: int) -> list[Transfer]:
    return _transfers(connection, connection.execute(_TRANSFERS, (after, limit)).fetchall())


def transfers_due(connection: sqlite3.Connection) -> list[tuple[UUID, int]]:
    """Every accepted transfer and when it is to be finished, in milliseconds since 1970."""
    return [(UUID(row[0]), row[1]) for row in connection.execute(_TRANSFERS_DUE)]


def callbacks_due(connection: sqlite3.Connection, *, limit: int) -> list[CallbackDue]:
    """The callbacks still owed, the next one first, also those whose time has not come."""
    return [
        CallbackDue(callback_id, tries, due_at_ms, transfer_id, TransferStatus(status))
        for callback_id, tries, due_at_ms, transfer_id, status in connection.execute(
            _CALLBACKS_DUE, (limit,)
        )
    ]


def totals(connection: sqlite3.Connection, *, after: str, limit: int) -> list[Totals]:
    return [Totals(*row) for row in connection.execute(_TOTALS, (after, limit))]


def transfer_counts(connection: sqlite3.Connection) -> dict[TransferStatus, int]:
    counts = dict(connection.execute(_COUNTS).fetchall())
    return {status: counts.get(status, 0) for status in TransferStatus}


def _account(row: tuple[Any, ...]) -> Account:
    account_id, currency, name, kind, identifier, balance_minor, behaviour, delay, left = row
    return Account(
        account_id,
        currency,
        name,
        AccountKind(kind),
        identifier,
        balance_minor,
        Conduct(Behaviour(behaviour), delay, left),
    )


def _transfers(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> list[Transfer]:
    """The transfers of `rows` (in order of sequence) with their legs and callbacks."""
    if not rows:
        return []
    span = (rows[0][0], rows[-1][0])
    legs = {
        sequence: tuple(Leg(LegKind(kind), account_id, minor) for _, kind, account_id, minor in of)
        for sequence, of in groupby(connection.execute(_LEGS, span), key=itemgetter(0))
    }
    callbacks = {
        sequence: tuple(Callback(tries, bool(done), due) for _, tries, done, due in of)
        for sequence, of in groupby(connection.execute(_CALLBACKS, span), key=itemgetter(0))
    }
    return [_transfer(row, legs.get(row[0], ()), callbacks.get(row[0], ())) for row in rows]


def _transfer(
    row: tuple[Any, ...], legs: tuple[Leg, ...], callbacks: tuple[Callback, ...]
) -> Transfer:
    sequence, transfer_id, source_id, target_id, amount_minor, currency, narrative = row[:7]
    status, reason, behaviours, recorded_at_ms, due_at_ms = row[7:]
    return Transfer(
        sequence,
        Order(UUID(transfer_id), source_id, target_id, Money(amount_minor, currency), narrative),
        TransferStatus(status),
        None if reason is None else Reason(reason),
        frozenset(Behaviour(word) for word in behaviours.split()),
        recorded_at_ms,
        due_at_ms,
        legs,
        callbacks,
    )
