"""What agents earn: by the first rule that fits, once, from the budget; a refund takes it back."""

import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from tests.engine.earnings.given import (
    accrue,
    given_activated,
    given_agent,
    given_budget,
    given_cashed_out,
    given_rules,
    given_till,
    read_earnings,
    rule,
)
from tests.engine.payouts.given import given_sent, read_payouts
from tests.given import SYSTEM, ask, balances, finish, given_group, given_issuer, given_programme

from counterfoil.engine.acceptors import regroup_acceptor
from counterfoil.engine.catalogue import DailyLimits
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect
from counterfoil.engine.earnings.accruing import accrue_earnings
from counterfoil.engine.earnings.budgeting import budget_incentives
from counterfoil.engine.earnings.reading import earnings_waiting
from counterfoil.engine.earnings.rules import Event, rules_now, set_earning_rules
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Activate, Outcome, Preactivate, Redeem
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

ASHA: Final = 1  # tests.given.SHOP, a merchant


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Iterator[Issuer]:
    issuer = given_issuer(connection, provider, f"E{secrets.token_hex(4).upper()}")
    given_group(connection, issuer, denominations=())
    yield issuer
    assert check(connection, issuer.issuer_id) == []


def test_an_agent_earns_by_each_voucher_it_pays_out(connection: Connection, issuer: Issuer) -> None:
    agent = given_agent(connection, issuer)
    given_cashed_out(connection, issuer, agent, 700)  # before there were rules
    given_rules(connection, issuer, rule(points=150, least_minor=3, most_minor=20))
    given_budget(connection, issuer, 1_000)
    given_cashed_out(connection, issuer, agent, 1000, 100, 5000)
    given_cashed_out(connection, issuer, ASHA, 1000)  # a merchant
    accrue(connection, issuer)
    # 1.5 % of 10.00; at least 0.03; at most 0.20
    assert read_earnings(connection, issuer) == [(agent, 1, 3, 15 + 3 + 20)]
    after = balances(connection, issuer)
    assert (after["incentives:0"], after[f"payable:{agent}"]) == (962, 700 + 6100 + 38)
    accrue(connection, issuer)
    assert len(read_earnings(connection, issuer)) == 1, "once"


def test_an_agent_earns_by_what_its_own_system_activates(
    connection: Connection, issuer: Issuer
) -> None:
    agent = given_agent(connection, issuer)
    till = given_till(connection, issuer, agent, rule(Event.ACTIVATION, fixed_minor=40))
    given_budget(connection, issuer, 1_000)
    given_activated(connection, issuer, till)
    given_activated(connection, issuer, SYSTEM)  # nobody's
    accrue(connection, issuer)
    assert read_earnings(connection, issuer) == [(agent, 1, 1, 40)]
    set_earning_rules(connection, issuer, SYSTEM, [rule(Event.ACTIVATION, fixed_minor=40)], [])
    given_activated(connection, issuer, till)
    accrue(connection, issuer)
    assert len(read_earnings(connection, issuer)) == 1, "it belongs to nobody any more"


def test_a_voucher_paid_at_once_earns_when_it_is_settled(
    connection: Connection, issuer: Issuer
) -> None:
    agent = given_agent(connection, issuer)
    given_group(connection, issuer, "AT-ONCE", denominations=(), settlement="instant")
    given_rules(connection, issuer, rule())
    given_budget(connection, issuer, 1_000)
    pending = []
    for _each in range(2):
        wanted = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="AT-ONCE")
        (drawn,) = ask(connection, issuer, wanted)
        ask(connection, issuer, Activate(caller=SYSTEM, serial=drawn.serial or 0))
        (answer,) = ask(
            connection,
            issuer,
            Redeem(
                caller=SYSTEM,
                number=drawn.number or "",
                acceptor_name="Agent",
                acceptor_account="AG-Agent",
            ),
        )
        assert answer.outcome is Outcome.PENDING
        pending.append(answer)
    accrue(connection, issuer)
    assert read_earnings(connection, issuer) == []
    ask(connection, issuer, finish(pending[0], completed=True))
    ask(connection, issuer, finish(pending[1], completed=False))
    accrue(connection, issuer)
    assert read_earnings(connection, issuer) == [(agent, 1, 1, 25)]


