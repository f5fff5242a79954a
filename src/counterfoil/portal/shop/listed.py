"""The list of a shop's people: its filter, its orders, and what a file of it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import OWNS, Shop, shop_page
from counterfoil.portal.exporting.columns import Column, moment, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted
from counterfoil.portal.models import AcceptorRoleName
from counterfoil.portal.pager import Key, Order, keyed
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


@dataclass(frozen=True, slots=True)
class ShopPerson:
    role_id: int
    person_id: int
    shown: str
    name: str
    email: str
    role: str
    is_active: bool
    last_login: datetime | None
    created_at: datetime
    key: Key

    @property
    def role_word(self) -> str:
        return str(AcceptorRoleName(self.role).label)

    @property
    def state(self) -> str:
        return gettext("Active") if self.is_active else gettext("Closed")


def _people(shop: Shop, wanted: Wanted) -> list[ShopPerson]:
    here = {"issuer_id": shop.issuer_id, "acceptor_id": shop.acceptor_id}
    found = rows(__package__, "people_page", {**wanted.parameters, **here})
    return [ShopPerson(*keyed(row)) for row in found]


COLUMNS: Final[tuple[Column[ShopPerson], ...]] = (
    text(_("Name"), lambda row: row.shown),
    text(_("E-mail"), lambda row: row.email),
    text(_("Role"), lambda row: row.role_word),
    moment(_("Here since"), lambda row: row.created_at),
    moment(_("Last sign-in"), lambda row: row.last_login),
    text(_("State"), lambda row: row.state),
)


def people_of(shop: Shop) -> Listing[Shop, ShopPerson]:
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
