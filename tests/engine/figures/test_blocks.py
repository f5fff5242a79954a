"""A period is made of blocks: every day of it once, and never many of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.engine.figures.reading import Blocks, Period, blocks

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@given(DAYS, st.integers(min_value=0, max_value=1000))
def test_every_day_is_in_one_block(first_day: date, more: int) -> None:
    period = Period(first_day, first_day + timedelta(days=more))
    covered = []
    count = 0
    for run in blocks(period):
        begin = run.first
        while begin <= run.last:
            assert (begin - date(2000, 1, 1)).days % run.days == 0
            covered += [begin + timedelta(days=each) for each in range(run.days)]
            begin += timedelta(days=run.days)
            count += 1
    assert sorted(covered) == [first_day + timedelta(days=each) for each in range(more + 1)]
    assert count <= 18 + more // 64


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (
            Period(date(2000, 1, 1), date(2000, 1, 1)),
            [Blocks(1, date(2000, 1, 1), date(2000, 1, 1))],
        ),
        (
            Period(date(2000, 1, 1), date(2000, 1, 9)),
            [
                Blocks(1, date(2000, 1, 9), date(2000, 1, 9)),
                Blocks(4, date(2000, 1, 1), date(2000, 1, 5)),
            ],
        ),
        (Period(date(2000, 1, 2), date(2000, 1, 1)), []),
    ],
)
def test_blocks_of_a_few_days(period: Period, expected: list[Blocks]) -> None:
    assert blocks(period) == expected
