"""The figures of the dashboard by day, as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.engine.figures.reading import Figure, Measure
from counterfoil.engine.figures.several import days_of_subjects
from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, day, money, number
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import Listing, Wanted
from counterfoil.portal.orchestrator.watching.reading import DashboardForm, scope_of
from counterfoil.portal.pager import Key
from counterfoil.portal.periods import chosen_of
from counterfoil.portal.queries import engine_connection

_MEASURES: Final = (
    Measure.PROVISIONED,
    Measure.SOLD,
    Measure.DISTRIBUTED,
    Measure.REDEEMED,
    Measure.PAID,
    Measure.FEES,
    Measure.BREAKAGE,
    Measure.RETURNED_TO_ISSUER,
    Measure.RETURNED_TO_BUYER,
)


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    currency: str
    found: Mapping[Measure, Figure]

    @property
    def key(self) -> Key:
        return (self.day.toordinal(),)

    def vouchers(self, measure: Measure) -> int:
        return self.found[measure].vouchers if measure in self.found else 0

    def money(self, measure: Measure) -> Money:
        return self.found[measure].money if measure in self.found else Money(0, self.currency)


def _days(office: Office, wanted: Wanted) -> list[Day]:
    """Every day of the period, also one without anything."""
    scope = scope_of(DashboardForm(QueryDict(), office).lines, wanted.filters)
    if scope is None:
        return []
    chosen, after = chosen_of(wanted.filters), cast("int", wanted.after["after_day"])
    days = [each for each in chosen.days if each.toordinal() > after][: wanted.rows_max]
    found: dict[date, dict[Measure, Figure]] = {each: {} for each in days}
    for each in days_of_subjects(
        engine_connection(), office.issuer_id, scope.subjects, chosen.period, _MEASURES
    ):
        if each.day in found and each.money.currency == scope.currency:
            found[each.day][each.measure] = Figure(each.vouchers, each.money)
    return [Day(each, scope.currency, figures) for each, figures in found.items()]


COLUMNS: Final[Sequence[Column[Day]]] = (
    day(_("Day (UTC)"), lambda row: row.day),
    number(_("Provisioned"), lambda row: row.vouchers(Measure.PROVISIONED)),
    money(_("Provisioned, value"), lambda row: row.money(Measure.PROVISIONED)),
    number(_("Sold"), lambda row: row.vouchers(Measure.SOLD)),
    money(_("Sold, value"), lambda row: row.money(Measure.SOLD)),
    number(_("Handed out"), lambda row: row.vouchers(Measure.DISTRIBUTED)),
    money(_("Handed out, value"), lambda row: row.money(Measure.DISTRIBUTED)),
    number(_("Redeemed"), lambda row: row.vouchers(Measure.REDEEMED)),
    money(_("Redeemed, value"), lambda row: row.money(Measure.REDEEMED)),
    money(_("Paid to merchants"), lambda row: row.money(Measure.PAID)),
    money(_("Fees"), lambda row: row.money(Measure.FEES)),
    money(_("Breakage"), lambda row: row.money(Measure.BREAKAGE)),
    money(_("Unused, back with the issuer"), lambda row: row.money(Measure.RETURNED_TO_ISSUER)),
    money(_("Unused, back with the buyer"), lambda row: row.money(Measure.RETURNED_TO_BUYER)),
)
FIGURES: Final = Listing(name="figures", form=DashboardForm, read=_days, columns=COLUMNS)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, FIGURES)
