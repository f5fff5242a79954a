"""Vouchers that were sold, cancelled by the issuer: buyers hear how many and what came back."""

import pytest
from tests.databases import connected
from tests.given import SYSTEM
from tests.portal.conftest import Portal
from tests.portal.purchases.working import Market, given_market

from counterfoil.engine.bulk import begin_bulk, finish_bulk
from counterfoil.engine.bulk_selection import Selection
from counterfoil.portal.models import Notification
from counterfoil.portal.purchases.cancelled import tell_of_cancelled
from counterfoil.voucher import Action


def sold(market: Market, quantity: int = 5) -> list[int]:
    """The first serials of what Relief Trust has bought."""
    purchase_id = market.ask({1000: quantity})
    market.quote(purchase_id)
    market.approve(market.record(purchase_id, amount=f"{quantity * 10}.00"))
    with connected(market.portal.url) as engine:
        found = engine.execute(
            "SELECT serial_first, serial_last FROM allocation_range"
            " WHERE issuer_id = %s AND status = 'sold'",
            (market.issuer.issuer_id,),
        ).fetchall()
    return [serial for first, last in found for serial in range(first, last + 1)]


def cancel(market: Market, serials: list[int]) -> None:
    with connected(market.portal.url) as engine:
        bulk = begin_bulk(
            engine,
            market.issuer,
            SYSTEM,
            Selection(serials=serials),
            action=Action.CANCEL,
            reason="Printed wrongly",
        )
        for _chunk in finish_bulk(engine, market.issuer, bulk.bulk_id):
            pass


def told(market: Market) -> list[Notification]:
    return list(
        Notification.objects.filter(person=market.manager, kind="vouchers_cancelled_by_issuer")
    )


@pytest.mark.parametrize(("unused_value", "back_minor"), [("buyer", 3000), ("breakage", 0)])
def test_the_buyer_hears_once_how_many_were_cancelled_and_what_came_back(
    portal: Portal, unused_value: str, back_minor: int
) -> None:
    market = given_market(portal, unused_value=unused_value)
    serials = sold(market)
    cancel(market, [*serials[:3], serials[-1] + 1])  # one of them is nobody's
    for _time in range(2):
        tell_of_cancelled()
    (notification,) = told(market)
    assert notification.parameters["count"] == 3
    assert notification.parameters["amount_minor"] == back_minor
    assert market.balances().get("customer:1", 0) == back_minor
    assert market.differences() == []


def test_nobody_hears_of_vouchers_that_were_nobodys(portal: Portal) -> None:
    market = given_market(portal)
    serials = sold(market)
    cancel(market, [serials[-1] + 1, serials[-1] + 2])
    tell_of_cancelled()
    assert told(market) == []
