"""The columns of an exported list: what stands above each, what in it, and of what kind it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Generic, TypeVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from counterfoil.money import Money

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

Cell = str | int | datetime | date | Money | None


class Kind(Enum):
    TEXT = auto()
    MONEY = auto()
    CURRENCY = auto()
    NUMBER = auto()
    MOMENT = auto()
    DAY = auto()


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Column(Generic[T_contra]):
    """Made by one of the functions below, which say its kind."""

    heading: Promise
    value: Callable[[T_contra], Cell]
    kind: Kind


def text(heading: Promise, value: Callable[[T], str | None]) -> Column[T]:
    return Column(heading, value, Kind.TEXT)


def money(heading: Promise, value: Callable[[T], Money | None]) -> Column[T]:
    """A number that can be added up; its currency stands in a column of its own."""
    return Column(heading, value, Kind.MONEY)


def number(heading: Promise, value: Callable[[T], int | None]) -> Column[T]:
    return Column(heading, value, Kind.NUMBER)


def moment(heading: Promise, value: Callable[[T], datetime | None]) -> Column[T]:
    """By the clocks of where the page is; the heading says which."""
    return Column(heading, value, Kind.MOMENT)


def day(heading: Promise, value: Callable[[T], date | None]) -> Column[T]:
    return Column(heading, value, Kind.DAY)


def headings(columns: Sequence[Column[T]]) -> list[Heading]:
    """In the language of the page."""
    return [heading for column in columns for heading in _headings(column)]


def cells(columns: Sequence[Column[T]], row: T) -> list[Cell]:
    """One for each heading; a moment is by local clocks, without its zone."""
    return [cell for column in columns for cell in _cells(column, row)]


def _headings(column: Column[T]) -> Iterator[Heading]:
    said = str(column.heading)
    if column.kind is Kind.MOMENT:
        said = f"{said} ({timezone.get_current_timezone_name()})"
    yield Heading(said, column.kind)
    if column.kind is Kind.MONEY:
        yield Heading(_("%(amount)s: currency") % {"amount": said}, Kind.CURRENCY)


def _cells(column: Column[T], row: T) -> Iterator[Cell]:
    value = column.value(row)
    if isinstance(value, datetime):
        value = timezone.localtime(value).replace(tzinfo=None)
    yield value
    if column.kind is Kind.MONEY:
        yield value.currency if isinstance(value, Money) else None
