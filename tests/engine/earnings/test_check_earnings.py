"""`check` names whatever was damaged of what agents earned."""

from collections.abc import Iterator
from typing import Final

import pytest
from tests.damages import each_damaged
from tests.engine.earnings.given import (
    accrue,
    given_agent,
    given_budget,
    given_cashed_out,
    given_rules,
    rule,
)
from tests.engine.payouts.given import given_sent
from tests.given import SYSTEM, given_group, given_issuer

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.keys.provider import LocalKeyProvider

DAMAGES: Final = {
    "an earning is raised": (
        "UPDATE earning SET amount_minor = amount_minor + 1 WHERE rule_id = 2",
        ", posted",
    ),
    "an earning is invented": (
        "INSERT INTO earning VALUES (1, 99, 1, 1, 1, 1, 5, now(), NULL, 1, 900, 901)",
        ", posted",
    ),
    "an earning is another agent's": ("UPDATE earning SET acceptor_id = 1", ", posted"),
    "an earning is forgotten": ("DELETE FROM earning WHERE events < 0", ", posted"),
    "more events": (
        "UPDATE earning SET events = events + 1 WHERE rule_id = 1 AND events > 0",
        ", by its rule",
    ),
    "another rule": ("UPDATE earning_rule SET fixed_minor = 11 WHERE rule_id = 1", ", by its rule"),
    "a stretch twice": (
        "UPDATE earning SET first_operation = first_operation - 9 WHERE events > 0",
        ", begins not before",
    ),
    "the cursor is put back": ("UPDATE earning_cursor SET next_operation = 2", ", ends at most"),
    "more cash-outs than there were": (
        "UPDATE earning SET events = events + 100 WHERE rule_id = 2",
        ", at most",
    ),
    "a payout of other earnings": (
        "UPDATE earning SET run_id = NULL WHERE run_id = 1",
        "earnings paid with a payout",
    ),
}


@pytest.fixture
def owner(
    connection: Connection, database: str, provider: LocalKeyProvider
) -> Iterator[Connection]:
    """Of a database with earnings that are paid, owed and taken back."""
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, denominations=())
    agent, other = given_agent(connection, issuer), given_agent(connection, issuer, "Other")
    given_rules(connection, issuer, rule(acceptor_id=agent, fixed_minor=10), rule(points=100))
    given_budget(connection, issuer, 1_000)
    wrong, _right = given_cashed_out(connection, issuer, agent, 1000, 3000)
    accrue(connection, issuer)
    given_sent(connection, issuer)
    refund_redemption(connection, issuer, SYSTEM, wrong, reason="wrong")
    for acceptor_id in (agent, other):
        given_cashed_out(connection, issuer, acceptor_id, 1000)
    accrue(connection, issuer)
    assert check(connection) == []
    with connect_as_owner(database) as owner:
        yield owner


def test_each_damage_is_found_and_named(owner: Connection) -> None:
    for what, subject, found in each_damaged(owner, "check_earnings", DAMAGES):
        assert any(subject in each.subject for each in found), (what, *map(str, found))
