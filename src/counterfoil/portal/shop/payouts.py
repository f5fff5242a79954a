"""What a merchant or an agent was paid, what it is owed now and when that is counted next: its
owner's to see, and nobody else's payouts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterfoil.money import Money
from counterfoil.portal.access import OWNS, Shop, shop_page
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted, shown
from counterfoil.portal.orchestrator.merchants.reading import merchant_of
from counterfoil.portal.orchestrator.money.ledger import short_number
from counterfoil.portal.pager import Key, Order
from counterfoil.portal.payouts.drawing import statement_pdf
from counterfoil.portal.payouts.pages import told_of
from counterfoil.portal.payouts.reading import SENT, Shown, payout_of
from counterfoil.portal.payouts.statement import statement_csv
from counterfoil.portal.payouts.words import payout_state, reason_word
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

_INT_MAX: Final = 2**31 - 1
_STATES: Final = ("pending", "processed", "completed", "failed", "returned")


class PayoutFilter(ListForm):
    orders: ClassVar = (Order("newest", _("Newest first"), {"before_run": _INT_MAX}),)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each, payout_state(each).text) for each in _STATES)],
    )


@dataclass(frozen=True, slots=True)
class ShopPayout:
    run_id: int
    acceptor_id: int
    cut_off_at: datetime
    redemptions: int
    gross_minor: int
    net_minor: int
    currency: str
    fsp: str
    account: str
    status: str
    reason: str | None
    changed_at: datetime

    @property
    def key(self) -> Key:
        return (self.run_id,)

    @property
    def number(self) -> str:
        return f"{self.run_id}-{self.acceptor_id}"

    @property
    def state(self) -> Word:
        return payout_state(self.status)

    @property
    def why(self) -> Promise | str:
        return reason_word(self.reason)

    @property
    def paid_to(self) -> str:
        return f"{self.fsp} {short_number(self.account)}"

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Owed:
    """By one funding account; `next_at` is the earliest cut-off that is known to come."""

    currency: str
    owed_minor: int
    on_its_way_minor: int
    next_at: datetime | None


COLUMNS: Final[tuple[Column[ShopPayout], ...]] = (
    text(_("Payout"), lambda row: row.number),
    moment(_("Cut-off"), lambda row: row.cut_off_at),
    text(_("State"), lambda row: str(row.state)),
    number(_("Redemptions"), lambda row: row.redemptions),
    money(_("Redeemed"), lambda row: row.gross),
    money(_("Amount"), lambda row: row.net),
    text(_("Paid to"), lambda row: row.paid_to),
    moment(_("Last changed"), lambda row: row.changed_at),
)


def payouts_of(shop: Shop) -> Listing[Shop, ShopPayout]:
    return Listing(
        name="shop-payouts",
        form=PayoutFilter,
        read=_payouts,
        columns=COLUMNS,
        subject=f"acceptor:{shop.acceptor_id}",
    )


@require_safe
@shop_page(sees=OWNS)
def payouts(request: HttpRequest, shop: Shop) -> HttpResponse:
    acceptor, _profile_id = merchant_of(shop.issuer_id, shop.acceptor_id)
    return render(
        request,
        "portal/shop/payouts.html",
        {
            "list": shown(request, shop, payouts_of(shop)),
            "owed": _owed(shop),
            "merchant": acceptor,
            "waits": acceptor.payouts_held or acceptor.next_from is not None,
        },
    )


@require_POST
@shop_page(sees=OWNS, acts=OWNS)
def export(request: HttpRequest, shop: Shop) -> StreamingHttpResponse:
    return exported(request, shop, payouts_of(shop))


@require_safe
@shop_page(sees=OWNS)
def payout(request: HttpRequest, shop: Shop, run_id: int) -> HttpResponse:
    told = told_of(request, shop.issuer_id, _own(shop, run_id))
    return render(request, "portal/shop/payout.html", told)


@require_safe
@shop_page(sees=OWNS)
def statement(_request: HttpRequest, shop: Shop, run_id: int) -> HttpResponseBase:
    return statement_csv(shop.issuer_id, shop.code, _own(shop, run_id))


@require_safe
@shop_page(sees=OWNS)
def paper(_request: HttpRequest, shop: Shop, run_id: int) -> HttpResponse:
    return statement_pdf(shop.issuer_id, shop.code, shop.issuer_name, _own(shop, run_id))


def _own(shop: Shop, run_id: int) -> Shown:
    """Raises Http404 for what was not sent to it."""
    found = payout_of(shop.issuer_id, run_id, shop.acceptor_id)
    if found.payout.status not in SENT:
        raise Http404
    return found


def _payouts(shop: Shop, wanted: Wanted) -> list[ShopPayout]:
    status = wanted.filters["status"] or ""
    asked = {**wanted.parameters, "status": status, "sent": sorted(SENT)}
    here = {"issuer_id": shop.issuer_id, "acceptor_id": shop.acceptor_id}
    return [ShopPayout(*row) for row in rows(__package__, "payouts_page", asked | here)]


def _owed(shop: Shop) -> Sequence[Owed]:
    here = {"issuer_id": shop.issuer_id, "acceptor_id": shop.acceptor_id}
    return [Owed(*row) for row in rows(__package__, "owed_now", here)]
