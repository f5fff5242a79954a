"""What a run's payouts come to, by their states."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from counterfoil.engine.payouts.reading import RETRIED, Run
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.changes import Change
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.payouts.words import payout_state
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word


@dataclass(frozen=True, slots=True)
class Total:
    """Of the payouts in one state, or of all that are paid."""

    status: str
    currency: str
    payouts: int
    redemptions: int
    gross_minor: int
    refunded_minor: int
    earned_minor: int
    commission_minor: int
    fee_minor: int
    net_minor: int

    @property
    def state(self) -> Word:
        return payout_state(self.status)

    @property
    def kept(self) -> Money:
        return Money(self.commission_minor + self.fee_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Totals:
    """`paid` is of all but those that are left out."""

    paid: Total
    by_state: Sequence[Total]

    @property
    def in_trouble(self) -> int:
        """How many payouts failed or came back."""
        return sum(each.payouts for each in self.by_state if each.status in RETRIED)


def counted_of(office: Office, run: Run) -> Totals:
    asked = {"issuer_id": office.issuer_id, "run_id": run.run_id}
    found = rows(__package__, "totals_of_run", asked)
    by_state = [Total(status, run.currency, *numbers) for status, *numbers in found]
    paid = [each for each in by_state if each.status != "left_out"]
    return Totals(
        Total(
            "listed",
            run.currency,
            sum(each.payouts for each in paid),
            sum(each.redemptions for each in paid),
            sum(each.gross_minor for each in paid),
            sum(each.refunded_minor for each in paid),
            sum(each.earned_minor for each in paid),
            sum(each.commission_minor for each in paid),
            sum(each.fee_minor for each in paid),
            sum(each.net_minor for each in paid),
        ),
        by_state,
    )


def effects_of(account: FundingAccount, totals: Totals) -> list[Change]:
    """What sending it does to the balances, as they are now."""
    net_minor, kept_minor = totals.paid.net_minor, totals.paid.kept.amount_minor
    parts = [
        (_("Owed to merchants and agents"), account.payable_minor, -net_minor - kept_minor),
        (_("On its way"), account.in_transit_minor, net_minor),
    ]
    if kept_minor:
        parts.append((_("Kept by you"), account.fees_minor, kept_minor))
    return [
        Change(
            label,
            money_text(Money(before, account.currency)),
            money_text(Money(before + more, account.currency)),
        )
        for label, before, more in parts
    ]
