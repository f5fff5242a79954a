"""When a cycle of payouts cuts off: by the issuer's clock, on days on which banks work."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.errors import ConflictError

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Cycle(StrEnum):
    BY_HAND = "by_hand"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    THRESHOLD = "threshold"  # as soon as somebody is owed so much


@dataclass(frozen=True, slots=True)
class Workdays:
    """Days on which banks work. `rest_days` are days of the week (ISO 8601: Monday is 1)."""

    rest_days: frozenset[int] = frozenset({6, 7})
    holidays: frozenset[date] = field(default=frozenset())

    def has(self, day: date) -> bool:
        return day.isoweekday() not in self.rest_days and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        while not self.has(day):
            day += _DAY
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`on_day` is of the week (Monday is 1) or of the month, where the cycle is one of these; in a
    month that has no such day it is the last one. `cut_off` is by the clock of `time_zone`.
    """

    cycle: Cycle
    on_day: int | None = None
    cut_off: time = time(17)
    time_zone: str = "UTC"


def next_cut_off(schedule: Schedule, workdays: Workdays, after: datetime) -> datetime | None:
    """The first cut-off later than that moment, in UTC; None where no day says when. One that
    falls on a day on which no bank works is on the next on which they do.

    Raises ConflictError for a time zone that nobody knows.
    """
    zone = zone_of(schedule.time_zone)
    for day in _days(schedule, after.astimezone(zone).date()):
        moment = datetime.combine(workdays.on_or_after(day), schedule.cut_off, zone)
        if moment > after:
            return moment.astimezone(UTC)
    return None


def last_cut_off(
    schedule: Schedule, workdays: Workdays, due: datetime, until: datetime
) -> datetime:
    """The last one up to a moment, of those from the one that is due on: where several were missed,
    it stands for all of them. Never later than `until`.
    """
    later = next_cut_off(schedule, workdays, due)
    while later is not None and later <= until:
        due, later = later, next_cut_off(schedule, workdays, later)
    return min(due, until)


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise ConflictError(f"There is no time zone {name!r:.40}.") from error


def _days(schedule: Schedule, today: date) -> Iterator[date]:
    """The cycle's days in order, for ever, from before today on: holidays may have put one off."""
    match schedule.cycle:
        case Cycle.DAILY:
            yield from _every(today, _DAY)
        case Cycle.WEEKLY:
            monday = today - timedelta(days=today.weekday()) - _WEEK
            yield from _every(monday + timedelta(days=(schedule.on_day or 1) - 1), _WEEK)
        case Cycle.MONTHLY:
            yield from _months(today, schedule.on_day or 1)
        case Cycle.BY_HAND | Cycle.THRESHOLD:
            return


def _every(day: date, step: timedelta) -> Iterator[date]:
    while True:
        yield day
        day += step


def _months(today: date, on_day: int) -> Iterator[date]:
    months = today.year * 12 + today.month - 2  # the month before this one, counted from 0
    while True:
        year, month = months // 12, months % 12 + 1
        yield date(year, month, min(on_day, monthrange(year, month)[1]))
        months += 1
