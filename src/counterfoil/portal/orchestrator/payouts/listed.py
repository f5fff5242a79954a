"""The lists of payouts: runs, what a run pays, and the terms that apply."""

from functools import partial
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.engine.payouts.reading import Run
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.orchestrator.payouts.reading import (
    PayoutRow,
    RunRow,
    payouts_page,
    runs_page,
)
from counterfoil.portal.orchestrator.payouts.terms_reading import TermsRow, terms_page
from counterfoil.portal.pager import AT_FIRST, Order
from counterfoil.portal.payouts.reading import run_of
from counterfoil.portal.payouts.words import (
    PAYOUT_STATES,
    RUN_STATES,
    payout_state,
    run_state,
)

_INT_MAX: Final = 2**31 - 1
_BY_NUMBER: Final = {name: AT_FIRST[name] for name in ("after_number", "after_id")}


class RunFilter(ListForm):
    orders: ClassVar = (Order("newest", _("Newest first"), {"before_run": _INT_MAX}),)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each, run_state(each).text) for each in RUN_STATES)],
    )


class PayoutFilter(ListForm):
    orders: ClassVar = (
        Order("largest", _("Largest first"), _BY_NUMBER),
        Order("number", _("By the merchant's number"), _BY_NUMBER),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each, payout_state(each).text) for each in PAYOUT_STATES)],
    )


class TermsFilter(ListForm):
    orders: ClassVar = (Order("oldest", _("Oldest first"), {"after_terms": 0}),)


RUN_COLUMNS: Final[tuple[Column[RunRow], ...]] = (
    number(_("Number"), lambda row: row.run_id),
    text(_("Pays"), lambda row: row.of),
    text(_("State"), lambda row: str(row.state)),
    moment(_("Cut-off"), lambda row: row.cut_off_at),
    number(_("Payouts"), lambda row: row.payouts),
    number(_("Left out"), lambda row: row.left_out),
    money(_("Amount"), lambda row: row.net),
    text(_("Begun by"), lambda row: row.by),
    moment(_("Begun"), lambda row: row.made_at),
)
PAYOUT_COLUMNS: Final[tuple[Column[PayoutRow], ...]] = (
    number(_("Run"), lambda row: row.run_id),
    number(_("Merchant's number"), lambda row: row.acceptor_id),
    text(_("Merchant or agent"), lambda row: row.name),
    number(_("Redemptions"), lambda row: row.redemptions),
    money(_("Redeemed"), lambda row: row.money(row.gross_minor)),
    money(_("Taken back"), lambda row: row.money(row.refunded_minor)),
    money(_("Commission earned"), lambda row: row.money(row.earned_minor)),
    money(_("Commission"), lambda row: row.money(row.commission_minor)),
    money(_("Fee"), lambda row: row.money(row.fee_minor)),
    money(_("Amount"), lambda row: row.net),
    text(_("Paid to"), lambda row: row.paid_to),
    text(_("State"), lambda row: str(row.state)),
    text(_("Why"), lambda row: str(row.why)),
    moment(_("Last changed"), lambda row: row.changed_at),
)
RUNS: Final = Listing(name="payout-runs", form=RunFilter, read=runs_page, columns=RUN_COLUMNS)
TERMS: Final[Listing[Office, TermsRow]] = Listing(
    name="payout-terms", form=TermsFilter, read=terms_page, columns=()
)


def payouts_in(run: Run) -> Listing[Office, PayoutRow]:
    return Listing(
        name="payouts",
        form=PayoutFilter,
        read=partial(payouts_page, run.run_id),
        columns=PAYOUT_COLUMNS,
        subject=f"payout-run:{run.run_id}",
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_runs(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, RUNS)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office, run_id: int) -> StreamingHttpResponse:
    return exported(request, office, payouts_in(run_of(office.issuer_id, run_id)))
