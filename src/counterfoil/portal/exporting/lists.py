"""What the lists that can be exported are called: on the sheet, and in the trail."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the name that stands in the file's name and in the event: `merchants.exported`.
LISTS: Final[Mapping[str, Promise]] = {
    "purchases": _("Purchases"),
    "buyer-purchases": _("Purchases of an organisation"),
    "merchants": _("Merchants and applications"),
    "organisations": _("Organisations and applications"),
    "statement": _("Statement of account"),
    "buyer-people": _("People of an organisation"),
    "vouchers": _("Vouchers"),
    "inventory": _("Stock by voucher and amount"),
    "provisions": _("Provisions"),
    "allocations": _("Sold to organisations"),
    "ranges": _("Ranges of serials"),
    "serials": _("Vouchers by serial"),
    "refusals": _("Vouchers that could not be changed"),
    "movements": _("Movements of money"),
    "payout-runs": _("Payout runs"),
    "payouts": _("Payouts"),
    "shop-payouts": _("Payouts of a shop"),
    "reconciled-vouchers": _("Vouchers by programme"),
    "periods": _("Closed periods"),
    "period-balances": _("Balances of a period"),
    "late-events": _("What came late"),
    "bank-lines": _("Lines of the bank"),
    "proposed-deposits": _("Proposed deposits"),
    "differences": _("Differences with the bank"),
    "programmes": _("Programmes"),
    "clients": _("Calling systems"),
    "people": _("People"),
    "delegations": _("Delegations"),
    "bought": _("Vouchers of an organisation"),
    "own-vouchers": _("Vouchers of a purchase"),
    "handovers": _("Handing out"),
    "handover-people": _("People of a list"),
    "commands": _("Everything that was asked"),
    "shop-people": _("People of a shop"),
    "trail": _("Trail"),
    "figures": _("Figures by day"),
    "shop-redemptions": _("Redemptions of a shop"),
    "buyer-redemptions": _("Redemptions of an organisation's vouchers"),
}


def event_of(name: str) -> str:
    """As the trail records that a list was exported."""
    return f"{name}.exported"
