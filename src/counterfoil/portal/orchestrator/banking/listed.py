"""The lists of the bank: lines of an account, credits that nobody recorded, differences."""

from datetime import date
from functools import partial
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.portal.access import SEES_BANK, Office, office_page
from counterfoil.portal.exporting.columns import Column, day, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, day_field
from counterfoil.portal.orchestrator.banking.differences import Row, differences_page
from counterfoil.portal.orchestrator.banking.lines import BIGINT_MAX, Line, lines_page
from counterfoil.portal.orchestrator.banking.proposed import Proposed, proposed_page
from counterfoil.portal.orchestrator.banking.words import (
    LINE_STATES,
    difference_word,
    line_state,
)
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_account
from counterfoil.portal.pager import Order

_INT_MAX: Final = 2**31 - 1
_REFERENCE_LETTERS_MAX: Final = 80


class LineFilter(ListForm):
    """By the bank's reference alone: names of payers do not go into addresses."""

    orders: ClassVar = (
        Order("newest", _("Newest first"), {"before_day": date.max, "before_id": BIGINT_MAX}),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each, line_state(each).text) for each in LINE_STATES)],
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))
    reference = forms.CharField(
        label=_("Bank reference begins with"),
        required=False,
        max_length=_REFERENCE_LETTERS_MAX,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ProposedFilter(ListForm):
    orders: ClassVar = (Order("oldest", _("Oldest first"), {"after_entry": 0}),)


class DifferenceFilter(ListForm):
    orders: ClassVar = (
        Order("oldest", _("Oldest first"), {"after_id": 0}),
        Order("newest", _("Newest first"), {"after_id": _INT_MAX}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Open")), ("ended", _("Ended"))],
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All")), *((each.value, difference_word(each)) for each in ExceptionKind)],
    )


LINE_COLUMNS: Final[tuple[Column[Line], ...]] = (
    day(_("Booked"), lambda row: row.booked_on),
    day(_("Value date"), lambda row: row.value_on),
    money(_("Amount"), lambda row: row.signed),
    text(_("Bank reference"), lambda row: row.bank_reference),
    text(_("Paid by"), lambda row: row.payer_name),
    text(_("Payer's reference"), lambda row: row.payer_reference),
    text(_("Note"), lambda row: row.note),
    text(_("State"), lambda row: str(row.state)),
    text(_("In the ledger"), lambda row: str(row.in_ledger.word) if row.in_ledger else ""),
    text(_("About"), lambda row: row.in_ledger.about.text if row.in_ledger else ""),
)
PROPOSED_COLUMNS: Final[tuple[Column[Proposed], ...]] = (
    day(_("Booked"), lambda row: row.line.booked_on),
    day(_("Value date"), lambda row: row.line.value_on),
    money(_("Amount"), lambda row: row.line.money),
    text(_("Bank reference"), lambda row: row.line.bank_reference),
    text(_("Paid by"), lambda row: row.line.payer_name),
    text(_("Payer's reference"), lambda row: row.line.payer_reference),
    text(_("Note"), lambda row: row.line.note),
    text(_("May be"), lambda row: row.whose),
    text(_("Because"), lambda row: str(row.because)),
)
DIFFERENCE_COLUMNS: Final[tuple[Column[Row], ...]] = (
    number(_("Number"), lambda row: row.difference.exception_id),
    text(_("What does not agree"), lambda row: str(row.difference.word)),
    money(_("Expected"), lambda row: row.difference.expected),
    money(_("Found"), lambda row: row.difference.found),
    money(_("Difference"), lambda row: row.difference.difference),
    text(_("Bank reference"), lambda row: row.difference.bank_reference),
    moment(_("Found on"), lambda row: row.difference.opened_at),
    moment(_("Ended"), lambda row: row.difference.ended_at),
    text(_("Ended by"), lambda row: row.by),
    text(_("Why"), lambda row: row.difference.why),
)
PROPOSED: Final = Listing(
    name="proposed-deposits", form=ProposedFilter, read=proposed_page, columns=PROPOSED_COLUMNS
)
DIFFERENCES: Final = Listing(
    name="differences", form=DifferenceFilter, read=differences_page, columns=DIFFERENCE_COLUMNS
)


def lines_in(account: FundingAccount) -> Listing[Office, Line]:
    return Listing(
        name="bank-lines",
        form=LineFilter,
        read=partial(lines_page, account),
        columns=LINE_COLUMNS,
        subject=account.subject,
    )


@require_POST
@office_page(sees=SEES_BANK, acts=SEES_BANK)
def export_lines(
    request: HttpRequest, office: Office, funding_account_id: int
) -> StreamingHttpResponse:
    return exported(request, office, lines_in(funding_account(office, funding_account_id)))


@require_POST
@office_page(sees=SEES_BANK, acts=SEES_BANK)
def export_proposed(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, PROPOSED)


@require_POST
@office_page(sees=SEES_BANK, acts=SEES_BANK)
def export_differences(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, DIFFERENCES)
