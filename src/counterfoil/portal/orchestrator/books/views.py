"""Whether everything agrees: each funding account three ways, and what its vouchers came to."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.listing import shown
from counterfoil.portal.orchestrator.books.listed import groups_in
from counterfoil.portal.orchestrator.books.reconciling import (
    AtBank,
    GroupLine,
    Redeemed,
    Sum,
    at_bank,
    bank_sum,
    groups_of,
    redeemed_of,
    redeemed_sum,
    vouchers_sum,
)
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_accounts


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One funding account, and the sums that say whether it agrees."""

    account: FundingAccount
    sums: Sequence[Sum]

    @property
    def agrees(self) -> bool:
        return all(each.agrees for each in self.sums)

    @property
    def differences(self) -> int:
        return sum(each.differences for each in self.sums)


@require_safe
@office_page(sees=EVERYONE)
def books(request: HttpRequest, office: Office) -> HttpResponse:
    groups, redeemed, bank = groups_of(office), redeemed_of(office), at_bank(office)
    found = [
        _reconciled(account, groups, redeemed[account.funding_account_id], bank)
        for account in funding_accounts(office)
    ]
    return render(
        request,
        "portal/orchestrator/books/reconciliation.html",
        {
            "accounts": found,
            "differ": [each for each in found if not each.agrees],
            "unstated": sum(
                each.account.funding_account_id not in bank.standings for each in found
            ),
            "differences": sum(each.differences for each in found),
            "list": shown(request, office, groups_in(groups)),
        },
    )


def _reconciled(
    account: FundingAccount, groups: Sequence[GroupLine], redeemed: Redeemed, bank: AtBank
) -> Reconciled:
    own = [each for each in groups if each.funding_account_id == account.funding_account_id]
    sums = [
        vouchers_sum(account, own),
        redeemed_sum(account, redeemed, own),
        bank_sum(account, bank),
    ]
    return Reconciled(account, sums)
