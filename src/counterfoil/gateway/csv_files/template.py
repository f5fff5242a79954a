"""Which columns a bank's CSV file has, and how amounts and dates are written in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from counterfoil.errors import WrongSettingError
from counterfoil.gateway.port import PaymentStatus

_SEPARATORS: Final = frozenset(",;|\t")
_DECIMAL_SIGNS: Final = frozenset(".,")


class PaymentColumn(StrEnum):
    """What can stand in the file that goes out."""

    PAYMENT_ID = "payment_id"
    BATCH_ID = "batch_id"
    PAY_ON = "pay_on"
    DEBTOR_NAME = "debtor_name"
    DEBTOR_ACCOUNT = "debtor_account"
    DEBTOR_BANK = "debtor_bank"
    NAME = "name"
    SCHEME = "scheme"
    ACCOUNT = "account"
    BANK = "bank"
    AMOUNT = "amount"
    CURRENCY = "currency"
    NARRATIVE = "narrative"


class AnswerColumn(StrEnum):
    """What is read of the file that comes back; whatever else it has is the bank's own."""

    PAYMENT_ID = "payment_id"
    STATUS = "status"
    REASON = "reason"
    REFERENCE = "reference"
    ON = "date"
    AMOUNT = "amount"
    CURRENCY = "currency"


_A_DAY: Final = datetime(2026, 11, 23, tzinfo=UTC)
_SENT_ALWAYS: Final = (PaymentColumn.PAYMENT_ID, PaymentColumn.ACCOUNT, PaymentColumn.AMOUNT)
_READ_ALWAYS: Final = (AnswerColumn.PAYMENT_ID, AnswerColumn.STATUS)
_WORDS: Final = (
    *(("accepted", PaymentStatus.ACCEPTED), ("pending", PaymentStatus.ACCEPTED)),
    *(("completed", PaymentStatus.COMPLETED), ("paid", PaymentStatus.COMPLETED)),
    *(("rejected", PaymentStatus.REJECTED), ("failed", PaymentStatus.REJECTED)),
    ("returned", PaymentStatus.RETURNED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvTemplate:
    """`columns` in the order of the file, each with its heading; `answer` likewise, in any order.
    `words` are what the bank calls a status, in any case. Raises WrongSettingError.
    """

    columns: Sequence[tuple[PaymentColumn, str]] = tuple((c, c.value) for c in PaymentColumn)
    answer: Sequence[tuple[AnswerColumn, str]] = tuple((c, c.value) for c in AnswerColumn)
    words: Sequence[tuple[str, PaymentStatus]] = _WORDS
    separator: str = ","
    decimal_sign: str = "."
    date_format: str = "%Y-%m-%d"
    has_headings: bool = True
    has_byte_order_mark: bool = False

    def __post_init__(self) -> None:
        if self.separator not in _SEPARATORS:
            raise WrongSettingError("A CSV template separates by a , a ; a | or a tab.")
        if self.decimal_sign not in _DECIMAL_SIGNS:
            raise WrongSettingError("A CSV template writes decimals after a . or a ,")
        if not _tells_days_apart(self.date_format):
            raise WrongSettingError("A CSV template writes days with year, month and day.")
        words = [word.strip().casefold() for word, _ in self.words]
        if len(set(words)) < len(words):
            raise WrongSettingError("A CSV template has a word twice.")
        for columns, needed in ((self.columns, _SENT_ALWAYS), (self.answer, _READ_ALWAYS)):
            kinds = [kind for kind, _ in columns]
            missing = [column.value for column in needed if column not in kinds]
            if missing:
                raise WrongSettingError(f"A CSV template has no column for {missing[0]}.")
            names = [heading.strip().casefold() for _, heading in columns]
            if len(set(kinds)) < len(kinds) or len(set(names)) < len(names):
                raise WrongSettingError("A CSV template has a column twice.")


def _tells_days_apart(date_format: str) -> bool:
    """Whether what it writes is read as the same day."""
    try:
        written = _A_DAY.strftime(date_format)
        return datetime.strptime(written, date_format).replace(tzinfo=UTC) == _A_DAY
    except ValueError:
        return False