def test_the_first_rule_that_fits_counts(connection: Connection, issuer: Issuer) -> None:
    own, grouped, any_agent = (
        given_agent(connection, issuer, "Own", "RURAL"),
        given_agent(connection, issuer, "Grouped", "RURAL"),
        given_agent(connection, issuer, "Any"),
    )
    winter = given_programme(connection, issuer)
    today = datetime.now(UTC).date()
    given_rules(
        connection,
        issuer,
        rule(programme_id=winter.programme_id, fixed_minor=1),
        rule(starts_on=today + timedelta(days=1), fixed_minor=2),
        rule(ends_on=today - timedelta(days=1), fixed_minor=3),
        rule(acceptor_id=own, points=1),  # of a small voucher it is nothing
        rule(acceptor_id=own, fixed_minor=5),
        rule(acceptor_id=ASHA, starts_on=today, ends_on=today, fixed_minor=6),
        rule(acceptor_group="RURAL", fixed_minor=7),
        rule(fixed_minor=8),
    )
    given_budget(connection, issuer, 1_000)
    for acceptor_id in (own, grouped, any_agent, ASHA):
        given_cashed_out(connection, issuer, acceptor_id, 1000)
    accrue(connection, issuer)
    assert sorted(read_earnings(connection, issuer)) == sorted(
        [(own, 5, 1, 5), (grouped, 7, 1, 7), (any_agent, 8, 1, 8), (ASHA, 6, 1, 6)]
    )


def test_a_changed_rule_counts_from_then_on(connection: Connection, issuer: Issuer) -> None:
    agent = given_agent(connection, issuer)
    stays = rule(Event.ACTIVATION)
    given_rules(connection, issuer, rule(fixed_minor=10), stays)
    given_budget(connection, issuer, 1_000)
    given_cashed_out(connection, issuer, agent, 1000)
    given_rules(connection, issuer, rule(fixed_minor=30), stays)
    given_cashed_out(connection, issuer, agent, 1000, 1000)
    accrue(connection, issuer)
    assert sorted(read_earnings(connection, issuer)) == [(agent, 1, 1, 10), (agent, 3, 2, 60)]
    now = rules_now(connection, issuer.issuer_id)
    connection.rollback()
    assert [ruling.rule_id for ruling in now] == [3, 2], "what stays as it is goes on"


@pytest.mark.parametrize("operations", [3, 7, 20_000])
def test_a_refund_takes_back_what_the_redemption_earned(
    connection: Connection,
    issuer: Issuer,
    operations: int,
) -> None:
    """In the stretch of the redemption, or in a later one, by the rule of that time."""
    agent = given_agent(connection, issuer)
    given_rules(connection, issuer, rule(fixed_minor=10))
    given_budget(connection, issuer, 1_000)
    first, second, _third = given_cashed_out(connection, issuer, agent, 1000, 2000, 3000)
    refund_redemption(connection, issuer, SYSTEM, first, reason="wrong")
    while accrue_earnings(connection, issuer, operations_max=operations):
        pass
    assert balances(connection, issuer)["incentives:0"] == 980
    given_rules(connection, issuer, rule(fixed_minor=99))
    refund_redemption(connection, issuer, SYSTEM, second, reason="wrong too")
    while accrue_earnings(connection, issuer, operations_max=operations):
        pass
    after = balances(connection, issuer)
    assert (after["incentives:0"], after[f"payable:{agent}"]) == (990, 3010)
    assert sum(events for _agent, _rule, events, _amount in read_earnings(connection, issuer)) == 1


