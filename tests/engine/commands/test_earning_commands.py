"""Commands about what agents earn, and about a refund that replaces: approved, and done once."""

from uuid import uuid4

from tests.engine.commands.conftest import Office
from tests.engine.earnings.given import accrue, given_agent, given_cashed_out, read_earnings, rule
from tests.engine.payouts.given import given_redeemed
from tests.given import balances, given_group

from counterfoil.engine.check import check
from counterfoil.engine.commands.content import (
    BudgetIncentives,
    RefundRedemption,
    SetEarningRules,
    decoded,
    encoded,
)
from counterfoil.engine.payouts.refunding import Replacement
from counterfoil.keys.sealed_box import new_box_key


def test_rules_and_a_budget_are_approved_and_count(office: Office) -> None:
    given_group(office.connection, office.issuer, denominations=())
    agent = given_agent(office.connection, office.issuer)
    rules = SetEarningRules(rules=(rule(points=100, most_minor=20), rule()))
    assert decoded(encoded(rules)) == rules
    budget = BudgetIncentives(funding_account_id=1, amount_minor=500, currency="KES")
    waits = office.prepare(budget)
    assert office.carry_out(waits) is None, "nobody approved it"
    for content in (rules, budget):
        assert office.done(content) == "done"
    given_cashed_out(office.connection, office.issuer, agent, 1000)
    accrue(office.connection, office.issuer)
    assert read_earnings(office.connection, office.issuer) == [(agent, 1, 1, 10)]
    back = BudgetIncentives(funding_account_id=1, amount_minor=491, currency="KES", puts_back=True)
    command_id = office.prepare(back)
    office.decide(command_id, back)
    assert office.carry_out(command_id) == "refused"
    assert office.status(command_id)[1] == "That is more than is left of the budget."
    assert balances(office.connection, office.issuer)["incentives:0"] == 490
    assert check(office.connection, office.issuer.issuer_id) == []


def test_a_refund_that_replaces_is_done_once(office: Office) -> None:
    given_group(office.connection, office.issuer, denominations=())
    (wrong,) = given_redeemed(office.connection, office.issuer, 1, 1000)
    _private, public = new_box_key()
    content = RefundRedemption(
        serial=wrong,
        acceptor_id=1,
        amount_minor=1000,
        currency="KES",
        replacement=Replacement(handover_id=uuid4(), recipient_key=public),
    )
    assert decoded(encoded(content)) == content
    command_id = office.prepare(content)
    office.decide(command_id, content)
    given_group(office.connection, office.issuer, "LATER")  # the catalogue changes in between
    assert office.carry_out(command_id) == "done"
    assert office.carry_out(command_id) is None
    assert "payable:1" not in balances(office.connection, office.issuer)
    assert check(office.connection, office.issuer.issuer_id) == []
