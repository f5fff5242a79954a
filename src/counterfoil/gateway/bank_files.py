"""What goes to a bank in a file and what comes back in one, whatever the format.

A payment is named in every file by its id as 32 hexadecimal digits, so that an answer finds it; any
other id in a file is of a payment that is none of ours. What a file says of itself and is not so
(a sum, a balance, a number of entries) refuses it whole; what it says of the world is told on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from counterfoil.errors import CounterfoilError
from counterfoil.gateway.port import PaymentResult
from counterfoil.money import AMOUNT_MINOR_MAX, Money

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
ID_LETTERS_MAX: Final = 35
ACCOUNT_LETTERS_MAX: Final = 34
NAME_LETTERS_MAX: Final = 140
NOTE_LETTERS_MAX: Final = 1_000
_PAYMENT_ID: Final = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)


class BankFileError(CounterfoilError):
    """A file is refused as a whole; the sentence says where and why, without account or name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who pays or is paid. `scheme` says what the account is (iban, account, wallet); `fsp` is the
    provider's BIC or another name for it.
    """

    name: str
    scheme: str
    account: str
    fsp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    payment_id: UUID
    creditor: Party
    money: Money
    narrative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentBatch:
    """Payments of one debtor in one currency. `batch_id` stands for the same content for ever."""

    batch_id: UUID
    debtor: Party
    payments: Sequence[Payment]
    pay_on: date
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a file says of one payment; `money` where it says how much, `on` where it says when.
    Of a return, `money` is what comes back: less than was paid where a bank kept its charges.
    """

    payment_id: UUID
    result: PaymentResult
    money: Money | None = None
    on: date | None = None


class FileKind(StrEnum):
    STATUS = "status"  # which payments of a file are taken on or rejected
    NOTIFICATION = "notification"  # what was booked
    STATEMENT = "statement"  # all that was booked, with balances
    RETURN = "return"  # payments that come back


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of an account. `bank_reference` (at most 80 letters) is unique for the account.

    `payment_id` is None where it is of no payment of ours, `batch_id` where it is not one line for
    payments of a batch that are not listed. `return_reason` is None where nothing comes back, else
    the bank's code for why, or empty.
    """

    bank_reference: str
    money: Money
    is_credit: bool
    booked_on: date
    value_on: date
    payment_id: UUID | None
    batch_id: UUID | None
    return_reason: str | None
    payer_name: str
    payer_reference: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """What a notification or a statement says of one account.

    Balances are in minor units, below zero where overdrawn; the entries lead from one to the other.
    `number` counts a bank's statements where it does. A notification has neither.
    """

    account: str
    report_id: str
    currency: str
    number: int | None
    opening_minor: int | None
    closing_minor: int | None
    closed_on: date | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFile:
    """`answers_to` is the batch it is about; `refused` is the code of why that was refused as a
    whole. Where it `is_repeat` it was refused because the bank had it already: what became of its
    payments stands in what the bank answers to the first of the two.
    """

    kind: FileKind
    message_id: str
    answers_to: UUID | None = None
    refused: str | None = None
    is_repeat: bool = False
    news: tuple[News, ...] = ()
    reports: tuple[AccountReport, ...] = ()


class FileFormat(Protocol):
    """How a bank's files are written and read. Pure: nothing is sent or kept here."""

    def fault(self, payment: Payment) -> str | None:
        """Why it cannot be written, so that it is left out and does not hold up the others; None
        where it can.
        """
        ...

    def first_file(self, debtor: Party, payments: Sequence[Payment]) -> Sequence[Payment]:
        """Those of them, at least one and in their order, that can stand in one file."""
        ...

    def write(self, batch: PaymentBatch) -> bytes:
        """The same bytes for the same batch. Raises BankFileError for a fault of the batch or of
        one of its payments.
        """
        ...

    def read(self, content: bytes) -> BankFile:
        """Raises BankFileError."""
        ...


def written_id(identifier: UUID) -> str:
    return identifier.hex


def read_id(text: str | None) -> UUID | None:
    """None for an id that is not one of ours. Some banks give ids back in capitals."""
    return UUID(text) if text is not None and _PAYMENT_ID.fullmatch(text) else None


def total_of(batch: PaymentBatch) -> Money:
    """What a batch pays; raises BankFileError unless it is a sum that a file can state."""
    currencies = {payment.money.currency for payment in batch.payments}
    if len(currencies) != 1:
        raise BankFileError("A file has payments, all of them in one currency.")
    if len({payment.payment_id for payment in batch.payments}) < len(batch.payments):
        raise BankFileError("A payment stands in a file once.")
    total_minor = sum(payment.money.amount_minor for payment in batch.payments)
    if total_minor > AMOUNT_MINOR_MAX:
        raise BankFileError("The payments add up to more than a file can state.")
    return Money(total_minor, currencies.pop())


def one_each(news: Sequence[News]) -> tuple[News, ...]:
    """Raises BankFileError where a file says two things of a payment."""
    if len({each.payment_id for each in news}) < len(news):
        raise BankFileError("A payment stands in it more than once.")
    return tuple(news)
