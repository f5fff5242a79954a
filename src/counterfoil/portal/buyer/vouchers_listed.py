"""The lists of an organisation's vouchers: what it bought, and the vouchers of one allocation."""

from functools import partial
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import BUYERS, Buyer, buyer_page
from counterfoil.portal.buyer.vouchers_reading import (
    Allocation,
    VoucherLine,
    allocation_of,
    allocations_page,
    vouchers_page,
)
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.handovers.words import grouped
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.pager import Order
from counterfoil.portal.words import voucher_state
from counterfoil.voucher import State

_LAST: Final = 2**63 - 1
_ID_MAX: Final = 2**31 - 1
_STATES: Final = (
    State.STOCKED,
    State.PREACTIVATED,
    State.ACTIVE,
    State.REDEEMED,
    State.SUSPENDED,
    State.BLOCKED,
    State.CANCELLED,
    State.EXPIRED,
)


class AllocationFilter(ListForm):
    orders: ClassVar = (
        Order("newest", _("Newest first"), {"after_id": _ID_MAX}),
        Order("oldest", _("Oldest first"), {"after_id": 0}),
    )


class VoucherFilter(ListForm):
    orders: ClassVar = (
        Order("serial", _("By serial"), {"after_serial": 0}),
        Order("last", _("Last serial first"), {"after_serial": _LAST}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each.word, voucher_state(each).text) for each in _STATES)],
    )


ALLOCATION_COLUMNS: Final[tuple[Column[Allocation], ...]] = (
    text(_("Voucher"), lambda row: row.name),
    text(_("Code"), lambda row: row.code),
    money(_("Amount"), lambda row: row.money),
    moment(_("Bought"), lambda row: row.paid_at or row.created_at),
    number(_("Vouchers"), lambda row: row.sold),
    number(_("To be handed out"), lambda row: row.left),
    number(_("Wait to be activated"), lambda row: row.waiting),
    number(_("Active"), lambda row: row.active),
    number(_("Redeemed"), lambda row: row.redeemed),
    number(_("Suspended or blocked"), lambda row: row.stopped),
    number(_("Cancelled"), lambda row: row.cancelled),
    number(_("Expired"), lambda row: row.expired),
)
ALLOCATIONS: Final = Listing(
    name="bought", form=AllocationFilter, read=allocations_page, columns=ALLOCATION_COLUMNS
)

VOUCHER_COLUMNS: Final[tuple[Column[VoucherLine], ...]] = (
    text(_("Serial"), lambda row: grouped(str(row.serial))),
    text(_("State"), lambda row: str(row.state)),
    text(_("Reference of the person"), lambda row: row.called.reference if row.called else ""),
    text(_("Name of the person"), lambda row: row.called.name if row.called else ""),
    moment(_("Handed out"), lambda row: row.handed_at),
    moment(_("Valid until"), lambda row: row.expires_at),
    moment(_("Last change"), lambda row: row.changed_at),
    text(_("Replaced by"), lambda row: grouped(str(row.replaced_by)) if row.replaced_by else ""),
)


def vouchers_of(allocation_id: int) -> Listing[Buyer, VoucherLine]:
    return Listing(
        name="own-vouchers",
        form=VoucherFilter,
        read=partial(vouchers_page, allocation_id),
        columns=VOUCHER_COLUMNS,
        subject=f"allocation:{allocation_id}",
    )


@require_POST
@buyer_page(sees=BUYERS, acts=BUYERS)
def export_allocations(request: HttpRequest, buyer: Buyer) -> StreamingHttpResponse:
    return exported(request, buyer, ALLOCATIONS)


@require_POST
@buyer_page(sees=BUYERS, acts=BUYERS)
def export_vouchers(
    request: HttpRequest, buyer: Buyer, allocation_id: int
) -> StreamingHttpResponse:
    allocation_of(buyer, allocation_id)
    return exported(request, buyer, vouchers_of(allocation_id))
