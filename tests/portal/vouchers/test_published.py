"""Published vouchers: the list, stock that is low, pausing, opening and closing."""

import re

from tests.databases import connected
from tests.given import SYSTEM, given_group, given_stock, preactivate
from tests.portal.conftest import Portal
from tests.portal.vouchers.designing import (
    command_of,
    fill_in,
    given_house,
    given_published,
)

from counterfoil.engine.groups import turn_group


def test_a_voucher_is_paused_at_once_and_opened_and_closed_with_an_approval(
    portal: Portal,
) -> None:
    house = given_house(portal)
    given_published(house)
    turn = f"{house.root}/vouchers/group/SCHOOL-MEALS/turn"
    paused = command_of(fill_in(house, f"{turn}/paused", reason="Fraud at two shops"))
    assert house.carry_out(paused) == "done"
    page = house.get("vouchers/group/SCHOOL-MEALS")
    notice = page.partition('class="notice wait"')[2].partition("</div>")[0]
    assert "It is paused" in notice
    assert "Since" in notice
    assert "by Olga Operator" in notice
    assert "Fraud at two shops" in notice
    once_more = house.browser.get(f"{turn}/paused", follow=True).content.decode()
    assert "That is not possible now: it is paused." in once_more
    assert house.browser.get(f"{turn}/opened").status_code == 404
    opened = command_of(fill_in(house, f"{turn}/open", reason="Settled"))
    assert house.carry_out(opened) is None
    assert house.approve(opened) == "done"
    closed = command_of(fill_in(house, f"{turn}/closed", reason="The project is over"))
    assert house.approve(closed) == "done"
    page = house.get("vouchers/group/SCHOOL-MEALS")
    notice = page.partition('class="notice info"')[2].partition("</div>")[0]
    assert "It is closed for good" in notice
    assert "The project is over" in notice
    assert "Abel Approver" in notice
    assert "Make a new version" not in page
    assert house.browser.post(f"{house.root}/vouchers/group/SCHOOL-MEALS/edit").status_code == 404


def test_the_list_is_filtered_by_name_programme_and_state(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as connection:
        given_group(connection, house.issuer, "FOOD-AID")
        given_group(connection, house.issuer, "CASH-AID")
        turn_group(connection, house.issuer, SYSTEM, "CASH-AID", "paused", reason="later")
    assert house.get("vouchers?name=food").count("/vouchers/group/") == 1
    assert "FOOD-AID" in house.get("vouchers?name=food")
    assert "CASH-AID" in house.get("vouchers?status=paused")
    assert "FOOD-AID" not in house.get("vouchers?status=paused")
    assert house.get("vouchers?programme=PROGRAMME-1&name=aid").count("/vouchers/group/") == 2
    assert "No voucher is like that" in house.get("vouchers?name=zzz")


def test_few_in_stock_is_said(portal: Portal) -> None:
    house = given_house(portal)
    given_published(house)
    assert "Restock" in house.get("vouchers")
    with connected(portal.url) as connection:
        house.issuer.catch_up(connection)
        for amount in (5000, 125000):
            given_stock(connection, house.issuer, 26, group="SCHOOL-MEALS", amount_minor=amount)
    assert "Restock" not in house.get("vouchers")
    with connected(portal.url) as connection:
        preactivate(connection, house.issuer, group="SCHOOL-MEALS", amount="50.00")
    page = house.get("vouchers/group/SCHOOL-MEALS")
    assert "Stock is low" in page
    assert "25. The warning stands from 25 down." in page


def test_where_the_vouchers_of_an_amount_are_stands_in_four_columns(portal: Portal) -> None:
    house = given_house(portal)
    given_published(house)
    with connected(portal.url) as connection:
        house.issuer.catch_up(connection)
        given_stock(connection, house.issuer, 30, group="SCHOOL-MEALS", amount_minor=5000)
        preactivate(connection, house.issuer, group="SCHOOL-MEALS", amount="50.00")
    page = house.get("vouchers/group/SCHOOL-MEALS")
    table = page.partition("<table")[2].partition("</table>")[0]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
    assert heads == ["Amount", "In stock", "In people&#x27;s hands", "Redeemed", "Over"]
    line = table.partition("<tbody>")[2].partition("</tr>")[0]
    cells = [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in line.split("</td>")]
    assert cells == ["50.00 KES", "29", "1 1 pre-activated", "0", "0", ""]
