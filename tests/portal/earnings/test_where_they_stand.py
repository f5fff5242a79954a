"""Where earnings are told of: on the agent's page, with its payouts, and where they wait."""

import csv
import io

from tests.databases import connected
from tests.engine.earnings.given import accrue, given_budget, given_rules, rule
from tests.portal.access.visiting import body_of
from tests.portal.conftest import Portal
from tests.portal.given import given_person, given_shop_role, signed_in
from tests.portal.money.working import House, words_of
from tests.portal.payouts.working import ASHA, given_office, redeemed, sent

from counterfoil.portal.models import AcceptorRoleName


def given_earned(portal: Portal, budget_minor: int = 10_000) -> House:
    """Two vouchers paid out by a shop that has a rule of its own: 25 each."""
    house = given_office(portal)
    with connected(portal.url) as engine:
        given_rules(engine, house.issuer, rule(acceptor_id=ASHA))
        given_budget(engine, house.issuer, budget_minor)
        redeemed(house, ASHA, 1000, 2000)
        house.issuer.catch_up(engine)
        accrue(engine, house.issuer)
    return house


def test_what_an_agent_earned_stands_on_its_page_until_it_is_paid(portal: Portal) -> None:
    house = given_earned(portal)
    page = house.page(f"merchants/{ASHA}")
    assert "Earned as an agent, not paid yet" in page
    assert "For each voucher that is paid out: 0.25 KES 2 0.50 KES" in page
    sent(house)
    assert "Earned as an agent, not paid yet" not in house.page(f"merchants/{ASHA}")


def test_a_payout_says_by_which_rule_it_was_earned(portal: Portal) -> None:
    house = given_earned(portal)
    run = sent(house)
    told = "For each voucher that is paid out: 0.25 KES Programme 1 2 0.50 KES"
    assert told in house.page(f"payouts/{run.run_id}/{ASHA}")
    statement = house.finance.get(f"{house.root}/payouts/{run.run_id}/{ASHA}/statement")
    lines = list(csv.reader(io.StringIO(body_of(statement).decode("utf-8-sig"))))
    (earned,) = [line for line in lines if line[0].startswith("Commission earned")]
    what, _at, programme, *_rest = earned
    assert what.replace("\N{NO-BREAK SPACE}", " ") == (
        "Commission earned, for each voucher that is paid out: 0.25 KES"
    )
    assert programme == "Programme 1"
    assert house.finance.get(f"{house.root}/payouts/{run.run_id}/{ASHA}/paper").status_code == 200
    owner = given_person(name="Asha")
    given_shop_role(owner, house.issuer, ASHA, AcceptorRoleName.OWNER)
    shop = f"/portal/{house.issuer.code}/shop/{ASHA}/payouts/{run.run_id}"
    assert told in words_of(signed_in(owner).get(shop))


def test_a_budget_that_does_not_suffice_is_told_on_the_first_page(portal: Portal) -> None:
    house = given_earned(portal, budget_minor=30)
    assert "Agents wait for what they earned" in house.page("")
    with connected(portal.url) as engine:
        given_budget(engine, house.issuer, 20)
        accrue(engine, house.issuer)
    assert "Agents wait for what they earned" not in house.page("")
