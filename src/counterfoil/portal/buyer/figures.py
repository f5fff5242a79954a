"""How an organisation's vouchers go in a period: bought, handed out, redeemed and where, and what
came to an end unused. For its overview: parts/buyer_figures.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from counterfoil.engine.figures.reading import Measure, SubjectKind
from counterfoil.engine.figures.redemptions import redeemed_where
from counterfoil.engine.figures.several import (
    Subjects,
    days_of_subjects,
    folded,
    together,
    totals_of_periods,
)
from counterfoil.portal.access import Buyer
from counterfoil.portal.charts import Chart, top
from counterfoil.portal.figures import Compared, compared, currencies_of, vouchers_by_day
from counterfoil.portal.periods import Chosen, PeriodForm
from counterfoil.portal.queries import engine_connection

_BY_DAY: Final = (Measure.DISTRIBUTED, Measure.REDEEMED)
_UNUSED: Final = (Measure.RETURNED_TO_BUYER, Measure.RETURNED_TO_ISSUER, Measure.BREAKAGE)
_SHOWN: Final = (Measure.SOLD, *_BY_DAY, *_UNUSED)
_CURRENCIES_MAX: Final = 3  # each is a question of its own where they were redeemed


@dataclass(frozen=True, slots=True)
class OfCurrency:
    """`unused`: expired, cancelled or lapsed; `returned` is what of it came back to the buyer."""

    bought: Compared
    distributed: Compared
    redeemed: Compared
    unused: Compared
    returned: Compared
    charts: Sequence[Chart]


@dataclass(frozen=True, slots=True)
class BuyerFigures:
    form: PeriodForm
    chosen: Chosen
    of: Sequence[OfCurrency]
    until: datetime
    is_all: bool


def buyer_figures(request: HttpRequest, buyer: Buyer) -> BuyerFigures:
    """Three queries, and one more for each currency."""
    engine, form = engine_connection(), PeriodForm(request.GET, buyer)
    chosen, subjects = form.chosen, Subjects(SubjectKind.ORGANISATION, (buyer.organisation_id,))
    now, before = (
        together(each.values())
        for each in totals_of_periods(
            engine, buyer.issuer_id, subjects, [chosen.period, chosen.before], _SHOWN
        )
    )
    done = folded(engine, buyer.issuer_id)
    lines = [
        (pgettext("vouchers", "Handed out"), Measure.DISTRIBUTED),
        (pgettext("vouchers", "Redeemed"), Measure.REDEEMED),
    ]
    found = days_of_subjects(engine, buyer.issuer_id, subjects, chosen.period, _BY_DAY)

    def of(currency: str) -> OfCurrency:
        sold, distributed, redeemed, returned = (
            compared(now, before, [measure], currency)
            for measure in (*_SHOWN[:3], Measure.RETURNED_TO_BUYER)
        )
        charts = [_where(buyer, chosen, currency)]
        if not chosen.is_one_day:
            title = gettext("Handed out and redeemed by day")
            charts.insert(0, vouchers_by_day(title, chosen.days, found, lines, currency))
        unused = compared(now, before, _UNUSED, currency)
        return OfCurrency(sold, distributed, redeemed, unused, returned, charts)

    return BuyerFigures(
        form,
        chosen,
        [of(currency) for currency in currencies_of(now, before)[:_CURRENCIES_MAX]],
        timezone.now() if done.is_all or done.until is None else done.until,
        done.is_all,
    )


def _where(buyer: Buyer, chosen: Chosen, currency: str) -> Chart:
    found = redeemed_where(
        engine_connection(), buyer.issuer_id, buyer.organisation_id, currency, chosen.period
    )
    return top(
        gettext("Redeemed most at"),
        gettext("Merchant"),
        pgettext("vouchers", "Redeemed"),
        [(each.name, each.money.amount_minor) for each in found],
        currency=currency,
    )