def test_what_is_taken_back_is_what_was_earned_in_the_group_of_then(
    connection: Connection, issuer: Issuer
) -> None:
    agent = given_agent(connection, issuer, "Agent", "TOWN")
    given_rules(
        connection,
        issuer,
        rule(acceptor_group="TOWN", fixed_minor=50),
        rule(acceptor_group="RURAL", fixed_minor=10),
    )
    given_budget(connection, issuer, 1_000)
    (first,) = given_cashed_out(connection, issuer, agent, 1000)
    accrue(connection, issuer)
    regroup_acceptor(
        connection, issuer, SYSTEM, agent, ("RURAL",), DailyLimits(), reason="it moved"
    )
    (second,) = given_cashed_out(connection, issuer, agent, 1000)
    refund_redemption(connection, issuer, SYSTEM, first, reason="wrong")
    accrue(connection, issuer)
    refund_redemption(connection, issuer, SYSTEM, second, reason="wrong too")
    accrue(connection, issuer)
    assert read_earnings(connection, issuer) == [
        (agent, 1, 1, 50),
        (agent, 2, 1, 10),
        (agent, 1, -1, -50),
        (agent, 2, -1, -10),
    ]


def test_earnings_wait_for_budget_and_are_not_lost(connection: Connection, issuer: Issuer) -> None:
    agent = given_agent(connection, issuer)
    given_rules(connection, issuer, rule(fixed_minor=40))
    given_cashed_out(connection, issuer, agent, 1000, 1000, 1000)
    accrue(connection, issuer)
    (waiting,) = earnings_waiting(connection, issuer)
    assert (waiting.needs_minor, waiting.left_minor, waiting.currency) == (40, 0, "KES")
    given_budget(connection, issuer, 100)
    accrue(connection, issuer)
    assert read_earnings(connection, issuer) == [(agent, 1, 2, 80)], "what it suffices for"
    (waiting,) = earnings_waiting(connection, issuer)
    assert (waiting.needs_minor, waiting.left_minor) == (40, 20)
    given_budget(connection, issuer, 20)
    accrue(connection, issuer)
    assert earnings_waiting(connection, issuer) == []
    assert "incentives:0" not in balances(connection, issuer)
    assert sum(amount for *_rest, amount in read_earnings(connection, issuer)) == 120


def test_a_budget_is_what_is_available_and_goes_back(
    connection: Connection, issuer: Issuer
) -> None:
    before = balances(connection, issuer)
    too_much = Money(before["available:0"] + 1, "KES")
    with pytest.raises(ConflictError, match="more than is available"):
        budget_incentives(connection, issuer, SYSTEM, too_much, funding_account_id=1)
    assert balances(connection, issuer) == before
    for _time in range(2):
        budget_incentives(
            connection, issuer, SYSTEM, Money(500, "KES"), funding_account_id=1, reference="B1"
        )
    assert balances(connection, issuer)["incentives:0"] == 500
    with pytest.raises(ConflictError, match="left of the budget"):
        budget_incentives(
            connection, issuer, SYSTEM, Money(501, "KES"), funding_account_id=1, puts_back=True
        )
    with pytest.raises(ConflictError, match="in KES"):
        budget_incentives(connection, issuer, SYSTEM, Money(1, "EUR"), funding_account_id=1)
    with pytest.raises(ConflictError, match="above zero"):
        budget_incentives(connection, issuer, SYSTEM, Money(0, "KES"), funding_account_id=1)
    budget_incentives(
        connection, issuer, SYSTEM, Money(500, "KES"), funding_account_id=1, puts_back=True
    )
    assert balances(connection, issuer) == before


