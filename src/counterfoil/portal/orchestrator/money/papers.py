"""What is known of a paper before it counts: whether its reference is recorded, whether the same
one waits, and where the same file came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.queries import rows
from counterfoil.portal.words import command_state, command_word
from counterfoil.voucher import Action


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the journal has under a reference of the bank."""

    operation_id: int
    at: datetime
    amount_minor: int
    actor: str
    reference: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command about money that waits for somebody."""

    command_id: UUID
    asked: asks.Asked
    approvals: int
    approved: int
    prepared_by: str
    at: datetime

    @property
    def word(self) -> str:
        return str(command_word(self.asked.kind))

    @property
    def money(self) -> Money | None:
        return self.asked.money

    @property
    def sign(self) -> int:
        return -1 if isinstance(self.asked, asks.Withdraw) else 1


@dataclass(frozen=True, slots=True)
class Came:
    """A deposit that a file came with."""

    command_id: UUID
    asked: asks.Deposit
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


def recorded(
    office: Office, account: FundingAccount, action: Action, reference: str
) -> Recorded | None:
    found = rows(
        __package__,
        "bank_reference",
        {
            "issuer_id": office.issuer_id,
            "subject": account.subject,
            "action": action,
            "reference": reference,
        },
    )
    return Recorded(*found[0]) if found else None


def waiting(office: Office, account: FundingAccount | None = None) -> list[Waiting]:
    """Of one funding account or of all, the oldest first."""
    found = rows(
        __package__,
        "waiting",
        {"issuer_id": office.issuer_id, "subject": account.subject if account else None},
    )
    return [
        Waiting(command_id, asked, approvals, approved, by, at)
        for command_id, _kind, content, approvals, approved, by, at in found
        if (asked := _readable(content)) is not None
    ]


def came(office: Office, digest: bytes) -> list[Came]:
    """The deposits that a file of this content came with, the latest first."""
    found = rows(__package__, "same_receipt", {"issuer_id": office.issuer_id, "digest": digest})
    return [
        Came(command_id, asked, *rest)
        for command_id, content, *rest in found
        if isinstance(asked := _readable(content), asks.Deposit)
    ]


def same_receipt(found: Sequence[Came], *, of: asks.Deposit | None = None) -> list[Notice]:
    """Where the file came besides; `of` is the command it is asked for."""
    return [
        Notice(
            _(
                "The same file came with the deposit %(reference)s of %(money)s on %(date)s:"
                " %(state)s."
            )
            % {
                "reference": each.asked.reference,
                "money": money_text(each.asked.money),
                "date": day_text(timezone.localtime(each.at).date()),
                "state": str(command_state(each.status).text).lower(),
            },
            each.command_id,
        )
        for each in _others(found, of)
    ]


def same_reference(
    found: Sequence[Waiting],
    action: Action,
    reference: str,
    *,
    of: asks.Deposit | asks.Withdraw | None = None,
) -> list[Notice]:
    """Of those that wait: only one of them can ever count."""
    kind = asks.Deposit if action is Action.DEPOSIT else asks.Withdraw
    alike = [
        each
        for each in found
        if isinstance(each.asked, kind) and compared(each.asked.reference) == compared(reference)
    ]
    return [
        Notice(
            _(
                "The reference %(reference)s waits for approval already: %(money)s, prepared on"
                " %(date)s. Only one of the two will count."
            )
            % {
                "reference": reference,
                "money": money_text(each.asked.money),
                "date": day_text(timezone.localtime(each.at).date()),
            },
            each.command_id,
        )
        for each in _others(alike, of)
        if each.asked.money is not None
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


def _readable(content: bytes) -> asks.Asked | None:
    """A row put in by hand may hold anything; what it is worth its seal says."""
    try:
        return asks.decoded(bytes(content))
    except msgspec.ValidationError:
        return None
