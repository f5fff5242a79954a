"""The time of a history: PostgreSQL tells it to connections that ask its own functions instead of
the built-in ones, which is how the demonstration tells its story. It is turned onwards by whole
minutes, and between two turns it goes on as any clock does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from counterfoil.engine.database import Connection, connect, connect_as_owner
from counterfoil.statements import statement

_FIRST: Final = datetime(2040, 1, 1, 8, tzinfo=UTC)  # later than anything that a table says itself
_SCHEMA: Final = "demonstration_clock"
_SET: Final = (
    "SELECT set_config('search_path', %(path)s, false),"
    " set_config('demonstration.ago', %(ago)s, false)"
)


@dataclass
class Clock:
    """`at` is when it was turned to; it is a little later by then, by seconds."""

    at: datetime
    _ago: timedelta = field(init=False)

    def __post_init__(self) -> None:
        self._ago = datetime.now(UTC) - self.at

    def turn(self, to: datetime) -> None:
        assert to >= self.at
        self._ago -= to - self.at
        self.at = to

    def set_on(self, connection: Connection) -> None:
        ago = f"{self._ago.total_seconds():.6f} seconds"
        connection.execute(_SET, {"path": f"{_SCHEMA}, pg_catalog, public", "ago": ago})
        connection.commit()

    def connect(self, url: str) -> Connection:
        connection = connect(url)
        self.set_on(connection)
        return connection


def drawn_clock(chance: Random) -> Clock:
    """Any day of ten years, at eight."""
    return Clock(_FIRST + timedelta(days=chance.randrange(3_650)))


@contextmanager
def told_time(url: str) -> Iterator[None]:
    with connect_as_owner(url) as owner:
        owner.execute(statement("counterfoil.cli.demonstration", "clock"))
        owner.commit()
    yield
    with connect_as_owner(url) as owner:
        owner.execute(f"DROP SCHEMA {_SCHEMA} CASCADE")
        owner.commit()
