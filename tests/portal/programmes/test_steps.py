"""A programme from open to closed: each step shown before it is taken, and the report after it."""

import csv
import io
import re

from tests.databases import connected
from tests.given import (
    SHOP,
    SYSTEM,
    ask,
    given_active,
    given_group,
    given_stock,
    preactivate,
    redemption,
)
from tests.portal.conftest import Portal
from tests.portal.money.working import (
    House,
    command_of,
    form_of,
    given_house,
    posted,
    text_of,
    words_of,
)

from counterfoil.engine.check import check
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.provision import begin_provision
from counterfoil.money import Money

PAGE = "programmes/PROGRAMME-1"
STEP = f"{PAGE}/step"
WHY = {"reason": "It is time"}


def test_a_programme_goes_from_open_to_closed_and_its_report_is_exact(portal: Portal) -> None:
    house = _furnished(portal)
    assert house.balances() == {
        "funding:0": -10_000_000,
        "available:0": 9_985_000,
        "earmarked:2": 5_000,
        "reserved:2": 8_000,
        "payable:1": 2_000,
    }
    sales = house.page(STEP)
    assert "Close sales of Programme 1 Open → Sales closed" in sales
    assert "Stock is still being made with 50.00 KES." in sales
    assert "In stock, and nobody will get them any more: 6 vouchers, 60.00 KES." in sales
    assert "FOOD-AID 6 60.00 KES 2 20.00 KES 0 2 20.00 KES" in sales
    assert "Nothing more is handed out: what is in stock stays there." in sales
    assert "Owed to merchants 20.00 KES stays payable" in sales
    _take(house, "Sales closed")
    standing = house.page(PAGE)
    assert "Sales closed: No more vouchers of it are provisioned or imported." in standing
    assert re.search(r"Since \d+ \w+ 2\d{3}, [0-9:]+ UTC · by Amina Diallo It is time", standing)
    with connected(portal.url) as engine:
        drawing = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")
        (refused,) = ask(engine, house.issuer, drawing)
    assert refused.outcome is Outcome.SALES_CLOSED
    told = "People still hold, and can then use no more: 2 vouchers, 20.00 KES."
    assert told in house.page(STEP)
    _take(house, "Redemption closed")
    assert "Merchants and agents are owed 20.00 KES. It stays payable." in house.page(STEP)
    _take(house, "Claims closed")
    closing = house.page(STEP)
    assert "Close Programme 1 for good" in closing
    assert "In stock was 6 vouchers, 60.00 KES becomes cancelled" in closing
    assert "In people's hands was 2 vouchers, 20.00 KES becomes expired" in closing
    assert "Set aside for vouchers being made was 50.00 KES becomes free" in closing
    assert "Available was 99,850.00 KES becomes 99,980.00 KES" in closing
    _take(house, "Closed")
    assert house.balances() == {
        "funding:0": -10_000_000,
        "available:0": 9_990_000,
        "reserved:2": 8_000,
        "payable:1": 2_000,
    }
    going_on = house.html(PAGE)
    assert "It is being closed: 0 of 8 vouchers have ended." in going_on
    assert 'hx-trigger="every 2s, back"' in going_on
    house.finish_bulks()
    assert house.balances() == {
        "funding:0": -10_000_000,
        "available:0": 9_998_000,
        "payable:1": 2_000,
    }
    done = text_of(house.finance.get(f"{house.root}/{PAGE}/closing"))
    assert "8 vouchers that nobody used have ended, and their money is free." in done
    assert "hx-trigger" not in done
    _report_is_exact(house)
    with connected(portal.url) as engine:
        assert check(engine, house.issuer.issuer_id) == []
    assert house.finance.get(f"{house.root}/{STEP}").headers["Location"] == f"{house.root}/{PAGE}"


