"""When runs are due, once more and in another way: all cut-offs around a moment are put down, and
the one that is wanted is picked.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_AROUND: Final = range(-70, 71)  # days, in which every cycle cuts off at least once
_ZONES: Final = ("UTC", "Africa/Nairobi", "Asia/Kathmandu", "Pacific/Auckland", "America/New_York")


@dataclass(frozen=True)
class Cycle:
    """`on_day` is of the week or of the month; a threshold is in minor units."""

    kind: str = "by_hand"
    on_day: int | None = None
    hour: int = 17
    zone: str = "UTC"
    threshold: int | None = None

    def has(self, day: date) -> bool:
        if self.kind == "weekly":
            return day.isoweekday() == self.on_day
        if self.kind == "monthly":
            last = monthrange(day.year, day.month)[1]
            return day.day == min(self.on_day or 1, last)
        return self.kind == "daily"


@dataclass(frozen=True)
class Days:
    """On which banks do not work."""

    of_week: frozenset[int] = frozenset({6, 7})
    holidays: frozenset[date] = frozenset()

    def on_or_after(self, day: date) -> date:
        while day.isoweekday() in self.of_week or day in self.holidays:
            day += _DAY
        return day


def cut_offs(cycle: Cycle, days: Days, around: datetime) -> list[datetime]:
    zone = ZoneInfo(cycle.zone)
    today = around.astimezone(zone).date()
    found = {
        datetime.combine(days.on_or_after(day), time(cycle.hour), zone).astimezone(UTC)
        for day in (today + _DAY * number for number in _AROUND)
        if cycle.has(day)
    }
    return sorted(found)


def next_cut_off(cycle: Cycle, days: Days, at: datetime) -> datetime | None:
    return next((each for each in cut_offs(cycle, days, at) if each > at), None)


def drawn_cycle(chance: Random) -> Cycle:
    """One that begins runs by itself."""
    kind = chance.choice(("daily", "daily", "weekly", "monthly", "threshold", "threshold"))
    if kind == "threshold":
        return Cycle(kind, threshold=chance.randrange(500, 6_000))
    on_day = {"weekly": chance.randrange(1, 8), "monthly": chance.randrange(1, 32)}.get(kind)
    return Cycle(kind, on_day, chance.choice((0, 9, 17, 23)), chance.choice(_ZONES))


def drawn_days(chance: Random, today: date) -> Days:
    of_week = chance.choice(({6, 7}, {6, 7}, {5, 6}, {7}, set[int]()))
    holidays = (today + _DAY * chance.randrange(1, 15) for _holiday in range(chance.randrange(5)))
    return Days(frozenset(of_week), frozenset(holidays))
