"""The list of programmes: its filter, its orders, and what a file of it holds."""

from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, day, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.orchestrator.programmes.reading import ProgrammeRow, programmes_page
from counterfoil.portal.pager import Order
from counterfoil.portal.words import programme_status
from counterfoil.programme import ProgrammeStatus


class ProgrammeFilter(ListForm):
    orders: ClassVar = (
        Order("state", _("Running first")),
        Order("name", _("By name")),
        Order("start", _("Latest start first")),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((s.value, programme_status(s).text) for s in ProgrammeStatus)],
    )


COLUMNS: Final[tuple[Column[ProgrammeRow], ...]] = (
    text(_("Programme"), lambda row: row.name),
    text(_("Code"), lambda row: row.code),
    text(_("State"), lambda row: str(row.word)),
    money(_("Budget"), lambda row: row.budget.budget),
    money(_("Committed"), lambda row: row.budget.committed),
    day(_("Starts"), lambda row: row.dates.starts_on),
    day(_("Sales close"), lambda row: row.dates.sales_close_on),
    day(_("Redemption closes"), lambda row: row.dates.redemption_close_on),
    day(_("Claims close"), lambda row: row.dates.claims_close_on),
    number(_("Open vouchers"), lambda row: row.open_vouchers),
    money(_("Worth of the open vouchers"), lambda row: row.open_money),
)
PROGRAMMES: Final = Listing(
    name="programmes", form=ProgrammeFilter, read=programmes_page, columns=COLUMNS
)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, PROGRAMMES)
