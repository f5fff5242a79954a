"""Funding accounts: where their money is, and opening another one."""

from tests.databases import connected
from tests.given import SYSTEM, ask, given_active, given_group, given_stock, redemption
from tests.portal.conftest import Portal
from tests.portal.money.working import command_of, given_house, words_of

from counterfoil.engine.provision import begin_provision
from counterfoil.money import Money

OPEN = "money/new"
EQUITY = {
    "name": "School meals, Equity",
    "fsp": "Equity Bank",
    "account": "0170 2991 4412",
    "currency": "ugx",
    "reason": "The donor pays in shillings",
}


def test_where_the_money_is_adds_up_to_what_is_in_the_account(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer)
        given_stock(engine, house.issuer, 10)
        active = given_active(engine, house.issuer)
        assert active.number is not None
        ask(engine, house.issuer, redemption(active.number))
        begin_provision(
            engine,
            house.issuer,
            SYSTEM,
            group_code="FOOD-AID",
            money=Money(1000, "KES"),
            count=3,
        )
    assert house.balances() == {
        "funding:0": -10_000_000,
        "available:0": 9_987_000,
        "earmarked:2": 3_000,
        "reserved:2": 9_000,
        "payable:1": 1_000,
    }
    for words in (house.page("money"), house.page("money/1")):
        for told in (
            "Available promised to nobody: can become vouchers, or leave 99,870.00 KES",
            "Set aside for vouchers being made stock that is not complete yet 30.00 KES",
            "In vouchers in stock or in people's hands, not redeemed yet 90.00 KES",
            "Owed to merchants earned by merchants and agents, not paid out yet 10.00 KES",
            "In the funding account 100,000.00 KES",
        ):
            assert told in words
        assert "do not add up" not in words
    movements = house.page("money/1?kind=provisions")
    assert "Provision 2 3 vouchers of Food-Aid at 10.00 KES" in movements
    assert "\N{MINUS SIGN} 30.00 KES" in movements
    assert "Provision 1 10 vouchers of Food-Aid at 10.00 KES" in movements


def test_an_account_without_a_name_is_known_by_where_it_is(portal: Portal) -> None:
    house = given_house(portal)
    code = house.issuer.code
    assert f"sandbox · {code}-KES · KES" in house.page("money")
    assert f"sandbox · {code}-KES · KES" in house.page("programmes/PROGRAMME-1")


def test_an_account_is_opened_once_another_person_has_approved_it(portal: Portal) -> None:
    house = given_house(portal)
    command_id = house.ask(OPEN, EQUITY)
    assert "New funding account" in house.page("money")
    assert "School meals, Equity" not in house.page("money")
    shown = house.page(f"commands/{command_id}/decide", house.approver)
    assert "Open the funding account 0170 2991 4412 at Equity Bank, in UGX" in shown
    assert "Name becomes School meals, Equity" in shown
    assert house.approve(command_id) == "done"
    words = house.page("money")
    assert "School meals, Equity Equity Bank · 0170 2991 4412 · UGX" in words
    assert "In the funding account 0 UGX" in words
    paid_in = {"amount": "2,000,000", "reference": "FT1", "value_date": "", "reason": ""}
    assert house.approve(house.move("money/2/deposit", paid_in)) == "done"
    assert "Available 2,000,000 UGX" in house.page("money/2/withdraw")
    assert "FT1" not in house.page("money/1")
    chosen = house.page("money/deposit")
    assert "Into which account was it paid?" in chosen
    assert "••4412" not in chosen


def test_an_account_that_is_there_is_not_opened_again(portal: Portal) -> None:
    house = given_house(portal)
    command_id, twin = house.ask(OPEN, EQUITY), house.ask(OPEN, EQUITY)
    assert house.approve(command_id) == "done"
    again = house.send(OPEN, EQUITY)
    assert "This account is one of your funding accounts already." in words_of(again)
    warned = house.page(f"commands/{twin}/decide", house.approver)
    assert "This account is one of your funding accounts already." in warned
    assert house.approve(twin) == "refused"
    wrong = house.send(OPEN, {**EQUITY, "account": "1", "currency": "XTS"})
    assert "Write the three letters of a currency in use" in words_of(wrong)


def test_with_one_account_there_is_nothing_to_choose(portal: Portal) -> None:
    house = given_house(portal)
    for way in ("deposit", "withdraw"):
        answer = house.finance.get(f"{house.root}/money/{way}")
        assert answer.headers["Location"] == f"{house.root}/money/1/{way}"
    assert house.operator.get(f"{house.root}/money/deposit").status_code == 403
    command_of(house.send(OPEN, EQUITY))
    assert house.commands() == 1
