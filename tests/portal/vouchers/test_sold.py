"""The story of a voucher that was sold: whose it is, with which purchase it came, who handed it
out, and whose its money was in the end.
"""

from collections.abc import Iterator

import pytest
from tests.given import SYSTEM, ask
from tests.portal.conftest import Portal
from tests.portal.stock.selling import Market, given_market
from tests.portal.vouchers.test_story import postings, titles

from counterfoil.engine.bulk import begin_bulk
from counterfoil.engine.bulk_selection import Selection
from counterfoil.engine.operation import Caller, Change
from counterfoil.portal.templatetags.serials import serial as serial_text
from counterfoil.voucher import Action


@pytest.fixture
def market(portal: Portal) -> Iterator[Market]:
    with given_market(portal) as market:
        yield market


def cancelled(market: Market, serial: int) -> str:
    """Its page, after it."""
    cancel = Change(caller=SYSTEM, action=Action.CANCEL, serial=serial, reason="torn")
    ask(market.connection, market.house.issuer, cancel)
    return market.house.get(f"voucher/{serial}")


def test_a_sold_voucher_says_to_whom_with_which_purchase_and_by_which_handover(
    market: Market,
) -> None:
    page = market.house.get(f"voucher/{market.handed[0]}")
    assert titles(page) == [
        "Handed out, and active",
        "Sold to Relief Trust",
        "Made and put into stock",
        "Provision begun: 1 of 30",
    ]
    assert "P-0007" in page
    assert f"/purchases/{market.purchase.pk}" in page
    assert f"/stock/allocations/{market.allocation}" in page
    assert "One of 12 vouchers" in page
    assert "Handover " in page
    assert postings(page)[0] == ("Of organisations: Relief Trust → Available", "10.00")


def test_one_that_is_not_handed_out_is_sold_as_well(market: Market) -> None:
    stocked = market.serials_of(market.allocation)[-1]
    page = market.house.get(f"voucher/{stocked}")
    assert titles(page)[0] == "Sold to Relief Trust"
    assert "Handover " not in page


def test_one_that_is_held_says_for_whom_and_until_when(market: Market) -> None:
    held = market.serials_of(market.held)[0]
    page = market.house.get(f"voucher/{held}")
    assert titles(page)[0] == "Made and put into stock"
    assert "Held for" in page
    assert "Water Board" in page
    assert "held until" in page


def test_one_of_nobody_says_nothing_of_organisations(market: Market) -> None:
    page = market.house.get(f"voucher/{market.drawn}")
    assert titles(page)[0] == "Drawn from stock, not active yet"
    assert "Relief Trust" not in page
    assert "Water Board" not in page


@pytest.mark.parametrize(
    ("unused_value", "says", "moved"),
    [
        (
            "buyer",
            "It went back to the balance of Relief Trust.",
            "In vouchers: Food-Aid → Of organisations: Relief Trust",
        ),
        (
            "breakage",
            "It was kept as breakage: Relief Trust had bought it so.",
            "In vouchers: Food-Aid → Breakage",
        ),
        (
            "issuer",
            "It went back to the available funds.",
            "In vouchers: Food-Aid → Available",
        ),
    ],
)
def test_a_cancelled_one_says_whose_its_money_is(
    portal: Portal, unused_value: str, says: str, moved: str
) -> None:
    with given_market(portal, unused_value=unused_value) as market:
        page = cancelled(market, market.handed[0])
        assert titles(page)[0] == "Cancelled"
        assert says in page
        assert postings(page)[0] == (moved, "10.00")
        assert "It went back to the available funds." in cancelled(market, market.drawn)


def test_a_replacement_is_whose_the_first_was(market: Market) -> None:
    lost = market.handed[1]
    swap = Change(caller=SYSTEM, action=Action.REPLACE, serial=lost, reason="lost")
    (replaced,) = ask(market.connection, market.house.issuer, swap)
    fresh = replaced.replacement_serial
    page = market.house.get(f"voucher/{fresh}")
    assert titles(page) == [
        f"Made in place of voucher {serial_text(lost)}",
        "Handed out, and active",
        "Sold to Relief Trust",
    ]
    assert f"/stock/allocations/{market.allocation}" in page
    old = market.house.get(f"voucher/{lost}")
    assert "It went into the voucher that took its place." in old


def test_what_an_organisation_did_is_told_without_its_people(market: Market) -> None:
    caller = Caller(0, f"person:{market.house.operator.pk}")
    begin_bulk(
        market.connection,
        market.house.issuer,
        caller,
        Selection(serials=[market.handed[2]]),
        action=Action.SUSPEND,
        reason="Reported lost",
        organisation_id=market.trust,
    )
    market.settle()
    page = market.house.get(f"voucher/{market.handed[2]}")
    assert titles(page)[0] == "Suspended"
    story = page.partition('<ol class="story">')[2].partition("</li>")[0]
    assert "Relief Trust" in story
    assert "Olga Operator" not in story
