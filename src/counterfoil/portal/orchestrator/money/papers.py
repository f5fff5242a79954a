"""What is known of a paper before it counts: whether its reference is recorded, whether the same
one waits, and where the same file came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.sale_content import PaidIn
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.models import reference_of
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.queries import rows
from counterfoil.portal.words import action_word, command_state, command_word


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the journal has under a reference of the bank."""

    at: datetime
    money: Money
    action: int

    @property
    def text(self) -> str:
        return _("%(what)s: %(money)s on %(date)s, under this reference. It counts once.") % {
            "what": action_word(self.action),
            "money": money_text(self.money),
            "date": _day(self.at),
        }


@dataclass(frozen=True, slots=True)
class BankLine:
    """A credit as the bank itself says it, in a file that was read."""

    entry_id: int
    money: Money
    booked_on: date
    payer_name: str
    note: str

    @property
    def text(self) -> str:
        return f"{money_text(self.money)}, {day_text(self.booked_on)}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command about money that waits for somebody; `funding_account_id` is None where it opens
    one, `organisation` that of whom it is, `purchase_id` what it pays for.
    """

    command_id: UUID
    asked: asks.Asked
    approvals: int
    approved: int
    prepared_by: str
    at: datetime
    funding_account_id: int | None = None
    organisation: str | None = None
    purchase_id: UUID | None = None

    @property
    def word(self) -> str:
        return str(command_word(self.asked.kind))

    @property
    def money(self) -> Money | None:
        """What moves at the bank; of a purchase that the balance pays, what it costs."""
        if isinstance(self.asked, asks.ApprovePurchase) and self.asked.paid is not None:
            return Money(self.asked.paid.amount_minor, self.asked.currency)
        return self.asked.money

    @property
    def bank(self) -> "BankSide | None":
        return bank_side(self.asked)

    @property
    def sign(self) -> int:
        return -1 if self.bank is not None and self.bank.is_out else 1


@dataclass(frozen=True, slots=True)
class BankSide:
    """What a command says that the bank's statement has."""

    reference: str
    value_date: date | None
    is_out: bool


@dataclass(frozen=True, slots=True)
class ProofWaiting:
    """A proof of payment that nobody has compared with the bank yet."""

    purchase_id: UUID
    number: int
    organisation: str
    money: Money
    bank_reference: str
    at: datetime

    @property
    def purchase(self) -> str:
        return reference_of(self.number)


@dataclass(frozen=True, slots=True)
class Came:
    """A command that a file came with."""

    command_id: UUID
    asked: asks.Asked
    status: str
    at: datetime
    upload_id: UUID
    upload_name: str


Asking = TypeVar("Asking", Waiting, Came)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, and the command to compare with."""

    text: str
    command_id: UUID | None = None


def bank_line(office: Office, account: FundingAccount, reference: str) -> BankLine | None:
    """None where no file says it, or for who does not see the bank's side."""
    if not office.sees_bank:
        return None
    asked = {
        "issuer_id": office.issuer_id,
        "funding_account_id": account.funding_account_id,
        "reference": reference,
    }
    for entry_id, amount_minor, *said in rows(__package__, "bank_line", asked):
        return BankLine(entry_id, Money(amount_minor, account.currency), *said)
    return None


def recorded(
    office: Office, account: FundingAccount, reference: str, *, is_out: bool
) -> Recorded | None:
    """Whatever it was recorded as: for one account it counts once in each direction."""
    found = rows(
        __package__,
        "bank_reference",
        {
            "issuer_id": office.issuer_id,
            "subject": account.subject,
            "is_out": is_out,
            "reference": reference,
        },
    )
    if not found:
        return None
    at, amount_minor, action = found[0]
    return Recorded(at, Money(amount_minor, account.currency), action)


def waiting(office: Office, account: FundingAccount | None = None) -> list[Waiting]:
    """Of one funding account or of all, the oldest first."""
    found = []
    for row in rows(__package__, "waiting", {"issuer_id": office.issuer_id}):
        command_id, content, approvals, approved, by, at, paid_into, organisation, of = row
        asked = _readable(content)
        if asked is None:
            continue
        into: int | None = getattr(asked, "funding_account_id", paid_into)
        if account is None or into == account.funding_account_id:
            found.append(
                Waiting(command_id, asked, approvals, approved, by, at, into, organisation, of)
            )
    return found


