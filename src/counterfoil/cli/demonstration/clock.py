"""The demonstration's own time, so that its story has happened over the last three months.

What asks PostgreSQL for the time through a connection of the demonstration asks functions of its
own, in a schema that comes before the built-in ones and is gone when the story is told; what asks
Django gets the same time. Loaded when Django knows its settings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import ClassVar, Final

from django.db import connection as portal_connection
from django.utils import timezone

from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.portal import SCHEMA
from counterfoil.statements import statement

_OURS: Final = "demonstration_clock"
_ASKED: Final = "datetime"  # whom Django's clock asks


class _IsMoment(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _Moment(datetime, metaclass=_IsMoment):
    """As `datetime`, but now is some time ago."""

    ago: ClassVar[timedelta] = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) - cls.ago


@dataclass(frozen=True, slots=True)
class Clock:
    engine: Connection = field(repr=False)

    def turn_to(self, days: int, hour: float = 8.0) -> None:
        """So many days ago, at that hour (UTC); never later than it is."""
        now = datetime.now(UTC)
        day = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
        self._set(max(now - day - timedelta(hours=hour), timedelta()))

    def go_on(self, hours: float) -> None:
        self._set(max(_Moment.ago - timedelta(hours=hours), timedelta()))

    def _set(self, ago: timedelta) -> None:
        _Moment.ago = ago
        seconds = f"{ago.total_seconds():.6f} seconds"
        setting = "SELECT set_config('demonstration.ago', %(ago)s, false)"
        self.engine.execute(setting, {"ago": seconds})
        self.engine.commit()
        with portal_connection.cursor() as cursor:
            cursor.execute(setting, {"ago": seconds})


@contextmanager
def turned_back(url: str, engine: Connection) -> Iterator[Clock]:
    """Until this ends, both connections and Django have the demonstration's time."""
    with connect_as_owner(url) as owner:
        owner.execute(statement(__package__, "clock"))
        owner.commit()
    setattr(timezone, _ASKED, _Moment)
    try:
        engine.execute(f"SET search_path = {_OURS}, pg_catalog, public")
        engine.execute("SET synchronous_commit = off")
        engine.commit()
        with portal_connection.cursor() as cursor:
            cursor.execute(f"SET search_path = {_OURS}, pg_catalog, {SCHEMA}, public")
            cursor.execute("SET synchronous_commit = off")
        yield Clock(engine)
    finally:
        setattr(timezone, _ASKED, datetime)
        _Moment.ago = timedelta()
        portal_connection.close()
        _put_away(url)


def _put_away(url: str) -> None:
    """What a table says by itself gets the time of what was done, too."""
    with connect_as_owner(url) as owner:
        owner.execute(statement(__package__, "told_by_tables"))
        owner.execute(f"DROP SCHEMA IF EXISTS {_OURS} CASCADE")
        owner.commit()
