"""One call of the administration API, declared once: its route and its documentation follow."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.body import BODY_BYTES_MAX
from counterfoil.engine.catalogue import CODE_PATTERN

ADMIN: Final = frozenset({"admin"})
PAGE_ROWS_MAX: Final = 200
INT4_MAX: Final = 2**31 - 1
SERIAL_MAX: Final = 2**63 - 1

Code = Annotated[str, Meta(pattern=f"^{CODE_PATTERN}$", examples=["FOOD-AID"])]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Reason = Annotated[str, Meta(min_length=1, max_length=500, examples=["reported lost"])]
Amount = Annotated[str, Meta(pattern="^(0|[1-9][0-9]{0,17})([.][0-9]{1,4})?$", examples=["10.00"])]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", examples=["KES"])]
Id = Annotated[int, Meta(ge=1, le=INT4_MAX)]
Serial = Annotated[int, Meta(ge=1, le=SERIAL_MAX, examples=[1000000000000001])]
Number = Annotated[str, Meta(pattern="^[0-9]{4,25}$", description="The secret. Never in a URL.")]
Moment = Annotated[datetime, Meta(tz=True, examples=["2030-01-31T00:00:00Z"])]
Limit = Annotated[int, Meta(ge=1, le=PAGE_ROWS_MAX)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What a caller sends; a field nobody knows is a mistake to be told."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: msgspec.Struct
    status: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One that a call needs, for what may not stand in its address."""

    name: str
    pattern: str
    description: str


Handler = Callable[..., Awaitable[Answered]]  # (asked) or (asked, what it takes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`takes` is the body, or for a GET the query. `refusals` beside those every call has. A
    `guarded` one is answered 202 with a command where it needs approval.
    """

    method: Literal["GET", "POST", "PATCH"]
    path: str
    name: str
    summary: str
    handler: Handler
    answer: type[msgspec.Struct]
    status: int = 200
    also: tuple[int, ...] = ()
    takes: type[msgspec.Struct] | None = None
    headers: tuple[Header, ...] = ()
    scopes: frozenset[str] = ADMIN
    refusals: frozenset[int] = field(default_factory=frozenset)
    description: str = ""
    guarded: bool = False
    body_bytes_max: int = BODY_BYTES_MAX

    @property
    def writes(self) -> bool:
        return self.method != "GET"
