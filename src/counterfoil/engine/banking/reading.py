"""What banks told, as it stands. Each leaves the transaction open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

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
    """A line of an account that the ledger does not have, or not all of."""

    entry_id: int
    funding_account_id: int
    bank_reference: str
    amount_minor: int
    is_credit: bool
    value_on: date
    note: str
    status: str


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
