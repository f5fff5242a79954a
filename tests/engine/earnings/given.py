"""What tests of earnings are given: agents, what they did, rules and a budget for it."""

from typing import Final

from tests.engine.payouts.given import given_redeemed
from tests.given import SYSTEM, ask, given_client

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.database import Connection
from counterfoil.engine.earnings.accruing import accrue_earnings
from counterfoil.engine.earnings.budgeting import budget_incentives
from counterfoil.engine.earnings.rules import ClientAgent, EarningRule, Event, set_earning_rules
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Caller, Outcome, Preactivate
from counterfoil.money import Money

_READ: Final = (
    "SELECT acceptor_id, rule_id, events, amount_minor FROM earning WHERE issuer_id = %s"
    " ORDER BY operation_id"
)


def given_agent(connection: Connection, issuer: Issuer, name: str = "Agent", *groups: str) -> int:
    design = AcceptorDesign(name=name, kind="agent", account=f"AG-{name}", groups=groups)
    (acceptor_id,) = create_acceptors(connection, issuer, SYSTEM, [design])
    return acceptor_id


def rule(event: Event = Event.CASH_OUT, **parts: object) -> EarningRule:
    """Of the first funding account; 25 for each event where nothing else is said."""
    if "points" not in parts:
        parts = {"fixed_minor": 25} | parts
    return EarningRule(funding_account_id=1, event=event, **parts)  # type: ignore[arg-type]


def given_rules(connection: Connection, issuer: Issuer, *rules: EarningRule) -> None:
    set_earning_rules(connection, issuer, SYSTEM, rules, [])


def given_budget(connection: Connection, issuer: Issuer, amount_minor: int) -> None:
    budget_incentives(connection, issuer, SYSTEM, Money(amount_minor, "KES"), funding_account_id=1)


def given_till(
    connection: Connection, issuer: Issuer, acceptor_id: int, *rules: EarningRule
) -> Caller:
    """A calling system of that agent, and the rules beside it."""
    till, _key = given_client(connection, issuer, "Till", ["preactivate", "activate"])
    agent = ClientAgent(client_id=till.client_id, acceptor_id=acceptor_id)
    set_earning_rules(connection, issuer, SYSTEM, rules, [agent])
    return till


def given_activated(
    connection: Connection, issuer: Issuer, till: Caller, amount: str = "10.00"
) -> int:
    """A voucher drawn and activated by the till; its serial."""
    wanted = Preactivate(caller=till, amount=amount, currency="KES", group="FOOD-AID")
    (drawn,) = ask(connection, issuer, wanted)
    (answer,) = ask(connection, issuer, Activate(caller=till, serial=drawn.serial or 0))
    assert answer.outcome is Outcome.DONE
    return answer.serial or 0


def given_cashed_out(
    connection: Connection,
    issuer: Issuer,
    acceptor_id: int,
    *amounts_minor: int,
    group: str = "FOOD-AID",
) -> list[int]:
    return given_redeemed(connection, issuer, acceptor_id, *amounts_minor, group=group)


def accrue(connection: Connection, issuer: Issuer) -> None:
    while accrue_earnings(connection, issuer):
        pass


def read_earnings(connection: Connection, issuer: Issuer) -> list[tuple[int, int, int, int]]:
    """Acceptor, rule, events, amount; in the order in which they were recorded."""
    rows = connection.execute(_READ, (issuer.issuer_id,)).fetchall()
    connection.rollback()
    return [(acceptor_id, rule_id, events, amount) for acceptor_id, rule_id, events, amount in rows]
