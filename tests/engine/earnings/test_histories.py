"""Random histories of what agents do, against a few lines that add up what they should have earned:
in whatever stretches the journal is gone through, and however often it waits for budget.
"""

import random
import secrets
from dataclasses import dataclass, field
from typing import Final

import pytest
from tests.engine.earnings.given import (
    accrue,
    given_activated,
    given_agent,
    given_budget,
    given_cashed_out,
    given_till,
    rule,
)
from tests.given import SYSTEM, balances, given_group, given_issuer, given_programme

from counterfoil.engine.acceptors import regroup_acceptor
from counterfoil.engine.catalogue import DailyLimits
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.earnings.accruing import accrue_earnings
from counterfoil.engine.earnings.rules import ClientAgent, EarningRule, Event, set_earning_rules
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.keys.provider import LocalKeyProvider

STEPS: Final = 40
PLENTY: Final = 1_000_000
HISTORIES_IN_ALL: Final = 40


@dataclass
class World:
    """What there is, and what each agent should have: by the rules thought anew."""

    connection: Connection
    issuer: Issuer
    till: Caller
    winter: int
    agents: list[int]
    dice: random.Random
    rules: list[EarningRule] = field(default_factory=list)
    earned: dict[int, int] = field(default_factory=dict)
    owed: dict[int, int] = field(default_factory=dict)
    refundable: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def happen(self, event: Event, agent: int, amount: int, *, in_winter: bool) -> int:
        gives = next(
            (
                given
                for each in self.rules
                if each.event is event
                and (each.programme_id is None or in_winter)
                and each.acceptor_id in {None, agent}
                and (given := _gives(each, amount))
            ),
            0,
        )
        self.earned[agent] = self.earned.get(agent, 0) + gives
        return gives


def _gives(each: EarningRule, amount: int) -> int:
    if each.fixed_minor is not None:
        return each.fixed_minor
    half_up = (amount * (each.points or 0) + 5_000) // 10_000
    return min(max(half_up, each.least_minor), each.most_minor or PLENTY)


def _given_world(connection: Connection, provider: LocalKeyProvider, seed: int) -> World:
    issuer = given_issuer(connection, provider, f"H{secrets.token_hex(4).upper()}")
    given_group(connection, issuer, denominations=())
    winter = given_programme(connection, issuer).programme_id
    given_group(connection, issuer, "WINTER", denominations=(), programme="WINTER")
    agents = [given_agent(connection, issuer, name) for name in ("One", "Two", "Three")]
    till = given_till(connection, issuer, agents[0])
    dice = random.Random(seed)  # noqa: S311  # the same history each time
    return World(connection, issuer, till, winter, agents, dice)


def _step(world: World) -> None:
    dice, connection, issuer = world.dice, world.connection, world.issuer
    agent, amount = dice.choice(world.agents), dice.randint(1, 3_000)
    match dice.randrange(9):
        case 0 | 1 | 2:
            in_winter = dice.random() < 0.5
            group = "WINTER" if in_winter else "FOOD-AID"
            (serial,) = given_cashed_out(connection, issuer, agent, amount, group=group)
            gave = world.happen(Event.CASH_OUT, agent, amount, in_winter=in_winter)
            world.owed[agent] = world.owed.get(agent, 0) + amount
            world.refundable[serial] = agent, amount, gave
        case 3:
            given_activated(connection, issuer, world.till)
            world.happen(Event.ACTIVATION, world.agents[0], 1_000, in_winter=False)
        case 4 if world.refundable:
            serial = dice.choice(sorted(world.refundable))
            refund_redemption(connection, issuer, SYSTEM, serial, reason="wrong")
            whose, was, gave = world.refundable.pop(serial)
            world.owed[whose] -= was
            world.earned[whose] -= gave
        case 5:
            _change_rules(world)
        case 6:
            given_budget(connection, issuer, dice.randint(1, 60))
        case 7:
            groups = ("RURAL",) if dice.random() < 0.5 else ()
            regroup_acceptor(
                connection, issuer, SYSTEM, agent, groups, DailyLimits(), reason="they moved"
            )
        case _:
            accrue_earnings(connection, issuer, operations_max=dice.randint(1, 30))


def _change_rules(world: World) -> None:
    dice = world.dice
    world.rules = [
        rule(
            dice.choice(list(Event)),
            programme_id=dice.choice([None, world.winter]),
            acceptor_id=dice.choice([None, *world.agents]),
            **dice.choice(
                [
                    {"fixed_minor": dice.randint(1, 40)},
                    {"points": dice.randint(1, 300), "least_minor": dice.choice([0, 3])},
                    {"points": dice.randint(1, 300), "most_minor": 7},
                ]
            ),
        )
        for _rule in range(dice.randint(0, 4))
    ]
    tills = [ClientAgent(client_id=world.till.client_id, acceptor_id=world.agents[0])]
    set_earning_rules(world.connection, world.issuer, SYSTEM, world.rules, tills)


def _end(world: World, seed: int) -> None:
    given_budget(world.connection, world.issuer, PLENTY)
    accrue(world.connection, world.issuer)
    after = balances(world.connection, world.issuer)
    for agent in world.agents:
        expected = world.owed.get(agent, 0) + world.earned.get(agent, 0)
        assert after.get(f"payable:{agent}", 0) == expected, seed
    assert check(world.connection, world.issuer.issuer_id) == [], seed


def _live(connection: Connection, provider: LocalKeyProvider, seed: int) -> None:
    world = _given_world(connection, provider, seed)
    for _each in range(STEPS):
        _step(world)
    _end(world, seed)


@pytest.mark.parametrize("seed", range(3))
def test_agents_earn_what_the_rules_say(
    shared_connection: Connection, provider: LocalKeyProvider, seed: int
) -> None:
    _live(shared_connection, provider, seed)


@pytest.mark.prove
def test_agents_earn_what_the_rules_say_whatever_happens(
    shared_connection: Connection, provider: LocalKeyProvider
) -> None:
    for seed in range(3, HISTORIES_IN_ALL):
        _live(shared_connection, provider, seed)
