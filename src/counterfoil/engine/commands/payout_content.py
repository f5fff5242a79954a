"""What can be asked about paying acceptors: when, which run, which payout once more."""

from datetime import date
from typing import ClassVar

import msgspec

from counterfoil.engine.commands.asking import AmountContent, Content
from counterfoil.engine.earnings.rules import ClientAgent, EarningRule
from counterfoil.engine.payouts.refunding import Replacement
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.terms import TermsDesign
from counterfoil.money import Money


class SetPayoutTerms(Content, frozen=True, kw_only=True, tag="set_payout_terms"):
    """`expected_version` is that of the terms it follows; 0 where none apply yet."""

    design: TermsDesign
    expected_version: int

    @property
    def subject(self) -> str:
        design = self.design
        if design.acceptor_id is not None:
            return f"acceptor:{design.acceptor_id}"
        if design.programme_id is not None:
            return f"payout-terms:programme:{design.programme_id}"
        return f"funding:{design.funding_account_id}"


class EndPayoutTerms(Content, frozen=True, kw_only=True, tag="end_payout_terms"):
    """Of a programme or an acceptor: the wider ones count again."""

    terms_id: int

    @property
    def subject(self) -> str:
        return f"payout-terms:{self.terms_id}"


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    day: date
    name: str


class SetBankDays(Content, frozen=True, kw_only=True, tag="set_bank_days"):
    """All days on which no bank works, in place of those there are; Monday is 1."""

    rest_days: tuple[int, ...]
    holidays: tuple[Holiday, ...]

    @property
    def subject(self) -> str:
        return "settings"


class SetPayoutRoutes(Content, frozen=True, kw_only=True, tag="set_payout_routes"):
    """Which rail pays whom, in place of what there is; the first that fits counts."""

    routes: tuple[Route, ...]

    @property
    def subject(self) -> str:
        return "settings"


class BeginPayoutRun(Content, frozen=True, kw_only=True, tag="begin_payout_run"):
    """Count what is owed by some terms: a preview, which pays nothing."""

    approvals: ClassVar[int] = 0

    terms_id: int

    @property
    def subject(self) -> str:
        return f"payout-terms:{self.terms_id}"


class DropPayoutRun(Content, frozen=True, kw_only=True, tag="drop_payout_run"):
    """It stops what is not sent yet, so it needs nobody else."""

    approvals: ClassVar[int] = 0

    run_id: int

    @property
    def subject(self) -> str:
        return f"payout-run:{self.run_id}"


class SendPayouts(Content, frozen=True, kw_only=True, tag="send_payouts"):
    """A run as it was previewed. `digest` (hex) stands for every payout in it."""

    run_id: int
    digest: str
    payouts: int
    net_minor: int
    currency: str

    @property
    def subject(self) -> str:
        return f"payout-run:{self.run_id}"

    @property
    def money(self) -> Money:
        return Money(self.net_minor, self.currency)


class RetryPayout(Content, frozen=True, kw_only=True, tag="retry_payout"):
    """One payout that failed or came back, to where its acceptor is paid now."""

    run_id: int
    acceptor_id: int
    net_minor: int
    currency: str

    @property
    def subject(self) -> str:
        return f"payout:{self.run_id}-{self.acceptor_id}"

    @property
    def money(self) -> Money:
        return Money(self.net_minor, self.currency)


class RefundRedemption(AmountContent, frozen=True, kw_only=True, tag="refund_redemption"):
    """A wrong redemption, taken back: the voucher stays redeemed. The money is shown as it was. A
    replacement is drawn in its place, and its number handed out.
    """

    serial: int
    acceptor_id: int
    amount_minor: int
    currency: str
    replacement: Replacement | None = None

    @property
    def subject(self) -> str:
        return f"voucher:{self.serial}"


class SetEarningRules(Content, frozen=True, kw_only=True, tag="set_earning_rules"):
    """What agents earn from now on, and whose agents' calling systems are, in place of what there
    is; of the rules the first that fits counts.
    """

    rules: tuple[EarningRule, ...]
    agents: tuple[ClientAgent, ...] = ()

    @property
    def subject(self) -> str:
        return "earning-rules"


class BudgetIncentives(AmountContent, frozen=True, kw_only=True, tag="budget_incentives"):
    """More money for what agents earn; or some of it put back."""

    funding_account_id: int
    amount_minor: int
    currency: str
    puts_back: bool = False

    @property
    def subject(self) -> str:
        return f"funding:{self.funding_account_id}"