def proofs_waiting(office: Office, account: FundingAccount | None = None) -> list[ProofWaiting]:
    """As `waiting`."""
    found = rows(
        __package__,
        "proofs_waiting",
        {
            "issuer_id": office.issuer_id,
            "funding_account_id": account.funding_account_id if account else None,
        },
    )
    return [
        ProofWaiting(purchase_id, number, name, Money(amount_minor, currency), reference, at)
        for purchase_id, number, name, amount_minor, currency, reference, at in found
    ]


def bank_side(asked: asks.Asked) -> BankSide | None:
    """None where the bank has no part in it."""
    match asked:
        case asks.Deposit():
            return BankSide(asked.reference, asked.value_date, is_out=False)
        case asks.Withdraw():
            return BankSide(asked.reference, None, is_out=True)
        case asks.ReceivePayment(paid=paid) | asks.ApprovePurchase(paid=PaidIn() as paid):
            return BankSide(paid.bank_reference, paid.value_date, is_out=False)
        case asks.RefundOrganisation():
            return BankSide(asked.bank_reference, asked.value_date, is_out=True)
        case _:
            return None


def came(office: Office, digest: bytes) -> list[Came]:
    """The commands that a file of this content came with, the latest first."""
    found = rows(__package__, "same_receipt", {"issuer_id": office.issuer_id, "digest": digest})
    return [
        Came(command_id, asked, *rest)
        for command_id, content, *rest in found
        if (asked := _readable(content)) is not None
    ]


def same_receipt(found: Sequence[Came], *, of: asks.Asked | None = None) -> list[Notice]:
    """Where the file came besides; `of` is the command it is asked for."""
    return [
        Notice(
            _("The same file came with this before: %(what)s on %(date)s, %(state)s.")
            % {
                "what": _named(each.asked),
                "date": _day(each.at),
                "state": str(command_state(each.status)).lower(),
            },
            each.command_id,
        )
        for each in _others(found, of)
    ]


def same_reference(
    found: Sequence[Waiting], wanted: BankSide, *, of: asks.Asked | None = None
) -> list[Notice]:
    """Of those that wait for one funding account: only one of them can ever count. `of` is the
    command it is asked for.
    """
    alike = [
        each
        for each in found
        if each.bank is not None
        and (each.bank.is_out, compared(each.bank.reference))
        == (wanted.is_out, compared(wanted.reference))
    ]
    return [
        Notice(
            _(
                "The reference %(reference)s waits for approval already: %(what)s, prepared on"
                " %(date)s. Only one of the two will count."
            )
            % {"reference": wanted.reference, "what": _named(each.asked), "date": _day(each.at)},
            each.command_id,
        )
        for each in _others(alike, of)
    ]


def ended(office: Office, command_id: object) -> UUID | None:
    """The command of a form that was sent before, where nothing waits of it any more."""
    try:
        sent = UUID(str(command_id))
    except ValueError:
        return None
    found = rows(
        __package__,
        "ended",
        {"issuer_id": office.issuer_id, "command_id": sent, "prepared_by": office.actor},
    )
    return sent if found else None


def compared(reference: str) -> str:
    """As the journal compares references of a bank."""
    return reference.replace(" ", "").lower()


def _others(found: Sequence[Asking], of: asks.Asked | None) -> list[Asking]:
    """Without the command itself: one that asks for exactly the same."""
    own = next((each for each in found if each.asked == of), None)
    return [each for each in found if each is not own]


def _named(asked: asks.Asked) -> str:
    """What it is, and of how much."""
    if asked.money is None:
        return str(command_word(asked.kind))
    return _("%(what)s of %(money)s") % {
        "what": command_word(asked.kind),
        "money": money_text(asked.money),
    }


def _day(moment: datetime) -> str:
    return day_text(timezone.localtime(moment).date())


def _readable(content: bytes) -> asks.Asked | None:
    """A row put in by hand may hold anything; what it is worth its seal says."""
    try:
        return asks.decoded(bytes(content))
    except msgspec.ValidationError:
        return None
