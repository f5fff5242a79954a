"""What the dashboard of an issuer shows: figures of a period beside the one before, what is out and
owed now, and who is most active.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from counterfoil.engine.figures.reading import (
    Measure,
    Period,
    SubjectFigure,
    SubjectKind,
    Totals,
)
from counterfoil.engine.figures.several import (
    THE_ISSUER,
    Subjects,
    days_of_subjects,
    most_active,
    together,
    totals_of_periods,
)
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.charts import Chart, top
from counterfoil.portal.figures import Compared, compared, value_by_day, vouchers_by_day
from counterfoil.portal.orchestrator.overview.reading import GroupLine, group_lines
from counterfoil.portal.periods import Chosen, PeriodForm
from counterfoil.portal.queries import engine_connection, rows

_SHOWN: Final = (
    Measure.SOLD,
    Measure.DISTRIBUTED,
    Measure.REDEEMED,
    Measure.PAID,
    Measure.FEES,
    Measure.BREAKAGE,
)
_BY_DAY: Final = (Measure.SOLD, Measure.DISTRIBUTED, Measure.REDEEMED)
_REVENUE: Final = (Measure.FEES, Measure.BREAKAGE)


class DashboardForm(PeriodForm):
    """The period, and of which programme or currency; there is no choice where there is but one."""

    programme = forms.ChoiceField(label=_("Programme"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data, office)
        self.lines = group_lines(office)
        programmes = sorted({(line.programme, line.programme_name) for line in self.lines})
        currencies = sorted({line.currency for line in self.lines})
        self._choose("programme", [("", gettext("All of them")), *programmes])
        self._choose("currency", [(each, each) for each in currencies])
        if len(programmes) < 2:  # noqa: PLR2004  # one is no choice
            self.fields["programme"].widget = forms.HiddenInput()
        if len(currencies) < 2:  # noqa: PLR2004
            self.fields["currency"].widget = forms.HiddenInput()

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which vouchers figures are of: those of a programme, or all in a currency."""

    lines: Sequence[GroupLine]
    currency: str
    programme: str = ""
    programme_name: str = ""

    @property
    def subjects(self) -> Subjects:
        if not self.programme:
            return THE_ISSUER
        return Subjects(SubjectKind.GROUP, [line.group_id for line in self.lines])


@dataclass(frozen=True, slots=True)
class Pile:
    """Vouchers as they are now."""

    vouchers: int
    money: Money


@dataclass(frozen=True, slots=True)
class Figures:
    """`owed`, `paid` and who is most active are of all programmes: of one alone nobody knows them.
    `until` is when the newest of it was counted.
    """

    sold: Compared
    distributed: Compared
    redeemed: Compared
    revenue: Compared
    fees: Compared
    breakage: Compared
    paid: Compared | None
    owed: Money | None
    out: Pile
    stocked: Pile
    until: datetime
    is_all: bool
    charts: Sequence[Chart]
    most_active: Sequence[Chart]


def scope_of(lines: Sequence[GroupLine], filters: Mapping[str, Any]) -> Scope | None:
    """None for an issuer that has no vouchers. A programme has but one currency."""
    programme = filters.get("programme") or ""
    of_programme = [line for line in lines if line.programme == programme]
    if of_programme:
        one = of_programme[0]
        return Scope(of_programme, one.currency, one.programme, one.programme_name)
    currencies = sorted({line.currency for line in lines})
    if not currencies:
        return None
    currency = filters.get("currency") or currencies[0]
    return Scope([line for line in lines if line.currency == currency], currency)


def figures_of(office: Office, scope: Scope, chosen: Chosen) -> Figures:
    """Four queries at most."""
    engine, issuer_id = engine_connection(), office.issuer_id
    now, before = totals_of_periods(
        engine, issuer_id, scope.subjects, [chosen.period, chosen.before], _SHOWN
    )
    of_all = not scope.programme
    standing = rows(__package__, "standing", {"issuer_id": issuer_id})
    owed = sum(minor for currency, minor, *_done in standing if currency == scope.currency)
    until, is_all = standing[0][2:]

    def both(*measures: Measure) -> Compared:
        return compared(together(now.values()), together(before.values()), measures, scope.currency)

    return Figures(
        sold=both(Measure.SOLD),
        distributed=both(Measure.DISTRIBUTED),
        redeemed=both(Measure.REDEEMED),
        revenue=both(*_REVENUE),
        fees=both(Measure.FEES),
        breakage=both(Measure.BREAKAGE),
        paid=both(Measure.PAID) if of_all else None,
        owed=Money(owed, scope.currency) if of_all else None,
        out=_pile([(line.held, line.held_minor) for line in scope.lines], scope.currency),
        stocked=_pile([(line.stocked, line.stocked_minor) for line in scope.lines], scope.currency),
        until=timezone.now() if is_all or until is None else until,
        is_all=is_all,
        charts=[] if chosen.is_one_day else _by_day(office, scope, chosen),
        most_active=_most_active(office, scope, chosen.period)
        if of_all
        else [_of_groups(office, scope, now)],
    )


def _pile(parts: Sequence[tuple[int, int]], currency: str) -> Pile:
    return Pile(
        sum(vouchers for vouchers, _minor in parts),
        Money(sum(minor for _vouchers, minor in parts), currency),
    )


def _by_day(office: Office, scope: Scope, chosen: Chosen) -> list[Chart]:
    found = days_of_subjects(
        engine_connection(), office.issuer_id, scope.subjects, chosen.period, _BY_DAY
    )
    names = [
        (pgettext("vouchers", "Sold"), Measure.SOLD),
        (pgettext("vouchers", "Handed out"), Measure.DISTRIBUTED),
        (pgettext("vouchers", "Redeemed"), Measure.REDEEMED),
    ]
    return [
        vouchers_by_day(gettext("Vouchers by day"), chosen.days, found, names, scope.currency),
        value_by_day(
            gettext("Value redeemed by day"), chosen.days, found, names[2], scope.currency
        ),
    ]


def _most_active(office: Office, scope: Scope, period: Period) -> list[Chart]:
    merchants, organisations = most_active(
        engine_connection(), office.issuer_id, scope.currency, period
    )
    return [
        top(
            gettext("Redeemed most at"),
            gettext("Merchant"),
            pgettext("vouchers", "Redeemed"),
            [_bar(each) for each in merchants],
            currency=scope.currency,
            urls=[reverse("merchant", args=[office.code, each.subject_id]) for each in merchants],
        ),
        top(
            gettext("Bought most"),
            gettext("Organisation"),
            pgettext("vouchers", "Bought"),
            [_bar(each) for each in organisations],
            currency=scope.currency,
            urls=[
                reverse("organisation", args=[office.code, each.subject_id])
                for each in organisations
            ],
        ),
    ]


def _of_groups(office: Office, scope: Scope, now: Mapping[int, Totals]) -> Chart:
    """Of a programme, the vouchers that were redeemed most."""
    key = Measure.REDEEMED, scope.currency
    found = sorted(
        (
            (now[line.group_id][key].money.amount_minor, line)
            for line in scope.lines
            if key in now.get(line.group_id, {})
        ),
        key=lambda each: (-each[0], each[1].code),
    )
    return top(
        gettext("Redeemed most"),
        gettext("Voucher"),
        pgettext("vouchers", "Redeemed"),
        [(line.name, amount_minor) for amount_minor, line in found],
        currency=scope.currency,
        urls=[reverse("voucher-group", args=[office.code, line.code]) for _minor, line in found],
    )


def _bar(each: SubjectFigure) -> tuple[str, int]:
    return each.name, each.money.amount_minor
