"""Figures of a period as dashboards show them: beside those of the period before, and by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.engine.figures.reading import DayFigure, Figure, Measure, Totals
from counterfoil.money import Money
from counterfoil.portal.charts import Chart, Series, by_day
from counterfoil.portal.templatetags.counterfoil import count

_MINUS: Final = "\N{MINUS SIGN}"
_TIMES_MAX: Final = 10  # beyond it a percentage says nothing


@dataclass(frozen=True, slots=True)
class Compared:
    """What a period comes to, and what the one before it came to."""

    now: Figure
    before: Figure

    @property
    def change(self) -> str:
        """Of the money: +12 %; empty where there is nothing to say."""
        return change_text(self.now.money.amount_minor, self.before.money.amount_minor)


def compared(now: Totals, before: Totals, measures: Iterable[Measure], currency: str) -> Compared:
    """Several measures are added up."""
    wanted = tuple(measures)
    return Compared(_sum(now, wanted, currency), _sum(before, wanted, currency))


def change_text(now: int, before: int) -> str:
    """How much more or less than before it is, in whole percents."""
    if before <= 0:
        return ""
    if now > before * _TIMES_MAX:
        return _("more than ten times as much")
    percent, rest = divmod(abs(now - before) * 100, before)
    percent += rest * 2 >= before
    if not percent:
        return _("as before")
    sign = "+" if now > before else _MINUS
    return f"{sign}{count(percent)}\N{NO-BREAK SPACE}%"


def vouchers_by_day(
    title: str,
    days: Sequence[date],
    figures: Iterable[DayFigure],
    lines: Sequence[tuple[str, Measure]],
    currency: str,
) -> Chart:
    """A line of numbers of vouchers for each measure."""
    found = {
        (each.day, each.measure): each.vouchers
        for each in figures
        if each.money.currency == currency
    }
    series = [
        Series(name, [found.get((day, measure), 0) for day in days]) for name, measure in lines
    ]
    return by_day(title, _("Day"), days, *series)


def value_by_day(
    title: str,
    days: Sequence[date],
    figures: Iterable[DayFigure],
    line: tuple[str, Measure],
    currency: str,
) -> Chart:
    name, measure = line
    found = {
        each.day: each.money.amount_minor
        for each in figures
        if each.measure is measure and each.money.currency == currency
    }
    values = Series(name, [found.get(day, 0) for day in days])
    return by_day(title, _("Day"), days, values, currency=currency)


def currencies_of(*totals: Totals) -> list[str]:
    """In which there is any figure."""
    return sorted({currency for each in totals for _measure, currency in each})


def _sum(totals: Totals, measures: Sequence[Measure], currency: str) -> Figure:
    nothing = Figure(0, Money(0, currency))
    return sum((totals.get((measure, currency), nothing) for measure in measures), nothing)
