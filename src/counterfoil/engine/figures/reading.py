"""Figures of a period, for pages: each by key, in the caller's transaction, and as fast for a year
as for a day. They are those of the journal up to the cursor, a second or so ago.

Days are those of UTC. Amounts of different currencies are never added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from counterfoil.engine.database import Connection
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import State


class Measure(StrEnum):
    """What is counted; stored as these words. From `received` on money moves of no voucher."""

    PROVISIONED = "provisioned"
    SOLD = "sold"  # at face value, to organisations
    FEES = "fees"  # what organisations paid on top of it
    DISTRIBUTED = "distributed"  # became active in somebody's hands
    REDEEMED = "redeemed"
    PAID = "paid"  # reached acceptors
    RETURNED_TO_ISSUER = "returned_to_issuer"  # unused, and available again
    RETURNED_TO_BUYER = "returned_to_buyer"
    BREAKAGE = "breakage"
    RECEIVED = "received"  # from organisations
    REFUNDED = "refunded"
    DEPOSITED = "deposited"
    WITHDRAWN = "withdrawn"


class SubjectKind(StrEnum):
    ISSUER = "issuer"
    GROUP = "group"
    ACCEPTOR = "acceptor"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom figures are of; the issuer's id is 0."""

    kind: SubjectKind
    subject_id: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are in it."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Blocks:
    """Those of so many days that begin on `first`, on `last` or between."""

    days: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Figure:
    vouchers: int
    money: Money

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.vouchers + other.vouchers, self.money + other.money)


@dataclass(frozen=True, slots=True)
class DayFigure:
    day: date
    measure: Measure
    vouchers: int
    money: Money


@dataclass(frozen=True, slots=True)
class SubjectFigure:
    subject_id: int
    name: str
    vouchers: int
    money: Money


@dataclass(frozen=True, slots=True)
class Owned:
    """So many vouchers of one group and amount that an organisation bought are in a state."""

    group_id: int
    group_code: str
    each: Money
    state: State
    vouchers: int

    @property
    def value(self) -> Money:
        return Money(self.each.amount_minor * self.vouchers, self.each.currency)


# By measure and currency; what is nothing is not in it.
Totals = Mapping[tuple[Measure, str], Figure]
_BEGINNING: Final = date(2000, 1, 1)
_BLOCK_DAYS: Final = (1, 4, 16, 64)
OF_ISSUER: Final = Subject(SubjectKind.ISSUER)


