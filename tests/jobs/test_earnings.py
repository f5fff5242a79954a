"""The worker goes through what agents earn, and says where it waits for budget."""

import secrets

from structlog.testing import capture_logs
from tests.engine.earnings.given import (
    given_agent,
    given_budget,
    given_cashed_out,
    given_rules,
    read_earnings,
    rule,
)
from tests.given import given_group, given_issuer

from counterfoil.engine.database import Connection
from counterfoil.jobs.earnings import earn
from counterfoil.jobs.site import Desk, WorkSite
from counterfoil.keys.provider import LocalKeyProvider


def test_what_waits_for_budget_is_told_and_goes_on(
    shared_connection: Connection, shared_database: str, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(shared_connection, provider, f"J{secrets.token_hex(4).upper()}")
    given_group(shared_connection, issuer, denominations=())
    agent = given_agent(shared_connection, issuer)
    given_rules(shared_connection, issuer, rule())
    given_cashed_out(shared_connection, issuer, agent, 1000)
    desk = Desk(WorkSite(shared_database, provider), shared_connection)
    with capture_logs() as told:
        assert earn(desk, issuer) == 0
    assert [each["event"] for each in told] == ["earnings.wait_for_budget"]
    given_budget(shared_connection, issuer, 25)
    with capture_logs() as told:
        assert earn(desk, issuer) == 0
    assert told == []
    assert read_earnings(shared_connection, issuer) == [(agent, 1, 1, 25)]
