"""The list of a shop's people: its filter, its orders, and what a file of it holds."""

from typing import ClassVar

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import OWNS, Shop, shop_page
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted
from counterfoil.portal.models import AcceptorRoleName
from counterfoil.portal.pager import Order, keyed
from counterfoil.portal.people_listed import COLUMNS, PersonHere
from counterfoil.portal.queries import rows


class ShopPeopleFilter(ListForm):
    orders: ClassVar = (
        Order("role", _("Owners first")),
        Order("name", _("By name")),
        Order("newest", _("Newest first")),
    )
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("Any")), *AcceptorRoleName.choices]
    )


def _people(shop: Shop, wanted: Wanted) -> list[PersonHere]:
    here = {"issuer_id": shop.issuer_id, "acceptor_id": shop.acceptor_id}
    found = rows(__package__, "people_page", {**wanted.parameters, **here})
    return [PersonHere(AcceptorRoleName, *keyed(row)) for row in found]


def people_of(shop: Shop) -> Listing[Shop, PersonHere]:
    return Listing(
        name="shop-people",
        form=ShopPeopleFilter,
        read=_people,
        columns=COLUMNS,
        subject=f"acceptor:{shop.acceptor_id}",
    )


@require_POST
@shop_page(sees=OWNS, acts=OWNS)
def export(request: HttpRequest, shop: Shop) -> StreamingHttpResponse:
    return exported(request, shop, people_of(shop))