def blocks(period: Period) -> list[Blocks]:
    """Every day of it once, in as few rows as may be: at most three blocks of a length at each
    edge, and any number of the longest between.
    """
    first = (period.first_day - _BEGINNING).days
    end = (period.last_day - _BEGINNING).days + 1
    found: list[Blocks] = []
    for days, longer in pairwise(_BLOCK_DAYS):
        up, down = -(-first // longer) * longer, end // longer * longer
        if up > down:
            return _with(found, days, first, end)
        _with(found, days, first, up)
        _with(found, days, down, end)
        first, end = up, down
    return _with(found, _BLOCK_DAYS[-1], first, end)


def _with(found: list[Blocks], days: int, first: int, end: int) -> list[Blocks]:
    if first < end:
        begin = _BEGINNING + timedelta(days=first)
        found.append(Blocks(days, begin, _BEGINNING + timedelta(days=end - days)))
    return found


def totals(
    connection: Connection,
    issuer_id: int,
    subject: Subject,
    period: Period,
    measures: Iterable[Measure] = Measure,
) -> Totals:
    """What a period comes to for one subject."""
    rows = connection.execute(
        statement(__package__, "totals"),
        _blocks(period)
        | {
            "issuer_id": issuer_id,
            "subject_kind": subject.kind,
            "subject_id": subject.subject_id,
            "measures": [measure.value for measure in measures],
        },
    ).fetchall()
    return {
        (Measure(measure), currency): Figure(vouchers, Money(amount_minor, currency))
        for _subject_id, measure, currency, vouchers, amount_minor in rows
    }


def totals_of_each(
    connection: Connection,
    issuer_id: int,
    kind: SubjectKind,
    period: Period,
    measures: Iterable[Measure],
) -> Mapping[int, Totals]:
    """By the id of each subject of a kind; meant for groups, of which there are few."""
    rows = connection.execute(
        statement(__package__, "totals_of_each"),
        _blocks(period)
        | {
            "issuer_id": issuer_id,
            "subject_kind": kind,
            "measures": [measure.value for measure in measures],
        },
    ).fetchall()
    found: dict[int, dict[tuple[Measure, str], Figure]] = {}
    for subject_id, measure, currency, vouchers, amount_minor in rows:
        figure = Figure(vouchers, Money(amount_minor, currency))
        found.setdefault(subject_id, {})[Measure(measure), currency] = figure
    return found


def totals_of_programmes(
    connection: Connection, issuer_id: int, period: Period, measures: Iterable[Measure]
) -> Mapping[int, Totals]:
    """By the programme's id: its groups together."""
    of_groups = totals_of_each(connection, issuer_id, SubjectKind.GROUP, period, measures)
    programmes: dict[int, int] = dict(
        connection.execute(
            statement(__package__, "programmes_of_groups"), {"issuer_id": issuer_id}
        ).fetchall()
    )
    found: dict[int, dict[tuple[Measure, str], Figure]] = {}
    for group_id, figures in of_groups.items():
        of_programme = found.setdefault(programmes[group_id], {})
        for key, figure in figures.items():
            before = of_programme.get(key)
            of_programme[key] = figure if before is None else before + figure
    return found


def figures_by_day(
    connection: Connection,
    issuer_id: int,
    subject: Subject,
    period: Period,
    measures: Iterable[Measure] = Measure,
) -> list[DayFigure]:
    """In order; a day without anything has none."""
    rows = connection.execute(
        statement(__package__, "days"),
        {
            "issuer_id": issuer_id,
            "subject_kind": subject.kind,
            "subject_id": subject.subject_id,
            "measures": [measure.value for measure in measures],
            "first_day": period.first_day,
            "last_day": period.last_day,
        },
    ).fetchall()
    return [
        DayFigure(day, Measure(measure), vouchers, Money(amount_minor, currency))
        for day, measure, currency, vouchers, amount_minor in rows
    ]


def top_subjects(
    connection: Connection,
    issuer_id: int,
    kind: SubjectKind,
    measure: Measure,
    currency: str,
    period: Period,
    *,
    limit: int = 10,
) -> list[SubjectFigure]:
    """Who had most of something in a period, by amount; with its name, or a group's code."""
    rows = connection.execute(
        statement(__package__, "top_subjects"),
        _blocks(period)
        | {
            "issuer_id": issuer_id,
            "subject_kind": kind,
            "measure": measure,
            "currency": currency,
            "rows_max": limit,
        },
    ).fetchall()
    return [
        SubjectFigure(subject_id, name, vouchers, Money(amount_minor, currency))
        for subject_id, name, vouchers, amount_minor in rows
    ]


def owned_vouchers(
    connection: Connection,
    issuer_id: int,
    organisation_id: int,
    *,
    allocation_id: int | None = None,
) -> list[Owned]:
    """What became of all an organisation bought, or of one allocation of it: by group, amount and
    state, as of now.
    """
    rows = connection.execute(
        statement(__package__, "owned"),
        {
            "issuer_id": issuer_id,
            "organisation_id": organisation_id,
            "allocation_id": allocation_id,
        },
    ).fetchall()
    return [
        Owned(group_id, code, Money(amount_minor, currency), State(state), vouchers)
        for group_id, code, currency, amount_minor, state, vouchers in rows
    ]


def _blocks(period: Period) -> dict[str, object]:
    """The blocks that a period is made of, as the statements take them."""
    found = blocks(period)
    return {
        "days": [block.days for block in found],
        "firsts": [block.first for block in found],
        "lasts": [block.last for block in found],
    }
