"""Rules for deposits on pages: written by one person, approved by another, and what they did."""

from tests.databases import connected
from tests.gateway.bank_days import FUNDED, line, stated
from tests.given import given_group
from tests.portal.banking.given import given_banked_house, took
from tests.portal.conftest import Portal
from tests.portal.money.working import House, words_of

from counterfoil.engine.banking.deposit_rules import DepositRule, deposit_by_rules

PAYER = "<RltdPties><Dbtr><Pty><Nm>Donor Fund</Nm></Pty></Dbtr></RltdPties>"
ONE = {
    "place_1": "1",
    "account_1": "1",
    "payer_name_1": "Donor  Fund",
    "payer_reference_1": "",
    "most_1": "500.00",
    "group_1": "",
    "denomination_1": "",
    "reason": "they pay each week",
}


def now(house: House) -> list[DepositRule]:
    with connected(house.portal.url) as engine:
        found = engine.execute(
            "SELECT funding_account_id, payer_name, payer_reference, amount_minor_max"
            " FROM deposit_rule WHERE issuer_id = %s AND applies ORDER BY rule_id",
            (house.issuer.issuer_id,),
        ).fetchall()
        engine.rollback()
    return [
        DepositRule(
            funding_account_id=fund, payer_name=name, payer_reference=text, amount_minor_max=most
        )
        for fund, name, text, most in found
    ]


def test_a_rule_is_written_by_one_and_approved_by_another(portal: Portal) -> None:
    house = given_banked_house(portal)
    assert "every credit waits for a person" in house.page("books/bank/rules")
    command = house.ask("books/bank/rules/change", ONE)
    assert now(house) == []
    for page in ("books/bank/rules", "books/bank/rules/change"):
        assert "A change of this waits for approval." in house.page(page)
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "from Donor Fund · up to 500.00" in decided.replace("\xa0", " ")
    assert house.approve(command) == "done"
    assert now(house) == [
        DepositRule(funding_account_id=1, payer_name="Donor Fund", amount_minor_max=50_000)
    ]
    page = house.page("books/bank/rules").replace("\xa0", " ")
    assert "from Donor Fund up to 500.00 KES nothing more" in page


def test_the_approver_sees_what_was_and_what_becomes(portal: Portal) -> None:
    house = given_banked_house(portal)
    house.approve(house.ask("books/bank/rules/change", ONE))
    command = house.ask(
        "books/bank/rules/change", {**ONE, "most_1": "700.00", "reason": "they pay more"}
    )
    decided = house.page(f"commands/{command}/decide", house.approver).replace("\xa0", " ")
    assert "up to 500.00 KES becomes" in decided
    assert "up to 700.00 KES" in decided


def test_what_a_rule_did_is_told(portal: Portal) -> None:
    house = given_banked_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, "FOOD", denominations=(1_000,))
    given = {**ONE, "group_1": "FOOD", "denomination_1": "10.00"}
    assert house.approve(house.ask("books/bank/rules/change", given)) == "done"
    assert "at 10.00 KES each" in house.page("books/bank/rules").replace("\xa0", " ")
    took(
        house,
        stated(
            house.issuer,
            0,
            107_500,
            line(FUNDED, 100_000),
            line("IN-1", 7_500, more=PAYER),
        ),
    )
    with connected(portal.url) as engine:
        assert deposit_by_rules(engine, house.issuer) == 1
    page = house.page("books/bank/rules")
    assert "What rules did lately" in page
    assert "IN-1" in page
    assert "Recorded" in page


def test_what_cannot_be_a_rule_is_refused_and_nothing_is_asked(portal: Portal) -> None:
    house = given_banked_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, "FOOD", denominations=(1_000,))
    before = house.commands()
    for changed, said in (
        ({"payer_name_1": ""}, "Say by whom it is paid"),
        ({"most_1": "many"}, "Write an amount in KES."),
        ({"most_1": "0"}, "Write an amount above zero."),
        ({"group_1": "FOOD"}, "Stock is of a voucher and of an amount."),
        ({"denomination_1": "10"}, "Stock is of a voucher and of an amount."),
        ({"account_1": "99"}, "99"),
        ({"reason": ""}, "Fill this in."),
        ({"payer_name_1": "", "most_1": ""}, "Nothing here differs from what is set now."),
    ):
        answer = house.send("books/bank/rules/change", {**ONE, **changed})
        assert answer.status_code == 200, changed
        assert said in words_of(answer), changed
    assert house.commands() == before
