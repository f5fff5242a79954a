"""The lists of the books: vouchers by group, closed periods, what stood in one, what came late."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import ClassVar, Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, day, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.orchestrator.books.periods import (
    BalanceRow,
    LateRow,
    PeriodRow,
    balances_page,
    late_page,
    period_of,
    periods_page,
)
from counterfoil.portal.orchestrator.books.reconciling import GroupLine, groups_of, groups_page
from counterfoil.portal.pager import Order

_BIGINT_MAX: Final = 2**63 - 1


class GroupFilter(ListForm):
    orders: ClassVar = (
        Order(
            "programme",
            _("By programme"),
            {"after_account": 0, "after_programme": "", "after_code": ""},
        ),
    )


class PeriodFilter(ListForm):
    orders: ClassVar = (Order("newest", _("Newest first"), {"before_day": date.max}),)


class BalanceFilter(ListForm):
    orders: ClassVar = (
        Order("account", _("By funding account"), {"after_account": 0, "after_kind": 0}),
    )


class LateFilter(ListForm):
    orders: ClassVar = (Order("newest", _("Newest first"), {"before_operation": _BIGINT_MAX}),)


GROUP_COLUMNS: Final[tuple[Column[GroupLine], ...]] = (
    text(_("Programme"), lambda row: row.programme_name),
    text(_("Voucher"), lambda row: row.name),
    text(_("Code"), lambda row: row.code),
    number(_("Issued: vouchers"), lambda row: row.issued),
    money(_("Issued"), lambda row: row.money(row.issued_minor)),
    number(_("Redeemed: vouchers"), lambda row: row.redeemed),
    money(_("Redeemed"), lambda row: row.money(row.redeemed_minor)),
    number(_("Open: vouchers"), lambda row: row.open),
    money(_("Open"), lambda row: row.money(row.open_minor)),
    number(_("Expired: vouchers"), lambda row: row.expired),
    money(_("Expired"), lambda row: row.money(row.expired_minor)),
    number(_("Cancelled: vouchers"), lambda row: row.cancelled),
    money(_("Cancelled"), lambda row: row.money(row.cancelled_minor)),
    text(_("State"), lambda row: str(row.state)),
)
PERIOD_COLUMNS: Final[tuple[Column[PeriodRow], ...]] = (
    day(_("From"), lambda row: row.since),
    day(_("Up to"), lambda row: row.through),
    text(_("Closed by"), lambda row: row.by),
    moment(_("Closed"), lambda row: row.closed_at),
    text(_("Why"), lambda row: row.reason),
)
BALANCE_COLUMNS: Final[tuple[Column[BalanceRow], ...]] = (
    text(_("Funding account"), lambda row: row.account.shown),
    text(_("Account"), lambda row: str(row.name)),
    money(_("At the beginning"), lambda row: row.money(row.opening_minor)),
    money(_("Debited"), lambda row: row.money(row.debits_minor)),
    money(_("Credited"), lambda row: row.money(row.credits_minor)),
    money(_("At the end"), lambda row: row.money(row.closing_minor)),
)
LATE_COLUMNS: Final[tuple[Column[LateRow], ...]] = (
    day(_("Value date"), lambda row: row.value_on),
    text(_("What"), lambda row: str(row.word)),
    text(_("About"), lambda row: row.about.text),
    moment(_("Recorded"), lambda row: row.at),
    money(_("Amount"), lambda row: row.money),
)
PERIODS: Final = Listing(
    name="periods", form=PeriodFilter, read=periods_page, columns=PERIOD_COLUMNS
)


def groups_in(groups: Sequence[GroupLine]) -> Listing[Office, GroupLine]:
    return Listing(
        name="reconciled-vouchers",
        form=GroupFilter,
        read=partial(groups_page, groups),
        columns=GROUP_COLUMNS,
    )


def balances_in(period: PeriodRow) -> Listing[Office, BalanceRow]:
    return Listing(
        name="period-balances",
        form=BalanceFilter,
        read=partial(balances_page, period),
        columns=BALANCE_COLUMNS,
        subject=period.subject,
    )


def late_of(period: PeriodRow) -> Listing[Office, LateRow]:
    return Listing(
        name="late-events",
        form=LateFilter,
        read=partial(late_page, period),
        columns=LATE_COLUMNS,
        subject=period.subject,
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_groups(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, groups_in(groups_of(office)))


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_periods(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, PERIODS)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_balances(request: HttpRequest, office: Office, through: date) -> StreamingHttpResponse:
    return exported(request, office, balances_in(period_of(office, through)))


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_late(request: HttpRequest, office: Office, through: date) -> StreamingHttpResponse:
    return exported(request, office, late_of(period_of(office, through)))
