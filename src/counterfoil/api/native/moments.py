"""Times that callers send."""

from datetime import UTC, datetime, timedelta
from typing import Final

from counterfoil.api.problem import ProblemError

_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(given: datetime, *, is_future: bool = True) -> datetime:
    """In UTC. Raises ProblemError (422) for a time without a zone, or one nobody can mean."""
    if given.tzinfo is None:
        raise ProblemError(422, "time_invalid", "A time needs its zone, like 2030-01-31T00:00:00Z.")
    earliest = datetime.now(UTC) + timedelta(seconds=1) if is_future else _EARLIEST
    if not earliest <= given <= _LATEST:
        raise ProblemError(422, "time_invalid", "That time is not possible here.")
    return given.astimezone(UTC)
