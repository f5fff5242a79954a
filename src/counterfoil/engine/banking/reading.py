"""What banks told, as it stands. Each leaves the transaction open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.database import Connection
from counterfoil.statements import statement


@dataclass(frozen=True, slots=True)
class Standing:
    """A funding account at the end of its statements that lead from one to the next: what the bank
    had, and what the ledger has; what of that stands on no statement yet, and what stands on one
    and is not in the ledger. Both may be below zero. In minor units.
    """

    funding_account_id: int
    closed_on: date
    closing_minor: int
    ledger_minor: int
    not_at_bank_minor: int
    not_in_ledger_minor: int

    @property
    def expected_minor(self) -> int:
        """What the bank should have had, by what the ledger and the lines say."""
        return self.ledger_minor - self.not_at_bank_minor + self.not_in_ledger_minor

    @property
    def agrees(self) -> bool:
        return self.closing_minor == self.expected_minor


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that was taken in, or, with `why_refused`, was not. `kind` is empty of those."""

    file_id: int
    rail: str
    kind: str
    name: str
    payments: int
    entries: int
    by: str
    at: datetime
    why_refused: str | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line of an account. `matched_minor` is what the ledger has of it: below zero where it left;
    `operation_id` is one of the operations that it is.
    """

    entry_id: int
    funding_account_id: int
    bank_reference: str
    amount_minor: int
    is_credit: bool
    booked_on: date
    value_on: date
    payment_id: UUID | None
    batch_id: UUID | None
    return_reason: str | None
    payer_name: str
    payer_reference: str
    note: str
    file_id: int
    is_on_statement: bool
    status: str
    matched_minor: int
    operation_id: int | None


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """Amounts are None where it is about none."""

    exception_id: int
    kind: ExceptionKind
    funding_account_id: int
    about: str
    entry_id: int | None
    payment_id: UUID | None
    batch_id: UUID | None
    file_id: int | None
    operation_id: int | None
    expected_minor: int | None
    found_minor: int | None
    opened_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str | None


def standings(
    connection: Connection, issuer_id: int, funding_account_ids: Sequence[int] | None = None
) -> list[Standing]:
    """Of accounts with statements; of all of them where none are named."""
    funds = None if funding_account_ids is None else list(funding_account_ids)
    rows = connection.execute(
        statement(__package__, "standings"),
        {"issuer_id": issuer_id, "funding_account_ids": funds},
    )
    return [Standing(*row) for row in rows]


def files_page(
    connection: Connection, issuer_id: int, *, before: int | None = None, rows_max: int
) -> list[FileRow]:
    """Files that were taken in, the latest first; `before` is the id of the last one seen."""
    return _files(connection, "files_page", issuer_id, before, rows_max)


def refused_files_page(
    connection: Connection, issuer_id: int, *, before: int | None = None, rows_max: int
) -> list[FileRow]:
    return _files(connection, "refused_files_page", issuer_id, before, rows_max)


def _files(
    connection: Connection, name: str, issuer_id: int, before: int | None, rows_max: int
) -> list[FileRow]:
    rows = connection.execute(
        statement(__package__, name),
        {"issuer_id": issuer_id, "before": before, "rows_max": rows_max},
    )
    return [FileRow(*row) for row in rows]


def entries_of(
    connection: Connection,
    issuer_id: int,
    funding_account_id: int,
    *,
    before: tuple[date, int] | None = None,
    rows_max: int,
) -> list[EntryRow]:
    """The lines of an account, the latest day first; `before` is the day on which the last one seen
    was booked, and its id.
    """
    day, entry_id = before or (None, None)
    rows = connection.execute(
        statement(__package__, "entries_of"),
        {
            "issuer_id": issuer_id,
            "funding_account_id": funding_account_id,
            "before_day": day,
            "before_id": entry_id,
            "rows_max": rows_max,
        },
    )
    return [EntryRow(*row) for row in rows]


def entries_to_look_at(
    connection: Connection, issuer_id: int, funding_account_id: int, *, rows_max: int
) -> list[EntryRow]:
    """The lines that are proposed, or not explained, the oldest first."""
    rows = connection.execute(
        statement(__package__, "entries_to_look_at"),
        {
            "issuer_id": issuer_id,
            "funding_account_id": funding_account_id,
            "rows_max": rows_max,
        },
    )
    return [EntryRow(*row) for row in rows]


def exceptions_open(
    connection: Connection, issuer_id: int, *, after: int = 0, rows_max: int
) -> list[ExceptionRow]:
    """The oldest first; `after` is the id of the last one seen."""
    return _exceptions(connection, "exceptions_open", issuer_id, after, rows_max)


def exceptions_ended(
    connection: Connection, issuer_id: int, *, before: int | None = None, rows_max: int
) -> list[ExceptionRow]:
    """Those opened last first; `before` is the id of the last one seen."""
    return _exceptions(connection, "exceptions_ended", issuer_id, before, rows_max)


def _exceptions(
    connection: Connection, name: str, issuer_id: int, seen: int | None, rows_max: int
) -> list[ExceptionRow]:
    rows = connection.execute(
        statement(__package__, name),
        {"issuer_id": issuer_id, "seen": seen, "rows_max": rows_max},
    )
    return [
        ExceptionRow(exception_id, ExceptionKind(kind), *rest) for exception_id, kind, *rest in rows
    ]
