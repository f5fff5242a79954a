"""What can be asked about organisations: registering them, selling to them, handing out."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from counterfoil.engine.commands.asking import AmountContent, Content
from counterfoil.engine.handing_out import HandoverAsked
from counterfoil.engine.sales.promising import SaleLine
from counterfoil.money import Money


class RegisterOrganisation(Content, frozen=True, kw_only=True, tag="register_organisation"):
    """`profile` is the portal's key of what else is known of it."""

    name: str
    commission_points: int
    profile: str

    @property
    def subject(self) -> str:
        return f"organisation-profile:{self.profile}"


class ChangeOrganisation(Content, frozen=True, kw_only=True, tag="change_organisation"):
    organisation_id: int
    expected_version: int
    name: str
    commission_points: int

    @property
    def subject(self) -> str:
        return f"organisation:{self.organisation_id}"


class SuspendOrganisation(Content, frozen=True, kw_only=True, tag="suspend_organisation"):
    """It buys and hands out nothing more; stops at once, so it needs nobody else."""

    approvals: ClassVar[int] = 0

    organisation_id: int

    @property
    def subject(self) -> str:
        return f"organisation:{self.organisation_id}"


class TurnOrganisation(Content, frozen=True, kw_only=True, tag="turn_organisation"):
    """Reinstate it, or close it for good."""

    organisation_id: int
    status: str

    @property
    def subject(self) -> str:
        return f"organisation:{self.organisation_id}"


class HoldStock(Content, frozen=True, kw_only=True, tag="hold_stock"):
    """A quote: what is promised, and until when stock is held for it."""

    approvals: ClassVar[int] = 0

    sale_id: UUID
    organisation_id: int
    funding_account_id: int
    lines: tuple[SaleLine, ...]
    held_until: datetime

    @property
    def subject(self) -> str:
        return f"sale:{self.sale_id}"


class ReleaseStock(Content, frozen=True, kw_only=True, tag="release_stock"):
    approvals: ClassVar[int] = 0

    sale_id: UUID

    @property
    def subject(self) -> str:
        return f"sale:{self.sale_id}"


class PaidIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money that arrived in the funding account; `evidence` is the digest of the paper of it."""

    amount_minor: int
    bank_reference: str
    value_date: date
    evidence: str | None = None


class ApprovePurchase(Content, frozen=True, kw_only=True, tag="approve_purchase"):
    """The stock held by a quote, for what was paid. `paid` is None where the balance pays all."""

    sale_id: UUID
    purchase: str
    organisation_id: int
    total_minor: int
    currency: str
    paid: PaidIn | None
    when_short: str
    takes_part: bool

    @property
    def subject(self) -> str:
        return f"sale:{self.sale_id}"

    @property
    def money(self) -> Money:
        paid_minor = 0 if self.paid is None else self.paid.amount_minor
        return Money(max(self.total_minor, paid_minor), self.currency)


class ReceivePayment(Content, frozen=True, kw_only=True, tag="receive_payment"):
    """For the balance of an organisation, not for a purchase."""

    organisation_id: int
    funding_account_id: int
    currency: str
    paid: PaidIn

    @property
    def subject(self) -> str:
        return f"organisation:{self.organisation_id}"

    @property
    def money(self) -> Money:
        return Money(self.paid.amount_minor, self.currency)


class RefundOrganisation(AmountContent, frozen=True, kw_only=True, tag="refund_organisation"):
    """What was paid back to it, under the bank's reference."""

    organisation_id: int
    funding_account_id: int
    amount_minor: int
    currency: str
    bank_reference: str
    value_date: date

    @property
    def subject(self) -> str:
        return f"organisation:{self.organisation_id}"


class HandOut(Content, frozen=True, kw_only=True, tag="hand_out"):
    """Numbers for an organisation's own people, by one of its own."""

    approvals: ClassVar[int] = 0

    handover_id: UUID
    asked: HandoverAsked

    @property
    def subject(self) -> str:
        return f"handover:{self.handover_id}"


class ReplaceVouchers(Content, frozen=True, kw_only=True, tag="replace_vouchers"):
    """New vouchers for lost ones, whoever has them. Numbers leave the system, so that another
    person must agree.
    """

    handover_id: UUID
    asked: HandoverAsked

    @property
    def subject(self) -> str:
        return f"handover:{self.handover_id}"


class ForgetHandover(Content, frozen=True, kw_only=True, tag="forget_handover"):
    approvals: ClassVar[int] = 0

    handover_id: UUID

    @property
    def subject(self) -> str:
        return f"handover:{self.handover_id}"


class ChangeOwnVouchers(Content, frozen=True, kw_only=True, tag="change_own_vouchers"):
    """What an organisation does to vouchers that are its own: activate, suspend, unsuspend."""

    approvals: ClassVar[int] = 0

    organisation_id: int
    action: str
    serials: tuple[int, ...]

    @property
    def subject(self) -> str:
        if len(self.serials) == 1:
            return f"voucher:{self.serials[0]}"
        return f"organisation:{self.organisation_id}"
