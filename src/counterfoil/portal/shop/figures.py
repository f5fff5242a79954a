"""What a merchant or an agent redeemed: today, in the last week, and in a period, by currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from counterfoil.engine.figures.reading import Figure, Measure, Period, SubjectKind
from counterfoil.engine.figures.several import (
    Subjects,
    days_of_subjects,
    folded,
    together,
    totals_of_periods,
)
from counterfoil.portal import periods
from counterfoil.portal.access import Shop
from counterfoil.portal.charts import Chart
from counterfoil.portal.figures import Compared, compared, currencies_of, value_by_day
from counterfoil.portal.periods import Chosen, PeriodForm
from counterfoil.portal.queries import engine_connection

_WEEK_DAYS = 7
_REDEEMED = (Measure.REDEEMED,)


@dataclass(frozen=True, slots=True)
class OfCurrency:
    """`chart` is None of a period that is one day."""

    today: Figure
    week: Figure
    redeemed: Compared
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class ShopFigures:
    form: PeriodForm
    chosen: Chosen
    of: Sequence[OfCurrency]
    until: datetime
    is_all: bool


def shop_figures(request: HttpRequest, shop: Shop) -> ShopFigures:
    """Three queries."""
    engine, form = engine_connection(), PeriodForm(request.GET, shop)
    chosen, subjects = form.chosen, Subjects(SubjectKind.ACCEPTOR, (shop.acceptor_id,))
    day = periods.today()
    asked = [
        Period(day, day),
        Period(day - timedelta(days=_WEEK_DAYS - 1), day),
        chosen.period,
        chosen.before,
    ]
    so_far, week, now, before = (
        together(each.values())
        for each in totals_of_periods(engine, shop.issuer_id, subjects, asked, _REDEEMED)
    )
    found = days_of_subjects(engine, shop.issuer_id, subjects, chosen.period, _REDEEMED)
    done = folded(engine, shop.issuer_id)
    line = pgettext("vouchers", "Redeemed"), Measure.REDEEMED
    return ShopFigures(
        form,
        chosen,
        [
            OfCurrency(
                compared(so_far, {}, _REDEEMED, currency).now,
                compared(week, {}, _REDEEMED, currency).now,
                compared(now, before, _REDEEMED, currency),
                None
                if chosen.is_one_day
                else value_by_day(gettext("Redeemed by day"), chosen.days, found, line, currency),
            )
            for currency in currencies_of(so_far, week, now, before)
        ],
        timezone.now() if done.is_all or done.until is None else done.until,
        done.is_all,
    )
