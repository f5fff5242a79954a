"""What a file of a bank says, as the engine takes it: read and translated by the gateway."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from counterfoil.engine.payouts.outcomes import Told
from counterfoil.errors import CounterfoilError
from counterfoil.money import Money


class FileRefusedError(CounterfoilError):
    """Nothing of a file was taken; the sentence says why, without account or name."""


class TakenAlreadyError(FileRefusedError):
    """The same content was taken in before: whoever brings it again has nothing left to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPayment:
    """`told` is None where it says nothing of how the payment stands; `reason` is a RejectReason's;
    `money` where it says how much.
    """

    payment_id: UUID
    told: Told | None
    reason: str | None
    provider_reference: str | None
    money: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEntry:
    """A line of an account, in the currency of its report. Of what comes back, `return_reason` is
    the bank's code or empty, and `return_because` the same as RejectReason has it.
    """

    bank_reference: str
    amount_minor: int
    is_credit: bool
    booked_on: date
    value_on: date
    payment_id: UUID | None
    batch_id: UUID | None
    return_reason: str | None
    return_because: str | None
    payer_name: str
    payer_reference: str
    note: str

    @property
    def is_plain_credit(self) -> bool:
        """From somebody who writes there whatever they like, ids as ours included."""
        return self.is_credit and self.return_reason is None

    @property
    def named_payment(self) -> UUID | None:
        return None if self.is_plain_credit else self.payment_id

    @property
    def named_batch(self) -> UUID | None:
        return None if self.is_credit or self.return_reason is not None else self.batch_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReport:
    """What is said of one account; a statement has balances, and the day it closes. Without a
    `funding_account_id` it is the one with this number.
    """

    account: str
    report_id: str
    currency: str
    number: int | None
    opening_minor: int | None
    closing_minor: int | None
    closed_on: date | None
    entries: tuple[ToldEntry, ...]
    funding_account_id: int | None = None

    @property
    def since(self) -> date | None:
        """The earliest day on a statement."""
        if self.closed_on is None:
            return None
        return min([self.closed_on, *(entry.booked_on for entry in self.entries)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFile:
    """`refused` is the bank's code of why it took nothing of the batch `answers_to`, and
    `refused_because` the same as RejectReason has it; where it `is_repeat` that says nothing.
    """

    digest: bytes
    rail: str
    kind: str
    message_id: str
    answers_to: UUID | None
    refused: str | None
    refused_because: str | None
    is_repeat: bool
    payments: tuple[ToldPayment, ...]
    reports: tuple[ToldReport, ...]

    @property
    def entries(self) -> int:
        return sum(len(report.entries) for report in self.reports)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """`payments` and `entries` as the file has them; `moved` is how many payments came further."""

    file_id: int
    kind: str
    payments: int
    entries: int
    moved: int
