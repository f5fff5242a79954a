"""Figures of several periods and several subjects in one question: a period beside the one before
it, and the groups of a programme together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from counterfoil.engine.database import Connection
from counterfoil.engine.figures.reading import (
    OF_ISSUER,
    DayFigure,
    Figure,
    Measure,
    Period,
    SubjectFigure,
    SubjectKind,
    Totals,
    blocks,
)
from counterfoil.money import Money
from counterfoil.statements import statement


@dataclass(frozen=True, slots=True)
class Subjects:
    """Some of a kind, counted together."""

    kind: SubjectKind
    ids: Sequence[int]


THE_ISSUER = Subjects(OF_ISSUER.kind, (OF_ISSUER.subject_id,))


@dataclass(frozen=True, slots=True)
class Folded:
    """How much of the journal is in the figures: all of it, or what there was `until` then."""

    until: datetime | None
    is_all: bool


def folded(connection: Connection, issuer_id: int) -> Folded:
    row = connection.execute(statement(__package__, "folded"), {"issuer_id": issuer_id}).fetchone()
    return Folded(None, is_all=True) if row is None else Folded(row[0], is_all=row[1])


def totals_of_periods(
    connection: Connection,
    issuer_id: int,
    subjects: Subjects,
    periods: Sequence[Period],
    measures: Iterable[Measure],
) -> list[Mapping[int, Totals]]:
    """For each period, in their order: by the id of a subject, what it comes to."""
    runs = [(number, run) for number, each in enumerate(periods) for run in blocks(each)]
    rows = connection.execute(
        statement(__package__, "totals_of_periods"),
        {
            "issuer_id": issuer_id,
            "subject_kind": subjects.kind,
            "subject_ids": list(subjects.ids),
            "measures": [measure.value for measure in measures],
            "periods": [number for number, _run in runs],
            "days": [run.days for _number, run in runs],
            "firsts": [run.first for _number, run in runs],
            "lasts": [run.last for _number, run in runs],
        },
    ).fetchall()
    found: list[dict[int, dict[tuple[Measure, str], Figure]]] = [{} for _period in periods]
    for number, subject_id, measure, currency, vouchers, amount_minor in rows:
        figure = Figure(vouchers, Money(amount_minor, currency))
        found[number].setdefault(subject_id, {})[Measure(measure), currency] = figure
    return list(found)


def most_active(
    connection: Connection, issuer_id: int, currency: str, period: Period, *, limit: int = 10
) -> tuple[list[SubjectFigure], list[SubjectFigure]]:
    """The acceptors at which most was redeemed, and the organisations that bought most."""
    runs = blocks(period)
    rows = connection.execute(
        statement(__package__, "most_active"),
        {
            "issuer_id": issuer_id,
            "currency": currency,
            "rows_max": limit,
            "days": [run.days for run in runs],
            "firsts": [run.first for run in runs],
            "lasts": [run.last for run in runs],
        },
    ).fetchall()
    acceptors, organisations = (
        [
            SubjectFigure(subject_id, name, vouchers, Money(amount_minor, currency))
            for each, subject_id, name, vouchers, amount_minor in rows
            if each == kind
        ]
        for kind in (SubjectKind.ACCEPTOR, SubjectKind.ORGANISATION)
    )
    return acceptors, organisations


def together(totals: Iterable[Totals]) -> Totals:
    """Those of several subjects as one."""
    found: dict[tuple[Measure, str], Figure] = {}
    for each in totals:
        for key, figure in each.items():
            found[key] = found[key] + figure if key in found else figure
    return found


def days_of_subjects(
    connection: Connection,
    issuer_id: int,
    subjects: Subjects,
    period: Period,
    measures: Iterable[Measure],
) -> list[DayFigure]:
    """Of all of them together, in order; a day without anything has none."""
    rows = connection.execute(
        statement(__package__, "days_of_subjects"),
        {
            "issuer_id": issuer_id,
            "subject_kind": subjects.kind,
            "subject_ids": list(subjects.ids),
            "measures": [measure.value for measure in measures],
            "first_day": period.first_day,
            "last_day": period.last_day,
        },
    ).fetchall()
    return [
        DayFigure(day, Measure(measure), vouchers, Money(amount_minor, currency))
        for day, measure, currency, vouchers, amount_minor in rows
    ]
