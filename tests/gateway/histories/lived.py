"""Histories one after the other, each told by its seed should it fail."""

from collections.abc import Iterable
from itertools import cycle
from random import Random

from tests.gateway.histories.ends import assert_nobody_is_paid_twice_or_lost, drain
from tests.gateway.histories.history import live
from tests.gateway.histories.opening import given_world
from tests.gateway.histories.settling import settle
from tests.gateway.histories.world import Place

ACTS = 8
Rails = tuple[str, str]  # where wallets are paid, and accounts


def live_through(place: Place, seeds: Iterable[int], pairs: Iterable[Rails]) -> None:
    """One of three goes on until everybody has what is theirs."""
    for seed, rails in zip(seeds, cycle(pairs), strict=False):
        try:
            _live_through(place, seed, rails)
        except BaseException as error:
            error.add_note(f"history {seed} on {rails}")
            raise


def _live_through(place: Place, seed: int, rails: Rails) -> None:
    with given_world(place, seed, rails) as world:
        live(world, ACTS)
        drain(world)
        assert_nobody_is_paid_twice_or_lost(world)
        if Random(seed).random() < 0.33:  # noqa: S311  # not a secret
            settle(world)
            assert_nobody_is_paid_twice_or_lost(world)
