"""Lists of redemptions: a merchant's own, and those of the vouchers that an organisation bought."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from counterfoil.engine.figures.redemptions import (
    Listed,
    redemptions_of_acceptor,
    redemptions_of_organisation,
)
from counterfoil.portal.access import Buyer, Shop
from counterfoil.portal.exporting.columns import Column, moment, money, text
from counterfoil.portal.listing import ListForm, Listing, Wanted, day_field, span
from counterfoil.portal.pager import Order
from counterfoil.portal.queries import engine_connection

_BIGINT_MAX: Final = 2**63 - 1


class RedemptionsFilter(ListForm):
    orders: ClassVar = (
        Order(
            "newest",
            _("Newest first"),
            {"after_at": datetime.max.replace(tzinfo=UTC), "after_id": _BIGINT_MAX},
        ),
        Order(
            "oldest",
            _("Oldest first"),
            {"after_at": datetime(1, 1, 1, tzinfo=UTC), "after_id": 0},
        ),
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))


_ALL: Final[tuple[Column[Listed], ...]] = (
    moment(_("When"), lambda row: row.at),
    text(_("Voucher"), lambda row: row.group_name),
    text(_("Code"), lambda row: row.group_code),
    text(_("Serial"), lambda row: str(row.serial)),
)
_AMOUNT: Final[Column[Listed]] = money(_("Amount"), lambda row: row.money)
OF_SHOP: Final = (*_ALL, _AMOUNT)
OF_BUYER: Final = (*_ALL, text(_("Where"), lambda row: row.acceptor_name), _AMOUNT)


def of_shop(shop: Shop) -> Listing[Shop, Listed]:
    return Listing(
        name="shop-redemptions",
        form=RedemptionsFilter,
        read=_of_shop,
        columns=OF_SHOP,
        subject=f"acceptor:{shop.acceptor_id}",
    )


def of_buyer(buyer: Buyer) -> Listing[Buyer, Listed]:
    return Listing(
        name="buyer-redemptions",
        form=RedemptionsFilter,
        read=_of_buyer,
        columns=OF_BUYER,
        subject=f"organisation:{buyer.organisation_id}",
    )


def _of_shop(shop: Shop, wanted: Wanted) -> Sequence[Listed]:
    asked = {**wanted.parameters, **span(wanted.filters)}
    return redemptions_of_acceptor(engine_connection(), shop.issuer_id, shop.acceptor_id, asked)


def _of_buyer(buyer: Buyer, wanted: Wanted) -> Sequence[Listed]:
    asked = {**wanted.parameters, **span(wanted.filters)}
    return redemptions_of_organisation(
        engine_connection(), buyer.issuer_id, buyer.organisation_id, asked
    )
