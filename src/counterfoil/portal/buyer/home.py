"""What an organisation sees first: where it stands, what is on its balance, what is to do next,
what it is buying, and the vouchers it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterfoil.portal.access import BUYERS, BUYS, HANDS_OUT, Buyer, buyer_page
from counterfoil.portal.buyer.figures import buyer_figures
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import shown
from counterfoil.portal.live import buyer_part
from counterfoil.portal.models import Purchase, PurchaseStatus
from counterfoil.portal.orchestrator.organisations.reading import organisation_of, turned
from counterfoil.portal.organisations.reading import balances, profile_of, sheet
from counterfoil.portal.organisations.statement import statement_of
from counterfoil.portal.organisations.words import organisation_status, percent_text
from counterfoil.portal.purchases.standing import buyers_next, buyers_word
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

_PURCHASES_SHOWN: Final = 5
_OVER: Final = (
    PurchaseStatus.ALLOCATED,
    PurchaseStatus.REJECTED,
    PurchaseStatus.CANCELLED,
    PurchaseStatus.EXPIRED,
)


@dataclass(frozen=True, slots=True)
class Vouchers:
    """Of all that were sold to it: how many, and where they are now."""

    sold: int
    to_hand_out: int
    with_people: int
    redeemed: int
    ended: int


@dataclass(frozen=True, slots=True)
class FirstStep:
    text: Promise
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class PurchaseShown:
    purchase: Purchase

    @property
    def state(self) -> Word:
        return buyers_word(self.purchase.status)

    @property
    def next(self) -> str:
        return buyers_next(self.purchase)


@require_safe
@buyer_page(sees=BUYERS)
def overview(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    buys = buyer.may(BUYS)
    (counted,) = rows(
        __package__,
        "vouchers",
        {"issuer_id": buyer.issuer_id, "organisation_id": buyer.organisation_id},
    )
    vouchers, distributors, has_asked = Vouchers(*counted[:5]), counted[5], counted[6]
    is_open = buyer.status == "approved"
    why = None if is_open else turned(buyer.issuer_id, buyer.organisation_id)
    steps = _first_steps(buyer, vouchers, distributors=distributors, has_asked=has_asked)
    return render(
        request,
        "portal/buyer/overview.html",
        {
            "standing": organisation_status(buyer.status),
            "turned": why,
            "buys": buys,
            "balances": balances(buyer.issuer_id, [buyer.organisation_id]) if buys else [],
            "vouchers": vouchers,
            "purchases": _purchases(buyer) if buys else [],
            "steps": steps if buys and is_open and not all(each.is_done for each in steps) else [],
            "figures": buyer_figures(request, buyer) if vouchers.sold else None,
            "live": buyer_part(buyer) if vouchers.sold else None,
            "catalogue": _url("buyer-catalogue", buyer),
            "handovers": _url("buyer-handovers", buyer) if buyer.may(HANDS_OUT) else "",
        },
    )


@require_safe
@buyer_page(sees=BUYS)
def details(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    """What the issuer has written down of it; the issuer changes it."""
    found, _since, _profile_id = organisation_of(buyer.issuer_id, buyer.organisation_id)
    profile = profile_of(buyer.issuer_id, buyer.organisation_id)
    return render(
        request,
        "portal/buyer/details.html",
        {
            "organisation": found,
            "commission_percent": percent_text(found.commission_points),
            "sheet": None if profile is None else sheet(profile),
        },
    )


@require_safe
@buyer_page(sees=BUYS)
def statement(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    """What it paid in, what was charged, what was paid back or given back."""
    return render(
        request,
        "portal/buyer/statement.html",
        {
            "balances": balances(buyer.issuer_id, [buyer.organisation_id]),
            "list": shown(request, buyer, statement_of(buyer.organisation_id, has_people=False)),
            "may_export": buyer.status == "approved",
        },
    )


@require_POST
@buyer_page(sees=BUYS, acts=BUYS)
def export_statement(request: HttpRequest, buyer: Buyer) -> StreamingHttpResponse:
    return exported(request, buyer, statement_of(buyer.organisation_id, has_people=False))


def _first_steps(
    buyer: Buyer, vouchers: Vouchers, *, distributors: int, has_asked: bool
) -> Sequence[FirstStep]:
    """Of a new organisation, from nothing to vouchers in people's hands."""
    return [
        FirstStep(_("Ask for vouchers"), _url("buyer-catalogue", buyer), has_asked),
        FirstStep(
            _("Pay them, and send the proof of payment"),
            _url("buyer-purchases", buyer),
            vouchers.sold > 0,
        ),
        FirstStep(
            _("Let somebody in who hands them out"), _url("buyer-people", buyer), distributors > 0
        ),
        FirstStep(
            _("Hand them out"),
            _url("buyer-vouchers", buyer),
            vouchers.sold > vouchers.to_hand_out,
        ),
    ]


def _purchases(buyer: Buyer) -> list[PurchaseShown]:
    """Those that are not over, the latest first."""
    found = Purchase.objects.filter(
        issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id
    ).exclude(status__in=_OVER)
    return [PurchaseShown(each) for each in found.order_by("-made_at")[:_PURCHASES_SHOWN]]


def _url(page: str, buyer: Buyer) -> str:
    """Empty for a page that this portal does not have."""
    try:
        return reverse(page, args=[buyer.code, buyer.organisation_id])
    except NoReverseMatch:
        return ""
