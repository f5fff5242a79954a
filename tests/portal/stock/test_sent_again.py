"""Provisions asked for twice, paused twice, and who paused them."""

from tests.databases import connected
from tests.given import given_group, given_stock
from tests.portal.conftest import Portal
from tests.portal.vouchers.designing import command_of, fill_in, given_house, hiddens


def test_a_paused_provision_says_since_when_by_whom_and_why(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as connection:
        given_group(connection, house.issuer, "FOOD-AID")
        provision = given_stock(connection, house.issuer, 5)
    url = f"{house.root}/stock/{provision}/pause"
    sent = hiddens(house.browser.get(url).content.decode()) | {"reason": "Cards are late"}
    first = command_of(house.browser.post(url, sent))
    assert house.carry_out(first) == "done"
    notice = house.get(f"stock/{provision}").partition('class="notice wait"')[2].partition("</div>")
    assert "Since" in notice[0]
    assert "by Olga Operator" in notice[0]
    assert "Cards are late" in notice[0]
    assert f"/commands/{first}" in notice[0]
    assert command_of(house.browser.post(url, sent)) == first  # a second click
    resumed = command_of(fill_in(house, f"{house.root}/stock/{provision}/resume", reason="Here"))
    assert house.carry_out(resumed) == "done"
    assert "Cards are late" not in house.get(f"stock/{provision}")


def test_what_waits_for_approval_is_told_before_more_is_asked_for(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as connection:
        given_group(connection, house.issuer, "FOOD-AID")
    url = f"{house.root}/stock/new?group=FOOD-AID"
    assert "This waits for approval already:" not in house.get("stock/new?group=FOOD-AID")
    page = house.get("stock/new?group=FOOD-AID&amount=1000&count=7")
    effect = page.partition('id="effect"')[2]
    sent = hiddens(effect) | {"reason": "The market day"}
    asked = command_of(house.browser.post(url, sent))
    told = house.get("stock/new?group=FOOD-AID")
    assert "This waits for approval already:" in told
    assert f"/commands/{asked}" in told


def test_the_reason_stays_while_the_count_is_changed(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as connection:
        given_group(connection, house.issuer, "FOOD-AID")
    for count in ("7", "0"):
        part = house.browser.get(
            f"{house.root}/stock/new?group=FOOD-AID&amount=1000&count={count}",
            headers={"HX-Request": "true"},
        ).content.decode()
        assert '<div id="what-for" hx-preserve>' in part
        assert ('class="button main"' in part) is (count == "7")
