"""Ranges of serials that were cut off the stock: whose each is, how many it has, and how many are
left in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted
from counterfoil.portal.models.purchases import reference_of
from counterfoil.portal.orchestrator.stock.reading import Provision, provision_of
from counterfoil.portal.pager import Key, Order
from counterfoil.portal.queries import rows
from counterfoil.portal.templatetags.serials import serial
from counterfoil.portal.words import Word

_SERIAL_MAX: Final = 2**63 - 1
_STATUSES: Final = {
    "held": Word(_("Held for a purchase"), "wait"),
    "sold": Word(_("Sold"), "good"),
    "replacement": Word(_("In place of another"), "info"),
    "returned": Word(_("Given back")),
}


@dataclass(frozen=True, slots=True)
class RangeRow:
    """As far as its cursor went: of what lies behind it, some may be cancelled."""

    serial_first: int
    serial_last: int
    vouchers: int
    left: int
    status: str
    provision_id: int
    is_of_stock: bool
    allocation_id: int | None
    organisation: str | None
    purchase_number: int | None

    @property
    def state(self) -> Word:
        return _STATUSES[self.status]

    @property
    def purchase(self) -> str:
        return "" if self.purchase_number is None else reference_of(self.purchase_number)

    @property
    def key(self) -> Key:
        return (self.serial_first,)


class RangeFilter(ListForm):
    orders: ClassVar = (
        Order("serial", _("By serial"), {"after_serial": 0}),
        Order("last", _("Last serial first"), {"after_serial": _SERIAL_MAX}),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((name, word.text) for name, word in _STATUSES.items())],
    )


COLUMNS: Final[tuple[Column[RangeRow], ...]] = (
    text(_("First serial"), lambda row: serial(row.serial_first)),
    text(_("Last serial"), lambda row: serial(row.serial_last)),
    number(_("Vouchers"), lambda row: row.vouchers),
    number(_("Not handed out"), lambda row: row.left),
    text(_("State"), lambda row: str(row.state)),
    text(_("Organisation"), lambda row: row.organisation),
    text(_("Purchase"), lambda row: row.purchase),
    number(_("Allocation"), lambda row: row.allocation_id),
    number(_("Provision"), lambda row: row.provision_id),
)
Read = Callable[[Office, Wanted], list[RangeRow]]


def ranges_of_provision(provision: Provision) -> Listing[Office, RangeRow]:
    span = {
        "provision_id": provision.provision_id,
        "serial_first": provision.serial_first,
        "serial_last": provision.serial_last,
        "allocation_id": None,
    }
    return _listing(partial(_read, span), f"provision:{provision.provision_id}")


def ranges_of_allocation(allocation_id: int) -> Listing[Office, RangeRow]:
    span = {
        "provision_id": None,
        "serial_first": None,
        "serial_last": None,
        "allocation_id": allocation_id,
    }
    return _listing(partial(_read, span), f"allocation:{allocation_id}")


def _listing(read: Read, subject: str) -> Listing[Office, RangeRow]:
    return Listing(name="ranges", form=RangeFilter, read=read, columns=COLUMNS, subject=subject)


def _read(span: dict[str, int | None], office: Office, asked: Wanted) -> list[RangeRow]:
    parameters = {**asked.parameters, **span, "issuer_id": office.issuer_id}
    return [RangeRow(*row) for row in rows(__package__, "ranges_page", parameters)]


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office, provision_id: int) -> StreamingHttpResponse:
    return exported(request, office, ranges_of_provision(provision_of(office, provision_id)))
