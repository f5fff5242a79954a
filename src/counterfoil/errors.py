"""What goes wrong when we cannot answer at all.

A refusal the caller can expect is an `Outcome` (engine/operation.py), never an exception.
Each class here carries one sentence for a person, saying what to do next; none carries a
voucher number, a key or personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class CounterfoilError(Exception):
    """The root: the command line prints it as one sentence and exits with 1."""


class WrongSettingError(CounterfoilError):
    """A setting is missing, malformed or unsafe; the sentence names it."""


class EmbeddedDatabaseError(CounterfoilError):
    """The embedded PostgreSQL cannot be started or reached here."""


class CurrencyMismatchError(CounterfoilError):
    """Two amounts in different currencies met in one sum."""


class MalformedAmountError(CounterfoilError):
    """A text is not an amount in that currency."""


class KeyProviderError(CounterfoilError):
    """The key-encryption key is missing, unreadable or of the wrong version."""


class NotFoundError(CounterfoilError):
    """Something named (an issuer, a group, a serial) does not exist for this caller."""


class ConflictError(CounterfoilError):
    """What was asked contradicts what is already recorded."""


class ReferenceReusedError(ConflictError):
    """A reference stands for something else already."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one column of one row; the header is row 1. It never quotes a secret."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.message}"


class BadRowsError(CounterfoilError):
    """A file was refused because of its rows; the sentence counts them, `rows` names each."""

    def __init__(self, message: str, rows: Sequence[RowError] = ()) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


class OverloadedError(CounterfoilError):
    """A queue is full; try again after `retry_after_seconds`."""

    def __init__(self, message: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class DatabaseUnavailableError(CounterfoilError):
    """The database does not answer; nothing was changed, or what was is looked up by reference."""
