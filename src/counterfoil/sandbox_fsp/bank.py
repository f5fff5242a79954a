"""The rules of the small bank, pure: how an account behaves and what a transfer does."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from counterfoil.money import AMOUNT_MINOR_MAX, Money


class AccountKind(StrEnum):
    FUNDING = "funding"
    MERCHANT = "merchant"
    AGENT = "agent"


class Behaviour(StrEnum):
    NORMAL = "normal"
    REJECTS_CREDIT = "rejects_credit"
    NO_FUNDS = "no_funds"
    SLOW = "slow"  # acts, answers while the caller still waits
    ANSWERS_LATE = "answers_late"  # acts, answers after the caller gave up
    DROPS_BEFORE = "drops_before"  # closes the connection, has not acted
    DROPS_AFTER = "drops_after"  # acts, then closes the connection without an answer
    DUPLICATES_CALLBACKS = "duplicates_callbacks"
    ACCEPTS_THEN_COMPLETES = "accepts_then_completes"


DELAY_SECONDS: Final = {
    Behaviour.SLOW: 1.0,
    Behaviour.ANSWERS_LATE: 6.0,
    Behaviour.ACCEPTS_THEN_COMPLETES: 1.0,
}


class TransferStatus(StrEnum):
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    REJECTED = "rejected"


class Reason(StrEnum):
    NO_FUNDS = "no_funds"
    CANNOT_CREDIT = "cannot_credit"
    ACCOUNT_UNKNOWN = "account_unknown"
    FUNDING_ACCOUNT_UNKNOWN = "funding_account_unknown"
    CURRENCY_MISMATCH = "currency_mismatch"


class LegKind(StrEnum):
    DEPOSIT = "deposit"
    DEBIT = "debit"
    CREDIT = "credit"
    GIVEBACK = "giveback"


@dataclass(frozen=True, slots=True)
class Conduct:
    """How an account behaves, for the next `calls_left` calls or (None) until it is set again."""

    behaviour: Behaviour = Behaviour.NORMAL
    delay_seconds: float = 0.0
    calls_left: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    currency: str
    name: str
    kind: AccountKind
    identifier: str | None
    balance_minor: int
    conduct: Conduct


@dataclass(frozen=True, slots=True)
class Order:
    transfer_id: UUID
    source_id: str
    target_id: str
    money: Money
    narrative: str


@dataclass(frozen=True, slots=True)
class Leg:
    kind: LegKind
    account_id: str
    amount_minor: int

    @property
    def change_minor(self) -> int:
        return -self.amount_minor if self.kind is LegKind.DEBIT else self.amount_minor


@dataclass(frozen=True, slots=True)
class Callback:
    """One notice owed to the caller; `due_at_ms` is None when no further try will follow."""

    tries: int
    delivered: bool
    due_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A line of the log with all that belongs to it; `sequence` is the cursor of its pages."""

    sequence: int
    order: Order
    status: TransferStatus
    reason: Reason | None
    behaviours: frozenset[Behaviour]
    recorded_at_ms: int
    due_at_ms: int | None
    legs: tuple[Leg, ...] = ()
    callbacks: tuple[Callback, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    reason: Reason | None
    legs: tuple[Leg, ...]

    @property
    def status(self) -> TransferStatus:
        return TransferStatus.COMPLETED if self.reason is None else TransferStatus.REJECTED


def judge(
    order: Order, source: Account | None, target: Account | None, behaviours: frozenset[Behaviour]
) -> Verdict:
    """The end of a transfer. A credit that is refused leaves its debit and the giveback."""
    amount_minor, currency = order.money.amount_minor, order.money.currency
    if source is None:
        return Verdict(Reason.FUNDING_ACCOUNT_UNKNOWN, ())
    if target is None:
        return Verdict(Reason.ACCOUNT_UNKNOWN, ())
    if {source.currency, target.currency} != {currency}:
        return Verdict(Reason.CURRENCY_MISMATCH, ())
    if Behaviour.NO_FUNDS in behaviours or source.balance_minor < amount_minor:
        return Verdict(Reason.NO_FUNDS, ())
    debit = Leg(LegKind.DEBIT, source.account_id, amount_minor)
    too_full = target.balance_minor + amount_minor > AMOUNT_MINOR_MAX
    if Behaviour.REJECTS_CREDIT in behaviours or too_full:
        giveback = Leg(LegKind.GIVEBACK, source.account_id, amount_minor)
        return Verdict(Reason.CANNOT_CREDIT, (debit, giveback))
    return Verdict(None, (debit, Leg(LegKind.CREDIT, target.account_id, amount_minor)))


def behaviours_of(accounts: Iterable[Account | None]) -> frozenset[Behaviour]:
    """Both accounts of a transfer shape it, so that a slow bank can also refuse a credit."""
    return frozenset(account.conduct.behaviour for account in accounts if account is not None)


def delay_seconds(accounts: Iterable[Account | None], behaviours: frozenset[Behaviour]) -> float:
    """The longest delay that an account with one of `behaviours` asks for."""
    delays = (
        account.conduct.delay_seconds
        for account in accounts
        if account is not None and account.conduct.behaviour in behaviours
    )
    return max(delays, default=0.0)


def conduct_after_call(conduct: Conduct) -> Conduct:
    if conduct.calls_left is None:
        return conduct
    if conduct.calls_left <= 1:
        return Conduct()
    return Conduct(conduct.behaviour, conduct.delay_seconds, conduct.calls_left - 1)
