"""Reading a file of another system row by row, and saying where it is wrong.

What cannot be read as a table at all is refused in one sentence; what is wrong in a row is a
`RowError`, and either nothing is imported or, when asked to skip, the bad rows go to a file
beside, readable by its owner alone because they may hold numbers that work.
"""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final

from counterfoil.engine.database import Connection
from counterfoil.errors import BadRowsError, ConflictError, NotFoundError, RowError
from counterfoil.statements import statement

ROWS_MAX: Final = 1_000_000
_LINE_CHARACTERS_MAX: Final = 10_000
_OWNER_ONLY: Final = 0o600

# What is called with rows done and rows in all.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """`bad_file` holds the rows that were skipped, each with its reasons."""

    imported: int
    bad: tuple[RowError, ...]
    bad_file: Path | None


@dataclass(frozen=True, slots=True)
class Columns:
    """What the header must have, and what it may."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.required + self.optional


def digest_of(path: Path) -> bytes:
    """SHA-256. Raises NotFoundError where there is no such file to read."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").digest()
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}.") from error


def check_not_imported(
    connection: Connection, issuer_id: int, kind: str, digest: bytes, path: Path
) -> None:
    """Raises ConflictError where this very file was taken in before."""
    row = connection.execute(
        statement(__package__, "file_imported"),
        {"issuer_id": issuer_id, "kind": kind, "file_digest": digest},
    ).fetchone()
    if row is not None:
        imported_at, rows = row
        raise ConflictError(
            f"{path.name} was imported already, on {imported_at:%Y-%m-%d at %H:%M} UTC"
            f" ({rows:,} rows); nothing was imported again."
        )


def table_rows(path: Path, columns: Columns) -> Iterator[tuple[int, list[str]]]:
    """Row numbers and values in the order of `columns.all`, '' for what is missing; empty rows
    are passed over. UTF-8, with or without a byte order mark.

    Raises ConflictError for what is not such a table.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(_lines(file), strict=True)
        row = 1
        try:
            header = [name.strip().lower() for name in next(reader, [])]
            places = _places(path, header, columns)
            for values in reader:
                row += 1
                if row > ROWS_MAX + 1:
                    raise ConflictError(
                        f"{path.name} has more than {ROWS_MAX:,} rows; split it into several."
                    )
                if any(values):
                    padded = [*(value.strip() for value in values), *[""] * len(header)]
                    yield row, [padded[at] if at is not None else "" for at in places]
        except UnicodeDecodeError:
            raise ConflictError(f"{path.name} is not UTF-8 after row {row}.") from None
        except csv.Error:
            raise ConflictError(
                f"{path.name} cannot be read after row {row}: a quote or a line is broken."
            ) from None


def refuse_bad(path: Path, bad: Sequence[RowError]) -> None:
    rows = len({error.row for error in bad})
    raise BadRowsError(
        f"{path.name} has {rows:,} bad {'row' if rows == 1 else 'rows'}; nothing was imported.",
        bad,
    )


def write_bad_rows(path: Path, columns: Columns, bad: Sequence[RowError]) -> Path:
    """The bad rows as they were, with a reason each, beside the file."""
    reasons: dict[int, list[str]] = {}
    for error in bad:
        reasons.setdefault(error.row, []).append(f"{error.column}: {error.message}")
    target = path.with_suffix(".bad.csv")
    opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
        os.fchmod(file.fileno(), _OWNER_ONLY)
        writer = csv.writer(file)
        writer.writerow([*columns.all, "reason"])
        for row, values in table_rows(path, columns):
            if row in reasons:
                writer.writerow([*values, "; ".join(reasons[row])])
    return target


def record_file(
    connection: Connection, issuer_id: int, kind: str, digest: bytes, rows: int
) -> None:
    """Inside the transaction of the import; the key stops two at once."""
    connection.execute(
        statement(__package__, "insert_import_file"),
        {"issuer_id": issuer_id, "kind": kind, "file_digest": digest, "rows_imported": rows},
    )


def has_control_characters(values: Iterable[str]) -> bool:
    return any(not character.isprintable() for value in values for character in value)


def _lines(file: IO[str] | TextIOWrapper) -> Iterator[str]:
    """Lines of a length that nobody can fill the memory with."""
    while line := file.readline(_LINE_CHARACTERS_MAX + 1):
        if len(line) > _LINE_CHARACTERS_MAX:
            raise csv.Error
        yield line


def _places(path: Path, header: list[str], columns: Columns) -> list[int | None]:
    missing = [name for name in columns.required if name not in header]
    if missing:
        raise ConflictError(
            f"{path.name} has no column {missing[0]}; its first row names the columns"
            f" {','.join(columns.required)}."
        )
    unknown = [name for name in header if name not in columns.all]
    if unknown or len(set(header)) < len(header):
        raise ConflictError(
            f"{path.name} has a column too many; there are {','.join(columns.all)}, each once."
        )
    return [header.index(name) if name in header else None for name in columns.all]