def _report_is_exact(house: House) -> None:
    report = house.page(f"{PAGE}/report")
    assert "Final report: Programme 1" in report
    assert "Redeemed what merchants and agents gave for it 20.00 KES" in report
    assert "Came back unused cancelled or expired 80.00 KES" in report
    assert "Still open in stock, in people's hands, or being paid 0.00 KES" in report
    line = "FOOD-AID 10 100.00 KES 0 0 0 2 20.00 KES 2 20.00 KES 6 60.00 KES"
    assert line in report
    assert "Asha Stores 20.00 KES 20.00 KES" in report
    assert report.count("It is time") == 4
    answer = house.finance.get(f"{house.root}/{PAGE}/report.csv")
    name = f'attachment; filename="{house.issuer.code}-PROGRAMME-1.csv"'
    assert answer.headers["Content-Disposition"] == name
    text = answer.content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert ["Final", "yes"] in lines
    assert ["Committed", "20.00"] in lines
    food = next(line for line in lines if line[:1] == ["FOOD-AID"])
    assert food[3:] == [
        *("10.00", "10", "100.00", "0", "0.00", "0", "0.00", "0", "0.00"),
        *("2", "20.00", "2", "20.00", "6", "60.00"),
    ]
    together = next(line for line in lines if line[:1] == ["Together"])
    assert together[4:] == food[4:]
    assert [SHOP.name, "20.00", "20.00"] in lines
    assert [line[0] for line in lines if line[-1:] == ["It is time"]] == [
        "Sales closed",
        "Redemption closed",
        "Claims closed",
        "Closed",
    ]


def test_a_report_can_be_read_at_any_time(portal: Portal) -> None:
    house = _furnished(portal)
    report = house.page(f"{PAGE}/report")
    assert "Interim report: Programme 1" in report
    assert "The programme still runs: these figures still change." in report
    assert "FOOD-AID 10 100.00 KES 6 60.00 KES 2 20.00 KES 0 2 20.00 KES 0 0" in report


def test_a_name_that_looks_like_a_formula_is_harmless_in_the_table(portal: Portal) -> None:
    house = given_house(portal)
    given = {"name": "=HYPERLINK(1)", "reason": "Why not"}
    assert house.approve(house.ask(f"{PAGE}/edit", given)) == "done"
    text = house.finance.get(f"{house.root}/{PAGE}/report.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "\n=HYPERLINK" not in text


def test_a_step_somebody_else_took_is_told_and_not_taken_twice(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/{STEP}"
    opened = form_of(house.finance.get(url))
    _take(house, "Sales closed")
    stale = posted(house.finance, url, {**opened, **WHY})
    assert "Somebody took a step while you looked." in words_of(stale)
    assert "Close redemption of Programme 1" in words_of(stale)
    assert "It is time" in text_of(stale)
    assert house.commands() == 1


def test_a_double_click_asks_for_one_step(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/{STEP}"
    form = {**form_of(house.finance.get(url)), **WHY}
    first, second = (command_of(posted(house.finance, url, form)) for _each in range(2))
    assert first == second
    assert house.approve(first) == "done"
    assert "A step waits" not in house.page(STEP)


def test_of_two_steps_that_wait_the_second_is_refused(portal: Portal) -> None:
    house = given_house(portal)
    first, second = (house.ask(STEP, WHY) for _each in range(2))
    assert "A step waits for approval since" in house.page(STEP)
    assert house.approve(first) == "done"
    late = "It is not the next step any more; it will be refused."
    assert late in house.page(f"commands/{second}/decide", house.approver)
    assert house.approve(second) == "refused"
    assert "Programme 1 Sales closed" in house.page(PAGE)


def test_while_vouchers_are_being_paid_it_cannot_be_closed(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, settlement="instant")
        given_stock(engine, house.issuer, 2)
        active = given_active(engine, house.issuer)
        assert active.number is not None
        (paying,) = ask(engine, house.issuer, redemption(active.number))
    assert paying.outcome is Outcome.PENDING
    for state in ("Sales closed", "Redemption closed", "Claims closed"):
        _take(house, state)
    words = house.page(STEP)
    assert "Payments are under way for 1 voucher, 10.00 KES." in words
    assert "It cannot be done yet, for the reason above." in words
    url = f"{house.root}/{STEP}"
    refused = posted(house.finance, url, {**form_of(house.finance.get(url)), **WHY})
    assert refused.status_code == 200
    assert house.commands() == 3


def _furnished(portal: Portal) -> House:
    """Ten vouchers of 10.00: two redeemed, two in people's hands, six in stock; five being made."""
    house = given_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer)
        given_stock(engine, house.issuer, 10)
        for _each in range(2):
            active = given_active(engine, house.issuer)
            assert active.number is not None
            ask(engine, house.issuer, redemption(active.number))
        given_active(engine, house.issuer)
        preactivate(engine, house.issuer)
        begin_provision(
            engine,
            house.issuer,
            SYSTEM,
            group_code="FOOD-AID",
            money=Money(1000, "KES"),
            count=5,
        )
    return house


def _take(house: House, state: str) -> None:
    assert house.approve(house.ask(STEP, WHY)) == "done"
    assert f"Programme 1 {state}" in house.page(PAGE)
