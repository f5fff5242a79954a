"""Whose an identifier is, as sources said: kept for a while, with the day it was said. And the one
source that is ours: which provider has a telephone number, by tables that somebody imports.

An identifier is kept as a keyed hash, the account it stands for by its last letters.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from counterfoil.engine.administering import Asked, or_nothing, record
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import BadRowsError, NotFoundError, RowError
from counterfoil.keys.digests import identifier_hashes
from counterfoil.statements import statement
from counterfoil.voucher import Action

FOUND: Final = "found"
NOT_FOUND: Final = "not_found"
ROWS_MAX: Final = 2_000_000
_COUNTS_FOR: Final = {FOUND: timedelta(days=1), NOT_FOUND: timedelta(hours=1)}
_COLUMNS: Final = ("prefix", "number", "fsp")
_DIGITS: Final = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_SHOWN: Final = 4
_BAD_ROWS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a source said of an identifier, and when; `account_masked` is its end."""

    status: str
    source: str
    fsp: str | None
    currency: str | None
    account_masked: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Directory:
    """Numbers without plus or spaces: beginnings of ranges, and numbers that moved."""

    ranges: dict[str, str]
    ported: dict[str, str]


def kept_lookup(connection: Connection, issuer: Issuer, identifier: str) -> Lookup | None:
    """What is known and counts still. Leaves the transaction open."""
    row = connection.execute(
        statement(__package__, "kept_lookup"),
        {
            "issuer_id": issuer.issuer_id,
            "identifier_hashes": identifier_hashes(issuer.keys, identifier),
        },
    ).fetchone()
    return None if row is None else Lookup(*row)


def keep_lookup(  # of which identifier it was said, by which source, and what
    connection: Connection,
    issuer: Issuer,
    identifier: str,
    *,
    status: str,
    source: str,
    fsp: str | None,
    currency: str | None,
    account: str | None,
) -> Lookup:
    """Commits."""
    row = connection.execute(
        statement(__package__, "keep_lookup"),
        {
            "issuer_id": issuer.issuer_id,
            "identifier_hash": identifier_hashes(issuer.keys, identifier)[0],
            "status": status,
            "source": source,
            "fsp": fsp,
            "currency": currency,
            "account_masked": None if account is None else masked(account),
            "count_seconds": _COUNTS_FOR[status].total_seconds(),
        },
    ).fetchone()
    connection.commit()
    if row is None:
        raise AssertionError(status)  # it is inserted or updated
    return Lookup(*row)


def forget_lookups(connection: Connection, issuer: Issuer) -> int:
    """Those that count no more. Commits."""
    done = connection.execute(
        statement(__package__, "forget_lookups"), {"issuer_id": issuer.issuer_id}
    )
    connection.commit()
    return done.rowcount


def provider_of_number(connection: Connection, issuer: Issuer, identifier: str) -> str | None:
    """By the tables of numbers; None for what they do not have. Leaves the transaction open."""
    number = _number(identifier)
    if number is None:
        return None
    row = connection.execute(
        statement(__package__, "provider_of_number"),
        {
            "issuer_id": issuer.issuer_id,
            "number_hashes": identifier_hashes(issuer.keys, number),
            "prefixes": [number[:length] for length in range(1, len(number) + 1)],
        },
    ).fetchone()
    return None if row is None else str(row[0])


def import_directory(
    connection: Connection, issuer: Issuer, caller: Caller, path: Path
) -> Directory:
    """The tables of numbers, in place of those there are: a CSV file with the columns prefix,
    number and fsp, of whose first two each row has one. Raises BadRowsError, NotFoundError.
    """
    directory = read_directory(path)
    journal = issuer.begin(connection)
    with or_nothing(connection):
        whose = {"issuer_id": issuer.issuer_id}
        connection.execute(statement(__package__, "forget_ranges"), whose)
        connection.execute(statement(__package__, "forget_ported"), whose)
        connection.execute(
            statement(__package__, "insert_ranges"),
            whose | {"prefixes": list(directory.ranges), "fsps": list(directory.ranges.values())},
        )
        connection.execute(
            statement(__package__, "insert_ported"),
            whose
            | {
                "number_hashes": [
                    identifier_hashes(issuer.keys, number)[0] for number in directory.ported
                ],
                "fsps": list(directory.ported.values()),
            },
        )
        # What was said by the tables before counts no more.
        connection.execute(statement(__package__, "forget_all_lookups"), whose)
        asked = Asked(caller=caller, action=Action.CHANGE_SETTINGS, content=[], reference=None)
        record(issuer, journal, asked, subject="directory")
        commit(connection, issuer, journal)
    return directory


def read_directory(path: Path) -> Directory:
    """Raises BadRowsError, which quotes no number; NotFoundError where there is no file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames is None or set(rows.fieldnames) != set(_COLUMNS):
                raise BadRowsError(f"The columns are {', '.join(_COLUMNS)}.")
            return _read(rows)
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise BadRowsError("The file is no CSV in UTF-8.") from None


def masked(account: str) -> str:
    """Its end, where the rest is long enough to say nothing."""
    return f"…{account[-_SHOWN:]}" if len(account) >= 2 * _SHOWN else "…"


def _read(rows: Iterator[dict[str, str | None]]) -> Directory:
    directory, bad = Directory({}, {}), list[RowError]()
    for number, row in enumerate(rows, 2):
        fault = _add(directory, row) if number <= ROWS_MAX else ("number", "too many rows")
        if fault is not None:
            bad.append(RowError(number, *fault))
        if len(bad) >= _BAD_ROWS_MAX or number > ROWS_MAX:
            break
    if bad:
        raise BadRowsError(f"{len(bad)} rows are wrong; nothing was imported.", bad)
    return directory


def _add(directory: Directory, row: dict[str, str | None]) -> tuple[str, str] | None:
    """The column that is wrong, and how."""
    prefix, number, fsp = ((row.get(column) or "").strip() for column in _COLUMNS)
    if bool(prefix) == bool(number):
        return "prefix", "a row has a prefix or a number"
    if not fsp:
        return "fsp", "it is missing"
    column, table = ("prefix", directory.ranges) if prefix else ("number", directory.ported)
    digits = _number(prefix or number)
    if digits is None:
        return column, "it is a telephone number with its country's code, in digits"
    if digits in table:
        return column, "it stands in the file twice"
    table[digits] = fsp
    return None


def _number(text: str) -> str | None:
    """A telephone number as digits, with its country's code; None for what is none."""
    digits = re.sub(r"[ ()./-]", "", text).removeprefix("+").removeprefix("00")
    return digits if _DIGITS.fullmatch(digits) else None
