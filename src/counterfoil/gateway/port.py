"""What the rest asks of any financial service, and the only answers it can get.

A payment has one id, kept before it is sent, and every try carries it. An answer that did
not arrive is `unknown`, never a failure: only `rejected` says that no money moved for good.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from counterfoil.money import Money, is_currency

TEXT_LETTERS_MAX: Final = 200


class PaymentStatus(StrEnum):
    ACCEPTED = "accepted"  # taken on; the end is told by a callback or a query
    COMPLETED = "completed"  # final: the credit account has the money
    REJECTED = "rejected"  # final: no money moved, or it was given back
    RETURNED = "returned"  # final: it was completed, and came back later
    UNKNOWN = "unknown"  # it may or may not have happened: query until it is known
    NOT_FOUND = "not_found"  # only from a query: submit the same id again


class RejectReason(StrEnum):
    NO_FUNDS = "no_funds"
    CANNOT_CREDIT = "cannot_credit"
    ACCOUNT_UNKNOWN = "account_unknown"
    FUNDING_ACCOUNT_UNKNOWN = "funding_account_unknown"
    CURRENCY_MISMATCH = "currency_mismatch"
    MALFORMED = "malformed"
    OTHER = "other"


class AccountStatus(StrEnum):
    FOUND = "found"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"  # no answer; it says nothing about the account


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """`payment_id` is the idempotency key of every try, and never used for other content."""

    payment_id: UUID
    funding_account: str
    credit_account: str
    fsp: str
    money: Money
    narrative: str


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """`reason` is set exactly when the status is `rejected` or `returned`."""

    status: PaymentStatus
    reason: RejectReason | None = None
    provider_reference: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "provider_reference", _kept(self.provider_reference))


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What the provider says of an account; all but the status only when it was found."""

    status: AccountStatus
    account: str | None = None
    fsp: str | None = None
    currency: str | None = None
    holder_name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "account", _kept(self.account))
        object.__setattr__(self, "fsp", _kept(self.fsp))


def _kept(text: str | None) -> str | None:
    """What a provider may make us keep: a line of text. With anything else in it, what is told of
    this payment could not be written, and nor could that of all others it is written with.
    """
    if text is None or (len(text) <= TEXT_LETTERS_MAX and text.isprintable()):
        return text
    return "".join(sign if sign.isprintable() else "?" for sign in text[:TEXT_LETTERS_MAX])


class Gateway(Protocol):
    """A rail. Blocking and safe to share between threads; a network that fails is an answer
    (`unknown`), never an exception.
    """

    def submit(self, order: PaymentOrder) -> PaymentResult: ...

    def query(self, payment_id: UUID) -> PaymentResult: ...

    def verify_account(self, account: str, fsp: str) -> AccountCheck: ...

    def lookup(self, identifier: str) -> AccountCheck:
        """The account behind a phone number, an e-mail address or another name for it."""
        ...


def known_currency(check: AccountCheck) -> str | None:
    """None where it is none, or none in use (ISO 4217)."""
    return check.currency if check.currency and is_currency(check.currency) else None
