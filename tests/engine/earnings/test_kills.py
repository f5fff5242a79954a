"""The process killed before every single exchange with the database while what agents earn is gone
through: whoever goes on afterwards finishes it once.
"""

import pytest
from tests.engine.earnings.given import (
    accrue,
    given_agent,
    given_budget,
    given_cashed_out,
    given_rules,
    rule,
)
from tests.engine.sales.test_kills import killed_at
from tests.given import SYSTEM, balances, given_group, given_issuer

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.keys.provider import LocalKeyProvider

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]


def test_killed_between_every_two_steps_each_event_earns_once(
    connection: Connection, database: str, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, denominations=())
    agent = given_agent(connection, issuer)
    given_rules(connection, issuer, rule(fixed_minor=10))
    given_budget(connection, issuer, 10_000)
    exchange, was_killed = 0, True
    while was_killed:
        exchange += 1
        before = balances(connection, issuer)
        wrong, _right = given_cashed_out(connection, issuer, agent, 100, 200)
        was_killed = killed_at(exchange, database, provider, accrue)
        refund_redemption(connection, issuer, SYSTEM, wrong, reason="wrong")
        accrue(connection, issuer)
        after = balances(connection, issuer)
        assert before["incentives:0"] - after["incentives:0"] == 10, exchange
        assert after[f"payable:{agent}"] - before.get(f"payable:{agent}", 0) == 210
        assert check(connection, issuer.issuer_id) == []
    assert exchange > 15
