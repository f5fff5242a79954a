"""What may be asked of the engine, and what it answers."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from counterfoil.voucher import Action, State


class Outcome(StrEnum):
    """Done, or a refusal. The refusals stand in their order of precedence; the values are
    codes for programs and never change.
    """

    DONE = "done"
    PENDING = "pending"  # reserved; the payment is under way
    CLIENT_UNKNOWN = "client_unknown"
    SCOPE_MISSING = "scope_missing"
    REFERENCE_REUSED = "reference_reused"
    NUMBER_NO_LONGER_SHOWN = "number_no_longer_shown"
    AMOUNT_INVALID = "amount_invalid"
    CURRENCY_INVALID = "currency_invalid"
    GROUP_UNKNOWN = "group_unknown"
    SALES_CLOSED = "sales_closed"  # its programme hands out nothing more
    OUT_OF_STOCK = "out_of_stock"
    FUNDS_MISSING = "funds_missing"
    NUMBER_MALFORMED = "number_malformed"
    NUMBER_UNKNOWN = "number_unknown"
    SECRET_WRONG = "secret_wrong"  # noqa: S105  # a voucher whose secret counts with its serial
    SERIAL_UNKNOWN = "serial_unknown"
    ALREADY_REDEEMED = "already_redeemed"
    PAYMENT_IN_PROGRESS = "payment_in_progress"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    ALREADY_CANCELLED = "already_cancelled"
    PURGED = "purged"
    NOT_PREACTIVATED = "not_preactivated"
    NOT_ACTIVE = "not_active"
    NOT_ALLOWED = "not_allowed"  # the table has no such transition from where it is
    NOT_DUE = "not_due"
    REDEMPTION_CLOSED = "redemption_closed"  # its programme takes nothing back any more
    ACCEPTOR_UNKNOWN = "acceptor_unknown"
    ACCEPTOR_NOT_APPROVED = "acceptor_not_approved"
    GROUP_MISMATCH = "group_mismatch"
    LIMIT_REACHED = "limit_reached"
    FUNDING_SHORT = "funding_short"
    CANNOT_CREDIT = "cannot_credit"


# What an organisation may ask for, of vouchers that are its own.
OWNER_ACTIONS: Final = frozenset(
    {Action.ACTIVATE, Action.SUSPEND, Action.UNSUSPEND, Action.REPLACE}
)

_VERSION_8: Final = 0x8 << 76 | 0b10 << 62
_RANDOM_BITS: Final = (1 << 96) - 1 & ~(0xF << 76 | 0b11 << 62)

CHANGED: Final = frozenset({Outcome.DONE, Outcome.PENDING})

# Why a provider rejected a payment, in the gateway's words, and what that is to who redeemed.
REJECTED_AS: Final[Mapping[str, Outcome]] = {
    "no_funds": Outcome.FUNDING_SHORT,
    "funding_account_unknown": Outcome.FUNDING_SHORT,
    "cannot_credit": Outcome.CANNOT_CREDIT,
    "account_unknown": Outcome.CANNOT_CREDIT,
    "currency_mismatch": Outcome.CANNOT_CREDIT,
    "malformed": Outcome.CANNOT_CREDIT,
    "other": Outcome.CANNOT_CREDIT,
}


class Caller(msgspec.Struct, frozen=True):
    """Who asks: a registered client, or the system itself (`client_id` 0, trusted)."""

    client_id: int
    actor: str


class Preactivate(msgspec.Struct, frozen=True, kw_only=True):
    """Draw a voucher. Texts are as the caller sent them; None where they were of a wrong type. One
    that is to be active `at_once` is, even where the issuer's vouchers are not.
    """

    caller: Caller
    reference: str | None = None
    amount: str | None
    currency: str | None
    group: str | None
    comment: str | None = None
    at_once: bool = False

    def __repr__(self) -> str:
        return f"Preactivate({self.caller}, {self.reference}, {self.group})"


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """The next voucher of an allocation; `at_once` says whether it is active from the beginning."""

    caller: Caller
    reference: str
    allocation_id: int
    at_once: bool


class Activate(msgspec.Struct, frozen=True, kw_only=True):
    caller: Caller
    reference: str | None = None
    serial: int
    organisation_id: int | None = None


class Redeem(msgspec.Struct, frozen=True, kw_only=True):
    """Consume the whole voucher at an acceptor; `serial` only where the secret needs it."""

    caller: Caller
    reference: str | None = None
    number: str
    serial: int | None = None
    acceptor_name: str
    acceptor_account: str
    acceptor_group: str | None = None
    override: bool = False

    def __repr__(self) -> str:
        return f"Redeem({self.caller}, {self.reference}, serial={self.serial})"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One of suspend, unsuspend, block, unblock, cancel, expire, replace, purge or extend.

    EXPIRE is what the sweep asks: it also lapses a hold, and does nothing to a voucher that
    is not due. An organisation that asks reaches its own vouchers alone, and may not do all of it
    (OWNER_ACTIONS).
    """

    caller: Caller
    reference: str | None = None
    action: Action
    serial: int
    reason: str | None = None
    extend_until: datetime | None = None
    organisation_id: int | None = None


class FinishPayment(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a payment; consumes or releases the voucher it was for."""

    caller: Caller
    payment_id: UUID
    serial: int
    completed: bool
    reason: str | None = None
    provider_reference: str | None = None

    @property
    def reference(self) -> str:
        return str(self.payment_id)


Operation = Preactivate | Draw | Activate | Redeem | Change | FinishPayment


class PaymentDue(msgspec.Struct, frozen=True):
    """A payment this process has leased and must now send."""

    payment_id: UUID
    serial: int
    funding_account_id: int
    fsp: str
    debit_account: str
    credit_account: str
    amount_minor: int
    currency: str
    rail: str


class Answer(msgspec.Struct, frozen=True):
    """What came of one operation. `number` is a secret: show it to the caller, log it never."""

    outcome: Outcome
    serial: int | None = None
    state: State | None = None
    amount_minor: int | None = None
    currency: str | None = None
    expires_at: datetime | None = None
    operation_id: int | None = None
    replacement_serial: int | None = None
    payment: PaymentDue | None = None
    repeated: bool = False
    number: str | None = None

    def __repr__(self) -> str:
        return f"Answer({self.outcome}, serial={self.serial}, operation_id={self.operation_id})"


def with_number(answer: Answer, number: str, replacement_serial: int | None = None) -> Answer:
    return msgspec.structs.replace(
        answer,
        number=number,
        replacement_serial=replacement_serial or answer.replacement_serial,
    )


def new_payment_id(issuer_id: int) -> UUID:
    """A random UUID (RFC 9562, version 8) whose first 32 bits are the issuer: what comes in from a
    provider names nothing but the payment.
    """
    return UUID(int=issuer_id << 96 | _VERSION_8 | secrets.randbits(96) & _RANDOM_BITS)


def issuer_of_payment(payment_id: UUID) -> int:
    return payment_id.int >> 96


def asked_action(operation: Operation) -> Action:
    """The action an operation is remembered under, whatever it then turns out to do."""
    match operation:
        case Redeem():
            return Action.REDEEM
        case Preactivate() | Draw():
            return Action.PREACTIVATE
        case Activate():
            return Action.ACTIVATE
        case FinishPayment():
            return Action.SETTLE if operation.completed else Action.RELEASE
        case Change():
            return operation.action
