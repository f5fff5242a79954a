"""What there is, whose it is, and what runs low: exact, and without going through vouchers."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection as portal_connection
from django.test.utils import CaptureQueriesContext
from tests.databases import connected
from tests.engine.sales.given_sales import given_sold_group
from tests.given import SYSTEM, ask, given_stock, preactivate
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of
from tests.portal.stock.selling import Market, figures, given_market, table
from tests.portal.vouchers.designing import House, command_of, fill_in, given_house

from counterfoil.engine.database import connect_as_owner
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.operation import Change
from counterfoil.portal.purchases.catalogue import free_stock
from counterfoil.voucher import Action


@pytest.fixture
def market(portal: Portal) -> Iterator[Market]:
    with given_market(portal) as market:
        yield market


def test_what_is_in_stock_is_free_held_or_an_organisations(market: Market) -> None:
    page = market.house.get("stock")
    assert figures(page) == {
        "In stock": "24",
        "Free": "10",
        "Held for purchases": "6",
        "Of organisations": "8",
    }
    (row,) = table(page, 'class="hidden">Stock</caption>')
    assert row[1:] == ["10.00 KES", "24 240.00 KES", "10 6 held 8 of organisations", "6", "0", "0"]


def test_a_provision_says_how_many_are_handed_out_and_whose_the_others_are(market: Market) -> None:
    page = market.house.get(f"stock/{market.provision}")
    assert figures(page) == {
        "Vouchers": "30",
        "Worth together": "300.00KES",
        "Handed out": "6",
        "Free": "10",
        "Of organisations": "8",
        "Held for purchases": "6",
    }
    assert "6 of 30 handed out" in page
    assert table(page, "For whom it is") == [
        ["Relief Trust", "Sold", "12", "4", "8"],
        ["Water Board", "Held for a purchase", "6", "0", "6"],
    ]
    first, second = table(page, "Ranges that were cut off</caption>")
    assert first[1:] == ["Sold", f"Relief Trust, P-0007 allocation {market.allocation}", "12", "8"]
    assert second[1] == "Held for a purchase"
    assert second[3:] == ["6", "6"]
    (row,) = table(market.house.get("stock/provisions"), "Provisions</caption>")
    assert row[4:6] == ["30", "10 6 held 8 of organisations"]


def test_an_allocation_tells_what_became_of_it(market: Market) -> None:
    page = market.house.get(f"stock/allocations/{market.allocation}")
    assert table(page, "What became of them") == [
        ["In stock", "8", "80.00 KES"],
        ["Active", "4", "40.00 KES"],
    ]
    assert "P-0007" in page
    assert "goes back to the buyer" in page
    assert figures(page)["Not handed out"] == "8"
    assert table(page, "Its ranges of serials</caption>")[0][3:] == ["12", "8"]
    listed = table(market.house.get("stock/allocations"), "Sold to organisations</caption>")
    assert [row[1] for row in listed] == ["Held for a purchase", "Sold"]
    assert len(table(market.house.get("stock/allocations?purchase=7"), "</caption>")) == 1
    assert len(table(market.house.get("stock/allocations?organisation=water"), "</caption>")) == 1
    assert "No allocation is like that" in market.house.get("stock/allocations?purchase=8")


def test_vouchers_are_listed_by_serial_with_their_owners(market: Market) -> None:
    serials = market.serials_of(market.allocation)
    page = market.house.get(f"stock/serials?allocation={market.allocation}&state=3")
    assert len(table(page, "Vouchers by serial</caption>")) == 4
    page = market.house.get(f"stock/serials?first={serials[0]}&last={serials[-1] + 1}")
    rows = table(page, "Vouchers by serial</caption>")
    assert len(rows) == 13
    assert rows[0][4] == f"Relief Trust allocation {market.allocation}"
    assert rows[-1][4].startswith("Water Board held, not paid yet")
    page = market.house.get(f"stock/serials?provision={market.provision}&state=1")
    assert len(table(page, "Vouchers by serial</caption>")) == 24
    assert "No voucher is like that" in market.house.get("stock/serials?provision=999")


def test_what_was_given_back_is_free_again(market: Market) -> None:
    house, connection = market.house, market.connection
    from counterfoil.engine.sales.promising import release  # noqa: PLC0415
    from counterfoil.engine.sales.steps import finish_sale  # noqa: PLC0415

    (sale_id,) = connection.execute(
        "SELECT sale_id FROM allocation WHERE issuer_id = %s AND allocation_id = %s",
        (house.issuer.issuer_id, market.held),
    ).fetchone() or (None,)
    connection.rollback()
    release(connection, house.issuer, SYSTEM, sale_id)
    finish_sale(connection, house.issuer, sale_id)
    assert figures(house.get("stock")) == {
        "In stock": "24",
        "Free": "16",
        "Held for purchases": "0",
        "Of organisations": "8",
    }
    assert figures(house.get(f"stock/{market.provision}"))["Free"] == "16"


def test_versions_are_told_apart_and_what_is_not_known_of_them_is_said(market: Market) -> None:
    house, connection = market.house, market.connection
    create_group(
        connection,
        house.issuer,
        SYSTEM,
        GroupDesign(
            code="FOOD-AID", name="Food", currency="KES", denominations=(1000,), valid_for_days=30
        ),
    )
    given_stock(connection, house.issuer, 5)
    page = house.get("stock/of/FOOD-AID")
    assert table(page, "In stock by version") == [
        ["version 2", "10.00 KES", "5", "0", "0", "50.00 KES"],
        ["version 1", "10.00 KES", "10", "6", "8", "240.00 KES"],
    ]
    assert "cancelled in stock" not in page
    last = market.connection.execute(
        "SELECT serial_last FROM provision WHERE issuer_id = %s AND provision_id = %s",
        (house.issuer.issuer_id, market.provision),
    ).fetchone()
    assert last is not None
    connection.rollback()
    cancel = Change(caller=SYSTEM, action=Action.CANCEL, serial=last[0], reason="torn")
    ask(connection, house.issuer, cancel)
    page = house.get("stock/of/FOOD-AID")
    assert figures(page)["Free"] == "14"
    assert "≤ 10" in page
    assert "cancelled in stock" in page


def test_what_runs_low_is_said_first_by_what_is_free(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as connection:
        for code, level in (("LOW", 5), ("ENOUGH", 4)):
            create_group(
                connection,
                house.issuer,
                SYSTEM,
                GroupDesign(
                    code=code,
                    name=code.title(),
                    currency="KES",
                    denominations=(1000,),
                    valid_for_days=9,
                    restock_level=level,
                ),
            )
            given_stock(connection, house.issuer, 5, group=code)
    page = house.get("stock")
    low = page.partition("Runs low")[2].partition("</section>")[0]
    assert "5 free; the warning stands from 5 down" in low
    assert "Enough" not in low
    assert "Runs low" not in house.get("stock?name=low")


def test_a_file_has_a_line_for_each_state(market: Market) -> None:
    answer = market.house.browser.post(f"{market.house.root}/stock/export")
    head, *lines = csv_of(answer)
    assert head[-5:] == [
        "Free",
        "Paused",
        "No longer valid",
        "Held for purchases",
        "Of organisations",
    ]
    assert [(line[6], line[7], *line[-5:]) for line in lines] == [
        ("In stock", "24", "10", "0", "0", "6", "8"),
        ("Pre-activated", "2", "", "", "", "", ""),
        ("Active", "4", "", "", "", "", ""),
    ]
    (_head, line) = csv_of(
        market.house.browser.post(f"{market.house.root}/stock/export", {"state": 3})
    )
    assert line[6:8] == ["Active", "4"]


def test_what_nobody_gets_now_is_free_nowhere(portal: Portal, market: Market) -> None:
    house, issuer_id = market.house, market.house.issuer.issuer_id
    url = f"{house.root}/stock/{market.provision}/pause"
    assert house.carry_out(command_of(fill_in(house, url, reason="Later"))) == "done"
    assert f"/stock/{market.provision}/resume" in house.get("stock/of/FOOD-AID")
    _none_is_free(house, "Paused", "10 paused")
    with connect_as_owner(portal.url) as owner:
        owner.execute(
            "UPDATE group_version SET valid_for_days = NULL, valid_until = now(),"
            " restock_level = 20 WHERE issuer_id = %s",
            (issuer_id,),
        )
        owner.commit()
        _none_is_free(house, "No longer valid", "10 no longer valid")
        assert "Runs low" not in house.get("stock")  # it is sold no more
        owner.execute(
            "UPDATE group_version SET valid_until = now() + interval '1 day' WHERE issuer_id = %s",
            (issuer_id,),
        )
        owner.commit()
    assert "0 free; the warning stands from 20 down" in house.get("stock")
    assert "0 free; the warning stands from 20 down" in house.get("")
    assert "10.00 KES \N{MULTIPLICATION SIGN} 0" in " ".join(
        re.sub(r"<[^>]+>|\s", " ", house.get("vouchers/group/FOOD-AID")).split()
    )


def _none_is_free(house: House, word: str, short: str) -> None:
    parts = {"Held for purchases": "6", "Of organisations": "8"}
    assert figures(house.get("stock")) == {"In stock": "24", "Free": "0", word: "10", **parts}
    (row,) = table(house.get("stock"), 'class="hidden">Stock</caption>')
    assert row[3] == f"0 {short} 6 held 8 of organisations"
    page = house.get("stock/of/FOOD-AID")
    assert figures(page) == {"In stock": "24", "Free": "0", word: "10", **parts}
    assert table(page, "In stock by version")[0][2] == f"0 {short}"
    page = house.get("stock/1")
    assert (figures(page)["Free"], figures(page)[word]) == ("0", "10")
    assert dict(free_stock(house.issuer.issuer_id, ["FOOD-AID"])).get(("FOOD-AID", 1, 1000), 0) == 0


def test_what_is_made_on_demand_is_one_line(market: Market) -> None:
    house, connection = market.house, market.connection
    create_group(
        connection,
        house.issuer,
        SYSTEM,
        GroupDesign(
            code="CASH",
            name="Cash",
            currency="KES",
            denominations=(),
            amount_minor_max=100000,
            valid_for_days=9,
        ),
    )
    for amount in ("15.00", "25.00", "25.00"):
        preactivate(connection, house.issuer, group="CASH", amount=amount)
    (row,) = table(house.get("stock?name=cash"), 'class="hidden">Stock</caption>')
    assert row[1:] == [
        "any amount up to 1,000.00 KES",
        "\N{EN DASH}",
        "made on demand",
        "3",
        "0",
        "0",
    ]
    assert table(house.get("stock/of/CASH"), "By amount and state") == [
        ["any amount up to 1,000.00 KES", "Pre-activated", "3", "65.00 KES"]
    ]


def test_a_number_in_hand_leads_to_its_page(market: Market) -> None:
    house = market.house
    url = f"{house.root}/voucher"

    def found(said: str) -> str:
        return house.browser.post(url, {"serial": said}).headers.get("Location", "")

    assert found(str(market.handed[0])) == f"{house.root}/voucher/{market.handed[0]}"
    assert found("P-0007").endswith(f"/purchases/{market.purchase.pk}")
    assert found("p 7").endswith(f"/purchases/{market.purchase.pk}")
    assert market.provision == market.allocation == 1
    page = house.browser.post(url, {"serial": "1"}).content.decode()
    assert "Several things have this number" in page
    assert f"{house.root}/stock/1" in page
    assert f"{house.root}/stock/allocations/1" in page
    assert found("2") == f"{house.root}/stock/allocations/2"
    assert "There is no voucher" in house.browser.post(url, {"serial": "P-8"}).content.decode()


def test_nothing_of_another_issuer_is_there(portal: Portal, market: Market) -> None:
    other = given_house(portal)
    with connected(portal.url) as connection:
        given_sold_group(connection, other.issuer)
    for path in ("stock/1", "stock/allocations/1", "stock/of/SEED"):
        assert other.browser.get(f"{other.root}/{path}").status_code == 404, path
        assert other.browser.get(f"{market.house.root}/{path}").status_code == 404, path
    assert "Relief Trust" not in other.get("stock/allocations")
    assert "No voucher is like that" in other.get("stock/serials?allocation=1")
    assert "No vouchers yet" in other.get("stock/serials")
    search = other.browser.post(f"{other.root}/voucher", {"serial": "P-7"})
    assert search.status_code == 200


def test_pages_take_few_queries(market: Market) -> None:
    for path in (
        "stock",
        "stock/provisions",
        "stock/of/FOOD-AID",
        f"stock/{market.provision}",
        "stock/allocations",
        f"stock/allocations/{market.allocation}",
        "stock/serials",
        f"stock/serials?allocation={market.allocation}&state=3",
        f"voucher/{market.handed[0]}",
    ):
        with CaptureQueriesContext(portal_connection) as queries:
            market.house.get(path)
        assert len(queries) <= 15, (path, len(queries))
