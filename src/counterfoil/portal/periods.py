"""The period that figures are of: chosen by a name or by its days, and kept in the address.

Figures are by the day in UTC, and so are the days of a period.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counterfoil.engine.figures.reading import Period
from counterfoil.portal.listing import ListForm, day_field
from counterfoil.portal.pager import Order

DAYS_MAX: Final = 731  # two years: no more can be seen at once
_ONE_DAY: Final = timedelta(days=1)
_LEAP_DAY: Final = (2, 29)
_MONTH: Final = "30"
_YEAR: Final = "year"
_LENGTHS: Final[Mapping[str, int]] = {"today": 1, "7": 7, _MONTH: 30, "90": 90}
NAMES: Final[Mapping[str, Promise]] = {
    "today": pgettext_lazy("period", "Today"),
    "7": pgettext_lazy("period", "7 days"),
    _MONTH: pgettext_lazy("period", "30 days"),
    "90": pgettext_lazy("period", "90 days"),
    _YEAR: pgettext_lazy("period", "This year"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """`name` is empty where days were chosen; `before` is the period it is compared with: as long,
    and right before it; of a year so far, the same days of the last one.
    """

    name: str
    period: Period
    before: Period
    is_cut: bool = False  # longer than can be seen

    @property
    def days(self) -> list[date]:
        first, last = self.period.first_day, self.period.last_day
        return [first + timedelta(days=each) for each in range((last - first).days + 1)]

    @property
    def is_one_day(self) -> bool:
        return self.period.first_day == self.period.last_day

    @property
    def is_until_today(self) -> bool:
        return self.period.last_day == today()


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to another period; everything else that was chosen stays."""

    word: str
    url: str
    is_current: bool


class PeriodForm(ListForm):
    """What figures are shown of. What is wrong in it is left out, as in any list."""

    orders: ClassVar = (Order("day", _("By day"), {"after_day": 0}),)
    period = forms.ChoiceField(
        required=False, choices=list(NAMES.items()), widget=forms.HiddenInput
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))

    @property
    def chosen(self) -> Chosen:
        return chosen_of(self.filters)

    @property
    def choices(self) -> list[Choice]:
        current = self.chosen.name
        kept = [(name, value) for name, value in self.sent if name not in _OF_PERIOD]
        return [
            Choice(str(word), f"?{urlencode([('period', name), *kept])}", name == current)
            for name, word in NAMES.items()
        ]

    @property
    def fields_beside(self) -> list[forms.BoundField]:
        """The filters that are of no period."""
        return [field for field in self.visible_fields() if field.name not in _NOT_BESIDE]


_OF_PERIOD: Final = frozenset({"period", "since", "until"})
_NOT_BESIDE: Final = _OF_PERIOD | {"sort"}


def today() -> date:
    return datetime.now(UTC).date()


def chosen_of(filters: Mapping[str, Any]) -> Chosen:
    """By its days before its name; thirty days where nothing was chosen."""
    if filters["since"] or filters["until"]:
        return _by_days(filters["since"], filters["until"], today())
    return named(filters["period"] or _MONTH, today())


def named(name: str, day: date) -> Chosen:
    """A period of those names that ends on that day."""
    if name == _YEAR:
        return Chosen(
            name,
            Period(day.replace(month=1, day=1), day),
            Period(date(day.year - 1, 1, 1), _a_year_before(day)),
        )
    return _right_after(day - timedelta(days=_LENGTHS[name] - 1), day, name)


def _by_days(since: date | None, until: date | None, day: date) -> Chosen:
    """Both are in it; without the second until that day, and never beyond it."""
    first, last = min(since or until or day, day), min(until or day, day)
    first, last = min(first, last), max(first, last)
    earliest = last - timedelta(days=DAYS_MAX - 1)
    return _right_after(max(first, earliest), last, is_cut=first < earliest)


def _right_after(first: date, last: date, name: str = "", *, is_cut: bool = False) -> Chosen:
    before = Period(first - (last - first) - _ONE_DAY, first - _ONE_DAY)
    return Chosen(name, Period(first, last), before, is_cut)


def _a_year_before(day: date) -> date:
    if (day.month, day.day) == _LEAP_DAY:
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
