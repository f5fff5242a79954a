"""Histories of payouts on rails that are files, alone and beside those that answer at once: files
are put twice or not at all, answers come late, twice and in any order, and workers die at any step.
"""

from typing import Final

import pytest
from tests.gateway.histories.lived import Rails, live_through
from tests.gateway.histories.world import Place

PAIRS: Final[tuple[Rails, ...]] = (
    ("csv", "iso"),
    ("hub", "bulk"),
    ("iso", "csv"),
    ("iso", "bulk"),
    ("sandbox", "iso"),
    ("http", "csv"),
    ("sandbox", "http"),
    ("iso", "iso"),
)
BATCH: Final = 25


def test_histories(place: Place) -> None:
    live_through(place, range(8), PAIRS)


@pytest.mark.prove
@pytest.mark.parametrize("first", range(2000, 2500, BATCH))
def test_many_histories(place: Place, first: int) -> None:
    live_through(place, range(first, first + BATCH), PAIRS)


@pytest.mark.prove
@pytest.mark.parametrize("first", range(3000, 3060, 20))
def test_many_histories_over_http(place: Place, first: int) -> None:
    live_through(place, range(first, first + 20), (("http", "csv"), ("sandbox", "http")))
