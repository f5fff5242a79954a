"""Charts as pages show them: a table of numbers, which the browser also draws. The numbers are
rendered here; what draws reads them out of the table (static/charts.js).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from counterfoil.money import decimal_text
from counterfoil.portal.language import amount_text, day_text
from counterfoil.portal.templatetags.counterfoil import count

SERIES_MAX: Final = 3
BARS_MAX: Final = 10


class ChartKind(StrEnum):
    LINE = "line"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or the bars; its values are in the order of the chart's labels. Of money they are
    minor units. None is where nothing is known, which is not nought.
    """

    name: str
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """`plain` is for the program that draws, and empty where there is no number."""

    series: str
    plain: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`of` heads the labels: "Day", "Merchant". Without a currency the numbers are of things.
    `urls` are where the labels lead in the table, where they lead anywhere.
    """

    kind: ChartKind
    title: str
    of: str
    labels: Sequence[str]
    series: Sequence[Series]
    currency: str = ""
    urls: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing but noughts is no picture of anything."""
        return not any(value for each in self.series for value in each.values)

    @property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        return [
            (label, [_cell(each.name, each.values[row], self.currency) for each in self.series])
            for row, label in enumerate(self.labels)
        ]

    @property
    def linked_rows(self) -> list[tuple[str, str, list[Cell]]]:
        """With the address of each, or an empty text."""
        urls = self.urls or [""] * len(self.labels)
        return [(label, url, cells) for (label, cells), url in zip(self.rows, urls, strict=True)]


def by_day(title: str, of: str, days: Sequence[date], *series: Series, currency: str = "") -> Chart:
    """A line for each of up to three series. Raises ValueError for more, and where one has not a
    value for each day.
    """
    if not 0 < len(series) <= SERIES_MAX:
        raise ValueError(f"{len(series)} lines")
    if any(len(each.values) != len(days) for each in series):
        raise ValueError("A value for each day.")
    labels = [day_text(day) for day in days]
    return Chart(ChartKind.LINE, title, of, labels, series, currency)


def top(
    title: str,
    of: str,
    what: str,
    bars: Sequence[tuple[str, int]],
    *,
    currency: str = "",
    urls: Sequence[str] = (),
) -> Chart:
    """The first ten: whoever asks has sorted them. `what` is what is counted; `urls`, if any, are
    in the order of the bars.
    """
    shown = bars[:BARS_MAX]
    values = Series(what, [value for _name, value in shown])
    labels = [name for name, _value in shown]
    return Chart(ChartKind.BARS, title, of, labels, [values], currency, urls[:BARS_MAX])


def _cell(series: str, value: int | None, currency: str) -> Cell:
    if value is None:
        return Cell(series, "", count(None))
    if currency:
        return Cell(series, decimal_text(value, currency), amount_text(value, currency))
    return Cell(series, str(value), count(value))
