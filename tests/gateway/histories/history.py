"""A history: people and workers do random things, in any order."""

from collections.abc import Callable, Sequence
from typing import Final

from tests.gateway.histories.people import (
    approve,
    begin,
    begin_apart,
    decide,
    donate,
    redeem,
    redeem_at,
    refund,
    retry,
    turn_shop,
)
from tests.gateway.histories.scheduling import go_to_cut_off, let_hours_pass, race, work
from tests.gateway.histories.terms import change_terms, first_terms, turn_days
from tests.gateway.histories.working import all_at_once, count, pay, post, send, wait
from tests.gateway.histories.world import World


def live(world: World, acts: int) -> None:
    first_terms(world)
    for shop in world.auditor.shops:
        redeem_at(world, shop, 1)
    kinds = [act for act, _weight in ACTS]
    weights = [weight for _act, weight in ACTS]
    for act in world.chance.choices(kinds, weights, k=acts):
        act(world)


def go_on(world: World) -> None:
    """Whatever the runs wait for."""
    for act in (begin, count, decide, send, pay, post):
        act(world)


def go_on_by_the_clock(world: World) -> None:
    """A cycle's cut-off comes, and workers see to whatever that begins."""
    for act in (go_to_cut_off, work, decide, work, pay, post):
        act(world)


def overtake(world: World) -> None:
    """One run pays what another has counted and not sent."""
    begun = begin_apart(world)
    if begun is None:
        return
    count(world)
    if begun in world.auditor.runs_at("previewed"):
        approve(world, begun)
        send(world)


ACTS: Final[Sequence[tuple[Callable[[World], None], int]]] = (
    (go_on, 4),
    (go_on_by_the_clock, 4),
    (let_hours_pass, 2),
    (work, 2),
    (race, 1),
    (turn_days, 1),
    (redeem, 4),
    (refund, 3),
    (donate, 1),
    (change_terms, 1),
    (turn_shop, 2),
    (overtake, 2),
    (begin, 1),
    (decide, 1),
    (send, 1),
    (all_at_once, 2),
    (pay, 2),
    (wait, 2),
    (post, 2),
    (retry, 3),
)
