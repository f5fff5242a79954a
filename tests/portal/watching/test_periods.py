"""Which days a choice means, and which it is compared with; what is wrong means thirty days."""

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from django.http import QueryDict

from counterfoil.engine.figures.reading import Period
from counterfoil.portal import periods
from counterfoil.portal.figures import change_text
from counterfoil.portal.periods import Chosen, PeriodForm, named

if TYPE_CHECKING:
    from counterfoil.portal.listing import Place

NOWHERE = cast("Place", SimpleNamespace(issuer_id=0, code="", actor=""))


def chosen(query: str) -> Chosen:
    return PeriodForm(QueryDict(query), NOWHERE).chosen


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "today", lambda: date(2040, 3, 10))


@pytest.mark.parametrize(
    ("query", "period", "before"),
    [
        ("", ("2040-02-10", "2040-03-10"), ("2040-01-11", "2040-02-09")),
        ("period=today", ("2040-03-10", "2040-03-10"), ("2040-03-09", "2040-03-09")),
        ("period=7", ("2040-03-04", "2040-03-10"), ("2040-02-26", "2040-03-03")),
        ("period=30", ("2040-02-10", "2040-03-10"), ("2040-01-11", "2040-02-09")),
        ("period=90", ("2039-12-12", "2040-03-10"), ("2039-09-13", "2039-12-11")),
        ("period=year", ("2040-01-01", "2040-03-10"), ("2039-01-01", "2039-03-10")),
        ("period=never", ("2040-02-10", "2040-03-10"), ("2040-01-11", "2040-02-09")),
        ("since=soon", ("2040-02-10", "2040-03-10"), ("2040-01-11", "2040-02-09")),
        (
            "since=2040-03-01&until=2040-03-02",
            ("2040-03-01", "2040-03-02"),
            ("2040-02-28", "2040-02-29"),
        ),
        ("since=2040-03-08", ("2040-03-08", "2040-03-10"), ("2040-03-05", "2040-03-07")),
        ("until=2040-03-01", ("2040-03-01", "2040-03-01"), ("2040-02-29", "2040-02-29")),
        (
            "since=2040-03-05&until=2040-03-01",
            ("2040-03-01", "2040-03-05"),
            ("2040-02-25", "2040-02-29"),
        ),
        (
            "until=2041-01-01&since=2040-03-09",
            ("2040-03-09", "2040-03-10"),
            ("2040-03-07", "2040-03-08"),
        ),
        ("since=2041-01-01", ("2040-03-10", "2040-03-10"), ("2040-03-09", "2040-03-09")),
        (
            "period=7&since=2040-03-09",
            ("2040-03-09", "2040-03-10"),
            ("2040-03-07", "2040-03-08"),
        ),
    ],
)
def test_days_of_a_choice(query: str, period: tuple[str, str], before: tuple[str, str]) -> None:
    found = chosen(query)
    assert (found.period, found.before) == (days(*period), days(*before))
    assert len(found.days) == (found.period.last_day - found.period.first_day).days + 1
    assert not found.is_cut


def test_no_more_than_two_years_are_seen_at_once() -> None:
    found = chosen("since=1999-01-01&until=2040-03-10")
    assert found.is_cut
    assert found.period == days("2038-03-11", "2040-03-10")
    assert len(found.days) == periods.DAYS_MAX


def test_a_leap_day_has_one_a_year_before() -> None:
    assert named("year", date(2040, 2, 29)).before == days("2039-01-01", "2039-02-28")


def test_another_period_keeps_what_else_was_chosen() -> None:
    form = PeriodForm(QueryDict("period=7&sort=day&since=2040-03-01"), NOWHERE)
    assert [(each.url, each.is_current) for each in form.choices] == [
        ("?period=today&sort=day", False),
        ("?period=7&sort=day", False),
        ("?period=30&sort=day", False),
        ("?period=90&sort=day", False),
        ("?period=year&sort=day", False),
    ]
    current = [each.url for each in PeriodForm(QueryDict(), NOWHERE).choices if each.is_current]
    assert current == ["?period=30"]


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (112, 100, "+12\N{NO-BREAK SPACE}%"),
        (1125, 1000, "+13\N{NO-BREAK SPACE}%"),
        (88, 100, "\N{MINUS SIGN}12\N{NO-BREAK SPACE}%"),
        (0, 100, "\N{MINUS SIGN}100\N{NO-BREAK SPACE}%"),
        (1004, 1000, "as before"),
        (100, 0, ""),
        (0, 0, ""),
        (1000, 100, "+900\N{NO-BREAK SPACE}%"),
        (1001, 100, "more than ten times as much"),
    ],
)
def test_how_much_more_or_less(now: int, before: int, said: str) -> None:
    assert change_text(now, before) == said