def test_what_was_earned_is_paid_with_the_next_payout(
    connection: Connection, issuer: Issuer
) -> None:
    agent = given_agent(connection, issuer)
    till = given_till(connection, issuer, agent, rule(Event.ACTIVATION, fixed_minor=60))
    given_budget(connection, issuer, 1_000)
    given_activated(connection, issuer, till)
    accrue(connection, issuer)
    run = given_sent(connection, issuer)
    (payout,) = read_payouts(connection, issuer, run.run_id)
    assert (payout.earned_minor, payout.redemptions, payout.net_minor) == (60, 0, 60)
    earned = connection.execute(
        "SELECT e.run_id, e.acceptor_id, e.events, e.amount_minor, r.event FROM earning AS e"
        " INNER JOIN earning_rule AS r USING (issuer_id, rule_id) WHERE e.issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    assert earned == [(run.run_id, agent, 1, 60, "activation")]


def test_more_taken_back_than_earned_since_is_netted(
    connection: Connection, issuer: Issuer
) -> None:
    agent = given_agent(connection, issuer)
    given_rules(connection, issuer, rule(fixed_minor=10))
    given_budget(connection, issuer, 1_000)
    (wrong,) = given_cashed_out(connection, issuer, agent, 1000)
    accrue(connection, issuer)
    assert given_sent(connection, issuer).net_minor == 1010
    refund_redemption(connection, issuer, SYSTEM, wrong, reason="wrong")
    accrue(connection, issuer)
    assert balances(connection, issuer)[f"payable:{agent}"] == -1010
    given_rules(connection, issuer)
    given_cashed_out(connection, issuer, agent, 1500)
    run = given_sent(connection, issuer)
    (payout,) = read_payouts(connection, issuer, run.run_id)
    assert (payout.refunded_minor, payout.earned_minor, payout.net_minor) == (1000, -10, 490)


def test_rules_that_cannot_be_are_refused(connection: Connection, issuer: Issuer) -> None:
    for wrong in (
        rule(fixed_minor=1, points=1),
        rule(fixed_minor=None),
        rule(fixed_minor=0),
        rule(points=10_001),
        rule(points=10, least_minor=5, most_minor=4),
        rule(fixed_minor=5, most_minor=4),
        rule(acceptor_id=ASHA, acceptor_group="FOOD"),
        rule(starts_on=datetime.now(UTC).date(), ends_on=datetime(2020, 1, 1, tzinfo=UTC).date()),
    ):
        with pytest.raises(ConflictError):
            given_rules(connection, issuer, wrong)
    for unknown in (rule(acceptor_id=99), rule(programme_id=99)):
        with pytest.raises(NotFoundError):
            given_rules(connection, issuer, unknown)
    assert rules_now(connection, issuer.issuer_id) == []
    connection.rollback()


def test_many_at_once_earn_once_and_never_beyond_the_budget(
    connection: Connection, issuer: Issuer, shared_database: str, provider: LocalKeyProvider
) -> None:
    """Three workers, and somebody who takes from the budget and puts into it."""
    agent = given_agent(connection, issuer)
    given_rules(connection, issuer, rule(fixed_minor=10))
    given_budget(connection, issuer, 50)
    given_cashed_out(connection, issuer, agent, *[1000] * 12)
    failed: list[BaseException] = []

    def work(*, takes: bool) -> None:
        with connect(shared_database) as mine:
            own = open_issuer(mine, issuer.code, provider)
            try:
                for _round in range(10):
                    if takes:
                        _move_budget(mine, own)
                    accrue_earnings(mine, own, operations_max=5)
            except BaseException as error:  # noqa: BLE001  # told below
                failed.append(error)

    threads = [
        threading.Thread(target=work, kwargs={"takes": takes}) for takes in (True, False, False)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    accrue(connection, issuer)
    assert sum(amount for *_rest, amount in read_earnings(connection, issuer)) == 50
    given_budget(connection, issuer, 70)
    accrue(connection, issuer)
    assert sum(amount for *_rest, amount in read_earnings(connection, issuer)) == 120
    assert "incentives:0" not in balances(connection, issuer)


def _move_budget(connection: Connection, issuer: Issuer) -> None:
    """10 out of it, if there are, and back."""
    try:
        budget_incentives(
            connection, issuer, SYSTEM, Money(10, "KES"), funding_account_id=1, puts_back=True
        )
    except ConflictError:
        return
    budget_incentives(connection, issuer, SYSTEM, Money(10, "KES"), funding_account_id=1)
