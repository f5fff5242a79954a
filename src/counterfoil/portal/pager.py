"""Long lists by their key: a page says where the next one begins, and never counts rows."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import GenericAlias
from typing import Any, Final, Generic, TypeVar, cast
from uuid import UUID

import msgspec
from django.http import HttpRequest
from django.utils.functional import Promise

T = TypeVar("T")

ROWS_A_PAGE: Final = 50
_TOKEN_CHARACTERS_MAX: Final = 500
_BIGINT_MAX: Final = 2**63 - 1

Part = int | str | datetime | date | UUID
Key = tuple[Part, ...]
# Where a list begins whose key is a number, a text, and an id that tells apart what is alike.
AT_FIRST: Final[Mapping[str, Part]] = {
    "after_number": -_BIGINT_MAX,
    "after_text": "",
    "after_id": 0,
}


@dataclass(frozen=True, slots=True)
class Order:
    """A way in which a list can be sorted: its name in the address, its words, and the key before
    its first row, by the names that the statement has for its parts.
    """

    name: str
    word: Promise
    first: Mapping[str, Part] = field(default_factory=lambda: AT_FIRST)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: Sequence[T]
    next_token: str = ""
    is_later: bool = False  # not the first page

    def __bool__(self) -> bool:
        return bool(self.rows)


def page_of(
    request: HttpRequest, rows: Sequence[T], key: Callable[[T], Key], *, size: int = ROWS_A_PAGE
) -> Page[T]:
    """Of `size + 1` rows that were asked for, `size` are shown; one more says that more follow."""
    shown = rows[:size]
    token = token_of(key(shown[-1])) if len(rows) > size else ""
    return Page(shown, token, is_later=bool(request.GET.get("after")))


def token_of(key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def key_after(request: HttpRequest, first: Key) -> Key:
    """Where the page asked for begins. `first` is the key of the first page; it is also the answer
    to what is no token, or one whose parts are of other types.
    """
    token = request.GET.get("after", "")[:_TOKEN_CHARACTERS_MAX]
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        wanted = GenericAlias(tuple, tuple(type(part) for part in first))
        key = tuple(_in_utc(part) for part in cast("Key", msgspec.json.decode(text, type=wanted)))
    except (ValueError, OverflowError, binascii.Error, msgspec.MsgspecError):
        return first
    return key if all(_can_be_asked(part) for part in key) else first


def place_in(request: HttpRequest, order: Order) -> dict[str, Part]:
    """Where the page asked for begins, in a list that is sorted so. A token of another order says
    nothing about this one: then it is the first page.
    """
    first = tuple(order.first.values())
    name, *key = key_after(request, (order.name, *first))
    return dict(zip(order.first, key if name == order.name else first, strict=True))


def keyed(row: tuple[Any, ...], *, parts: int = len(AT_FIRST)) -> list[Any]:
    """A row whose last columns are its key: with that as one."""
    return [*row[:-parts], row[-parts:]]


def _in_utc(part: Part) -> Part:
    """The database takes no zone that is most of a day away. Raises OverflowError where the moment
    is outside of the years there are.
    """
    return part.astimezone(UTC) if isinstance(part, datetime) else part


def _can_be_asked(part: object) -> bool:
    """Of the database, which knows no larger numbers and no zero characters."""
    if isinstance(part, int):
        return abs(part) <= _BIGINT_MAX
    return not isinstance(part, str) or "\x00" not in part
