"""Where and when the vouchers of an organisation were redeemed, one by one."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from counterfoil.portal.access import BUYERS, Buyer, buyer_page
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import shown
from counterfoil.portal.redemptions import of_buyer


@require_safe
@buyer_page(sees=BUYERS)
def redemptions(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    return render(
        request,
        "portal/buyer/redemptions.html",
        {
            "list": shown(request, buyer, of_buyer(buyer)),
            "may_export": buyer.status == "approved",
        },
    )


@require_POST
@buyer_page(sees=BUYERS, acts=BUYERS)
def export(request: HttpRequest, buyer: Buyer) -> StreamingHttpResponse:
    return exported(request, buyer, of_buyer(buyer))
