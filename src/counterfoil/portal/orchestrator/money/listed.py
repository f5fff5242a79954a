"""The list of what moved a funding account: its filters, its orders, what a file of it holds."""

from functools import partial
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, day, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, day_field
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_account
from counterfoil.portal.orchestrator.money.movements import Movement, movements
from counterfoil.portal.pager import AT_FIRST, Order

_FIRST: Final = {name: AT_FIRST[name] for name in ("after_number", "after_id")}


class MovementFilter(ListForm):
    orders: ClassVar = (
        Order("newest", _("Newest first"), _FIRST),
        Order("oldest", _("Oldest first"), _FIRST),
        Order("amount", _("Largest first"), _FIRST),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("All")),
            ("deposits", _("Deposits")),
            ("withdrawals", _("Withdrawals")),
            ("provisions", _("Provisions")),
        ],
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))


def _what(row: Movement) -> str:
    if row.is_provision:
        return gettext("Provision %(number)s") % {"number": row.provision_id}
    return gettext("Deposit") if row.is_deposit else gettext("Withdrawal")


def _signed(row: Movement) -> Money:
    """What left the available money is below zero."""
    return row.money if row.is_deposit else row.money * -1


COLUMNS: Final[tuple[Column[Movement], ...]] = (
    text(_("What"), _what),
    moment(_("Recorded"), lambda row: row.at),
    day(_("Value date"), lambda row: row.value_date),
    money(_("Amount"), _signed),
    text(_("Bank reference"), lambda row: row.reference),
    text(_("Evidence"), lambda row: row.evidence.name if row.evidence else ""),
    text(_("Voucher"), lambda row: row.group_name),
    number(_("Vouchers"), lambda row: row.vouchers),
    text(_("Prepared by"), lambda row: row.by),
    text(_("Approved by"), lambda row: ", ".join(row.approved_by)),
    text(_("Why"), lambda row: row.reason),
)


def listing(account: FundingAccount) -> Listing[Office, Movement]:
    return Listing(
        name="movements",
        form=MovementFilter,
        read=partial(movements, account),
        columns=COLUMNS,
        subject=account.subject,
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office, funding_account_id: int) -> StreamingHttpResponse:
    return exported(request, office, listing(funding_account(office, funding_account_id)))
