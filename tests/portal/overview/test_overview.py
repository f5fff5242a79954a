"""The first page of an issuer: what waits comes first, then how it goes, then what happened."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.databases import connected
from tests.given import (
    SYSTEM,
    ask,
    change,
    given_active,
    given_group,
    given_stock,
    redemption,
)
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.money.working import House, given_house, words_of

from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.provision import begin_provision
from counterfoil.money import Money
from counterfoil.portal.models import Role
from counterfoil.portal.orchestrator.overview import happened
from counterfoil.voucher import Action

PAID_IN = {"amount": "600,000.05", "reference": "FT1", "value_date": "", "reason": ""}


def test_what_waits_for_me_comes_first(portal: Portal) -> None:
    house = given_house(portal)
    house.move("money/1/deposit", PAID_IN)
    words = house.page("", house.approver)
    assert "Waiting for you 1 waits for approval Deposit · 600,000.05 KES" in words
    assert "prepared by Amina Diallo" in words
    assert "0 of 1 approvals" in words
    assert "decide" in house.html("", house.approver)
    for browser in (house.finance, house.operator):
        told = house.page("", browser)
        assert "Waiting for you" not in told
        assert "1 thing waits for others to approve" in told
    assert "Asked for last All that was asked for Deposit · 600,000.05 KES" in words


def test_figures_are_those_of_the_ledger_and_lead_to_what_is_behind(portal: Portal) -> None:
    house = _furnished(portal)
    words = house.page("")
    assert "Available 99,900.00 KES of all that came in: 100,000.00 KES" in words
    assert "Live vouchers 8 80.00 KES reserved for them" in words
    assert "Redeemed 20.00 KES 2 vouchers" in words
    assert "Owed to merchants 20.00 KES earned, not paid out yet" in words
    assert "Food-Aid 7 70.00 KES 1 10.00 KES 2 20.00 KES 0" in words
    assert "General" not in words.partition("What just happened")[0]
    page = house.html("")
    for path in ("money/1", "vouchers", "merchants"):
        assert f'href="{house.root}/{path}"' in page


def test_what_just_happened_is_told_the_latest_first(portal: Portal) -> None:
    house = _furnished(portal)
    house.approve(house.move("money/1/deposit", PAID_IN))
    _before, _title, told = house.page("").partition("What just happened")
    assert told.index("Deposited · Account ") < told.index("Redeemed · Voucher 1000")
    assert "Asha Stores Counterfoil 10.00 KES" in told
    assert told.count("600,000.05 KES") == 2  # once as it happened, once as it was asked for


def test_many_of_a_kind_in_a_row_are_one_line_with_their_sum(portal: Portal) -> None:
    house = _furnished(portal)
    with connected(portal.url) as engine:
        held = [given_active(engine, house.issuer) for _each in range(4)]
        numbers = [each.number for each in held if each.number is not None]
        ask(engine, house.issuer, *(redemption(number) for number in numbers))
        stopped = given_active(engine, house.issuer)
        assert stopped.serial is not None
        ask(engine, house.issuer, change(Action.SUSPEND, stopped.serial))
    _before, _title, told = house.page("").partition("What just happened")
    feed = told.partition("Asked for last")[0]
    assert "Redeemed · 4 vouchers · Food-Aid · Asha Stores Counterfoil" in feed
    assert "40.00 KES" in feed
    assert feed.count("Suspended · Voucher 1000") == 1
    assert feed.count("Activated · Voucher 1000") >= 3  # something else was between them
    url = reverse("voucher-group", args=[house.issuer.code, "FOOD-AID"])
    link = f'<a href="{url}">Food-Aid</a>'
    assert link in house.html("").partition("What just happened")[2]


def test_the_time_of_many_is_told_where_it_says_something() -> None:
    noon = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)

    def many(since: datetime) -> happened.Happened:
        return happened.Happened(
            at=noon,
            since=since,
            how_many=3,
            is_cut=False,
            word="Expired",
            subject=None,
            place="",
            place_url="",
            by="Counterfoil",
            money=None,
        )

    assert many(noon - timedelta(seconds=20)).is_of_one_minute
    assert not many(noon - timedelta(seconds=40)).is_of_one_minute
    assert many(noon - timedelta(hours=2)).is_of_one_day
    assert not many(noon - timedelta(days=1)).is_of_one_day


def test_more_than_are_looked_at_are_told_as_more(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = _furnished(portal)
    with connected(portal.url) as engine:
        held = [given_active(engine, house.issuer) for _each in range(5)]
        numbers = [each.number for each in held if each.number is not None]
        ask(engine, house.issuer, *(redemption(number) for number in numbers))
    monkeypatch.setattr(happened, "_OPERATIONS_READ", 5)
    assert "Redeemed · more than 5 vouchers" in house.page("")
    monkeypatch.setattr(happened, "_OPERATIONS_READ", 6)
    assert "Redeemed · 5 vouchers" in house.page("")


def test_few_in_stock_what_is_being_made_and_what_is_overdue_are_told(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as engine:
        create_group(
            engine,
            house.issuer,
            SYSTEM,
            GroupDesign(
                code="FOOD-AID",
                name="Food aid",
                currency="KES",
                denominations=(1000,),
                valid_for_days=90,
                restock_level=10,
            ),
        )
        given_stock(engine, house.issuer, 10)
        begin_provision(
            engine, house.issuer, SYSTEM, group_code="FOOD-AID", money=Money(1000, "KES"), count=5
        )
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    given = {"name": "Food", "sales_close_on": yesterday, "reason": "Late"}
    assert house.approve(house.ask("programmes/PROGRAMME-1/edit", given)) == "done"
    words = house.page("", house.operator)
    told = "Food aid is running out few left 10.00 KES : 10 free; the warning stands from 10 down"
    assert told in words
    assert "Vouchers of Food aid are being made 0 of 5" in words
    assert "The next step of Food is overdue" in words


def test_that_nobody_may_approve_is_told(portal: Portal) -> None:
    house = given_house(portal)
    told = "Nobody may approve anything here at present"
    assert told not in house.page("")
    house.juma.roles.all().delete()
    assert told in house.page("")
    administrator = given_person(Role.ADMINISTRATOR, issuer=house.issuer)
    words = house.page("", signed_in(administrator))
    assert "Give somebody the role of an approver" in words


def test_a_command_that_too_few_may_approve_is_told(portal: Portal) -> None:
    house = given_house(portal)
    both = given_person(Role.FINANCE, Role.APPROVER, issuer=house.issuer)
    house.juma.roles.all().delete()
    house.move("money/1/deposit", PAID_IN)
    stuck = "waits for more approvals than there are people who may give them"
    assert stuck not in house.page("")
    both.roles.all().delete()
    given_person(Role.AUDITOR, issuer=house.issuer)
    assert "Nobody may approve anything here at present" in house.page("")


def test_an_issuer_without_anything_is_shown_its_first_steps(portal: Portal) -> None:
    with connected(portal.url) as engine:
        new = create_issuer(
            engine, portal.provider, SYSTEM, code="FRESH", name="Fresh Fund", currency="KES"
        )
    browser = signed_in(given_person(Role.ADMINISTRATOR, issuer=new))
    words = words_of(browser.get("/portal/FRESH/"))
    for step in ("Somebody who approves", "Money in the funding account", "A voucher"):
        assert f"{step} to do" in words
    assert "Merchants to do" in words
    assert "Stock to do" in words
    assert "Invite people" in words
    assert "Record a deposit" not in words  # an administrator does not handle money
    assert "Live vouchers" not in words
    given_person(Role.APPROVER, issuer=new)
    assert "Somebody who approves done" in words_of(browser.get("/portal/FRESH/"))


def test_first_steps_go_when_they_are_done(portal: Portal) -> None:
    house = _furnished(portal)
    assert "First steps" not in house.page("")
    assert "Nothing waits for you." in house.page("")


def test_nothing_of_another_issuer_is_shown(portal: Portal) -> None:
    house, other = _furnished(portal), given_house(portal)
    other.move("money/1/deposit", PAID_IN)
    words = house.page("")
    assert "600,000.05" not in words
    assert other.finance.get(f"{house.root}/").status_code == 404


def _furnished(portal: Portal) -> House:
    """Ten vouchers of 10.00: two redeemed, one in somebody's hands, seven in stock."""
    house = given_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer)
        given_stock(engine, house.issuer, 10)
        for _each in range(2):
            active = given_active(engine, house.issuer)
            assert active.number is not None
            ask(engine, house.issuer, redemption(active.number))
        given_active(engine, house.issuer)
    return house
