"""The list of what a merchant or an agent redeemed: its owner's to see."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from counterfoil.portal.access import OWNS, Shop, shop_page
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import shown
from counterfoil.portal.redemptions import of_shop


@require_safe
@shop_page(sees=OWNS)
def redemptions(request: HttpRequest, shop: Shop) -> HttpResponse:
    return render(
        request, "portal/shop/redemptions.html", {"list": shown(request, shop, of_shop(shop))}
    )


@require_POST
@shop_page(sees=OWNS, acts=OWNS)
def export(request: HttpRequest, shop: Shop) -> StreamingHttpResponse:
    return exported(request, shop, of_shop(shop))
