"""When a cycle cuts off next: by the clock of its place, on days on which banks work."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.engine.payouts.calendar import (
    Cycle,
    Schedule,
    Workdays,
    last_cut_off,
    next_cut_off,
)
from counterfoil.errors import ConflictError

DAILY = Schedule(cycle=Cycle.DAILY)
CHRISTMAS = Workdays(holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (DAILY, "2026-12-01T16:59:59", "2026-12-01T17:00"),
        (DAILY, "2026-12-01T17:00", "2026-12-02T17:00"),
        (DAILY, "2026-12-04T17:00", "2026-12-07T17:00"),  # over a weekend
        (DAILY, "2026-12-24T17:00", "2026-12-29T17:00"),  # and over holidays around one
        (Schedule(cycle=Cycle.WEEKLY, on_day=3), "2026-12-01T08:00", "2026-12-02T17:00"),
        (Schedule(cycle=Cycle.WEEKLY, on_day=3), "2026-12-02T17:00", "2026-12-09T17:00"),
        (Schedule(cycle=Cycle.WEEKLY, on_day=5), "2026-12-21T00:00", "2026-12-29T17:00"),
        (Schedule(cycle=Cycle.WEEKLY, on_day=5), "2026-12-26T00:00", "2026-12-29T17:00"),
        (Schedule(cycle=Cycle.WEEKLY, on_day=7), "2026-12-01T00:00", "2026-12-07T17:00"),
        (Schedule(cycle=Cycle.MONTHLY, on_day=31), "2026-02-01T00:00", "2026-02-02T17:00"),
        (Schedule(cycle=Cycle.MONTHLY, on_day=31), "2026-02-02T17:00", "2026-03-02T17:00"),
        (Schedule(cycle=Cycle.MONTHLY, on_day=31), "2026-03-02T17:00", "2026-03-31T17:00"),
        (Schedule(cycle=Cycle.MONTHLY, on_day=15), "2026-12-15T17:00", "2027-01-15T17:00"),
        (
            Schedule(cycle=Cycle.DAILY, cut_off=time(9, 30), time_zone="Africa/Nairobi"),
            "2026-12-01T06:30",
            "2026-12-02T06:30",
        ),
        (
            Schedule(cycle=Cycle.DAILY, cut_off=time(1), time_zone="Pacific/Auckland"),
            "2026-11-30T11:59",  # Tuesday the first of December there
            "2026-11-30T12:00",
        ),
    ],
)
def test_the_next_cut_off_is_the_first_on_a_workday(
    schedule: Schedule, after: str, expected: str
) -> None:
    assert next_cut_off(schedule, CHRISTMAS, _at(after)) == _at(expected)


@pytest.mark.parametrize(
    ("due", "until", "expected"),
    [
        ("2026-12-01T17:00", "2026-12-01T17:00", "2026-12-01T17:00"),
        ("2026-12-01T17:00", "2026-12-02T16:59", "2026-12-01T17:00"),
        ("2026-12-01T17:00", "2026-12-08T00:00", "2026-12-07T17:00"),
        ("2026-12-01T17:00", "2026-12-01T16:00", "2026-12-01T16:00"),
    ],
)
def test_one_stands_for_those_that_were_missed(due: str, until: str, expected: str) -> None:
    assert last_cut_off(DAILY, CHRISTMAS, _at(due), _at(until)) == _at(expected)


@pytest.mark.parametrize("cycle", [Cycle.BY_HAND, Cycle.THRESHOLD])
def test_no_day_says_when_there_is_no_calendar(cycle: Cycle) -> None:
    assert next_cut_off(Schedule(cycle=cycle), CHRISTMAS, _at("2026-12-01T00:00")) is None


def test_in_summer_the_clock_is_another() -> None:
    berlin = Schedule(cycle=Cycle.DAILY, time_zone="Europe/Berlin")
    assert next_cut_off(berlin, Workdays(), _at("2026-07-01T00:00")) == _at("2026-07-01T15:00")
    assert next_cut_off(berlin, Workdays(), _at("2026-12-01T00:00")) == _at("2026-12-01T16:00")


@pytest.mark.parametrize("name", ["Nowhere/At_All", "", "../etc/passwd", "a\0b"])
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ConflictError, match="no time zone"):
        next_cut_off(
            Schedule(cycle=Cycle.DAILY, time_zone=name), Workdays(), _at("2026-12-01T00:00")
        )


@given(
    cycle=st.sampled_from([Cycle.DAILY, Cycle.WEEKLY, Cycle.MONTHLY]),
    on_day=st.integers(1, 7),
    rest_days=st.frozensets(st.integers(1, 7), max_size=6),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 1)), max_size=30),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_one_follows_the_other_on_workdays_and_none_is_skipped(
    cycle: Cycle,
    on_day: int,
    rest_days: frozenset[int],
    holidays: frozenset[date],
    after: datetime,
) -> None:
    schedule = Schedule(cycle=cycle, on_day=None if cycle is Cycle.DAILY else on_day)
    workdays = Workdays(rest_days, holidays)
    first = next_cut_off(schedule, workdays, after)
    assert first is not None
    assert first > after
    assert workdays.has(first.date())
    assert next_cut_off(schedule, workdays, first - timedelta(microseconds=1)) == first
    halfway = after + (first - after) * 0.5
    assert next_cut_off(schedule, workdays, halfway) == first
