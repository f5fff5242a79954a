"""What who approves what agents earn is shown, however it was prepared."""

from uuid import UUID, uuid4

from django.utils import timezone
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.money.working import House
from tests.portal.payouts.working import ASHA, given_office

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.payout_content import BudgetIncentives, SetEarningRules
from counterfoil.engine.commands.preparing import WAITS_AT_MOST, Prepared, prepare
from counterfoil.engine.earnings.rules import EarningRule, Event
from counterfoil.portal.actions import seals


def prepared(house: House, content: Content) -> UUID:
    command_id = uuid4()
    with connected(house.portal.url) as engine:
        prepare(
            engine,
            seals(),
            Prepared(
                issuer_id=house.issuer.issuer_id,
                command_id=command_id,
                content=content,
                prepared_by=house.amina.actor,
                approvals=1,
                expires_at=timezone.now() + WAITS_AT_MOST,
                reason="as agreed",
            ),
        )
        engine.commit()
    return command_id


def test_a_budget_is_shown_with_what_it_does_to_the_balances(portal: Portal) -> None:
    house = given_office(portal)
    asked = BudgetIncentives(funding_account_id=1, amount_minor=50_000, currency="KES")
    command = prepared(house, asked)
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "Set 500.00 KES aside for what agents earn" in decided
    assert "Available was 100,000.00 KES becomes 99,500.00 KES" in decided
    assert house.approve(command) == "done"
    back = BudgetIncentives(
        funding_account_id=1, amount_minor=60_000, currency="KES", puts_back=True
    )
    command = prepared(house, back)
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "That is more than is left: if you approve it, it will be refused." in decided
    assert house.approve(command) == "refused"
    assert "That is more than is left of the budget." in house.page(f"commands/{command}")


def test_rules_are_shown_in_words_where_they_differ(portal: Portal) -> None:
    house = given_office(portal)
    shop = EarningRule(
        funding_account_id=1,
        event=Event.CASH_OUT,
        acceptor_id=ASHA,
        programme_id=1,
        points=250,
        least_minor=100,
    )
    every = EarningRule(funding_account_id=1, event=Event.ACTIVATION, fixed_minor=50)
    command = prepared(house, SetEarningRules(rules=(shop, every)))
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert (
        "Rule 1 becomes Asha Stores, for each voucher that is paid out,"
        " Programme 1 (PROGRAMME-1): 2.5 %, at least 1.00 KES" in decided
    )
    assert "Rule 2 becomes all agents, for each activation: 0.50 KES" in decided
    assert house.approve(command) == "done"
    command = prepared(house, SetEarningRules(rules=(shop,)))
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "Rule 1" not in decided, "only what differs"
    assert "Rule 2 was all agents, for each activation: 0.50 KES nothing" in decided
