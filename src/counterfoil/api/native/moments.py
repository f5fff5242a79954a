"""Times that callers send."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from counterfoil.api.native.endpoint import Moment
from counterfoil.api.problem import ProblemError

# In an address; a field of a body is a `Moment`.
MomentText = Annotated[
    str,
    Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", extra_json_schema={"format": "date-time"}),
]
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(given: datetime) -> datetime:
    """A time to come, in UTC. Raises ProblemError (422) for one that is past or nobody means."""
    return _between(datetime.now(UTC) + timedelta(seconds=1), given)


def past_moment(text: str) -> datetime:
    """Any time, in UTC. Raises ProblemError or msgspec.ValidationError (422)."""
    return _between(_EARLIEST, msgspec.convert(text, Moment))


def _between(earliest: datetime, given: datetime) -> datetime:
    if not earliest <= given <= _LATEST:
        raise ProblemError(422, "time_invalid", "That time is not possible here.")
    return given.astimezone(UTC)
