"""Histories of payouts on rails that answer at once, each behind a line that delays, cuts, repeats
and reorders, while workers die at any step: nobody is paid twice, and nobody is lost.
"""

from typing import Final

import pytest
from tests.gateway.histories.lived import Rails, live_through
from tests.gateway.histories.world import Place

PAIRS: Final[tuple[Rails, ...]] = (
    ("hub", "sandbox"),
    ("sandbox", "hub"),
    ("loose", "sandbox"),
    ("sandbox", "loose"),
)
BATCH: Final = 25


def test_histories(place: Place) -> None:
    live_through(place, range(6), PAIRS)


@pytest.mark.prove
@pytest.mark.parametrize("first", range(1000, 1500, BATCH))
def test_many_histories(place: Place, first: int) -> None:
    live_through(place, range(first, first + BATCH), PAIRS)
