"""What is known of a payment of an organisation before it counts: whether the bank's reference is
recorded or waits already, and where the same file came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.sale_content import PaidIn
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.orchestrator.money.papers import Notice, compared
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
class Waiting:
    command_id: UUID
    asked: asks.Asked
    at: datetime


@dataclass(frozen=True, slots=True)
class Came:
    """A command that a file came with."""

    command_id: UUID
    kind: str
    status: str
    at: datetime
    upload_id: UUID
    upload_name: str


def recorded(
    office: Office, account: FundingAccount, reference: str, *, is_out: bool
) -> Recorded | None:
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


def waiting(office: Office) -> list[Waiting]:
    found = rows(__package__, "money_waiting", {"issuer_id": office.issuer_id})
    return [
        Waiting(command_id, asked, at)
        for command_id, content, at in found
        if (asked := _readable(content)) is not None
    ]


def came(office: Office, digest: bytes) -> list[Came]:
    """The latest first."""
    asked = {"issuer_id": office.issuer_id, "digest": digest}
    return [Came(*row) for row in rows(__package__, "same_paper", asked)]


def same_paper(found: Sequence[Came], *, but: UUID | None = None) -> list[Notice]:
    """`but` is the command it is asked for."""
    return [
        Notice(
            _("The same file came with this before: %(what)s on %(date)s, %(state)s.")
            % {
                "what": command_word(each.kind),
                "date": _day(each.at),
                "state": str(command_state(each.status)).lower(),
            },
            each.command_id,
        )
        for each in found
        if each.command_id != but
    ]


def same_reference(
    found: Sequence[Waiting],
    funding_account_id: int,
    reference: str,
    *,
    is_out: bool,
    but: asks.Asked | UUID | None = None,
) -> list[Notice]:
    """Of those that wait: only one of them can ever count. `but` is the command it is asked for."""
    wanted = (is_out, compared(reference))
    return [
        Notice(
            _(
                "The reference %(reference)s waits for approval already: %(what)s, prepared on"
                " %(date)s. Only one of the two will count."
            )
            % {
                "reference": reference,
                "what": command_word(each.asked.kind),
                "date": _day(each.at),
            },
            each.command_id,
        )
        for each in found
        if _named(each.asked) == wanted
        and _account(each.asked) in {None, funding_account_id}
        and but not in {each.command_id, each.asked}
    ]


def refunds_waiting(
    found: Sequence[Waiting], organisation_id: int, funding_account_id: int
) -> list[Waiting]:
    """Of one balance."""
    return [
        each
        for each in found
        if isinstance(each.asked, asks.RefundOrganisation)
        and each.asked.organisation_id == organisation_id
        and each.asked.funding_account_id == funding_account_id
    ]


def _named(asked: asks.Asked) -> tuple[bool, str] | None:
    """Which reference, and whether the money goes out."""
    match asked:
        case asks.Deposit() | asks.Withdraw():
            return isinstance(asked, asks.Withdraw), compared(asked.reference)
        case asks.ReceivePayment():
            return False, compared(asked.paid.bank_reference)
        case asks.ApprovePurchase(paid=PaidIn() as paid):
            return False, compared(paid.bank_reference)
        case asks.RefundOrganisation():
            return True, compared(asked.bank_reference)
        case _:
            return None


def _account(asked: asks.Asked) -> int | None:
    """None where it is not said: a purchase is paid into the account it was quoted for."""
    return getattr(asked, "funding_account_id", None)


def _day(moment: datetime) -> str:
    return day_text(timezone.localtime(moment).date())


def _readable(content: bytes) -> asks.Asked | None:
    """A row put in by hand may hold anything; what it is worth its seal says."""
    try:
        return asks.decoded(bytes(content))
    except msgspec.ValidationError:
        return None
