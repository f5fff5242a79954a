"""What organisations bought, line by line: how many are whose, in which state, in which ranges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, OPERATES, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted, shown
from counterfoil.portal.models.purchases import reference_of
from counterfoil.portal.orchestrator.stock.counting import Part, parts_of_allocation
from counterfoil.portal.orchestrator.stock.links import organisation_url, purchase_url
from counterfoil.portal.orchestrator.stock.ranges import ranges_of_allocation
from counterfoil.portal.pager import AT_FIRST, Key, Order, keyed
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, voucher_state
from counterfoil.voucher import HOLDS_VALUE

_ID_MAX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """So many vouchers of one version and amount: some `held` until they are paid, or `sold`, of
    which some are `left` to hand out.
    """

    allocation_id: int
    organisation_id: int
    organisation: str
    purchase_id: UUID | None
    purchase_number: int | None
    code: str
    name: str
    group_version: int
    amount_minor: int
    currency: str
    quantity: int
    held: int
    sold: int
    left: int
    commission_minor: int
    status: str
    held_until: datetime
    created_at: datetime
    paid_at: datetime | None
    sale_id: UUID
    unused_value: str
    key: Key

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def worth(self) -> Money:
        return Money(self.amount_minor * self.sold, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.commission_minor, self.currency)

    @property
    def purchase(self) -> str:
        return "" if self.purchase_number is None else reference_of(self.purchase_number)

    @property
    def state(self) -> Word:
        if self.sold and self.sold == self.quantity:
            return Word(_("Sold"), "good")
        if self.sold:
            return Word(_("Sold in part"), "wait")
        if self.held:
            return Word(_("Held for a purchase"), "wait")
        return Word(_("Nothing of it"))


@dataclass(frozen=True, slots=True)
class AllocationLine:
    row: AllocationRow
    purchase_url: str
    organisation_url: str

    @property
    def key(self) -> Key:
        return self.row.key


class AllocationFilter(ListForm):
    orders: ClassVar = (
        Order("newest", _("Newest first")),
        Order("oldest", _("Oldest first")),
        Order("left", _("Most left first")),
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    name = forms.CharField(
        label=_("Voucher, by name or code"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    purchase = forms.IntegerField(
        label=_("Purchase, by its number"), required=False, min_value=1, max_value=_ID_MAX
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Any")),
            ("held", _("Held for a purchase")),
            ("sold", _("Sold")),
            ("left", _("Not all handed out")),
            ("none", _("Nothing of it")),
        ],
    )


def allocations_page(office: Office, asked: Wanted) -> list[AllocationLine]:
    return [_line(office, row) for row in _read(office, asked, None)]


def allocation_of(office: Office, allocation_id: int) -> AllocationLine:
    """Raises Http404."""
    filters = dict.fromkeys(("organisation", "name", "purchase", "status"))
    asked = Wanted(filters, "newest", AT_FIRST, 1)
    found = _read(office, asked, allocation_id) if allocation_id <= _ID_MAX else []
    if not found:
        raise Http404
    return _line(office, found[0])


def _read(office: Office, asked: Wanted, allocation_id: int | None) -> list[AllocationRow]:
    parameters = {
        **asked.parameters,
        "issuer_id": office.issuer_id,
        "allocation_id": allocation_id,
    }
    return [AllocationRow(*keyed(row)) for row in rows(__package__, "allocations_page", parameters)]


def _line(office: Office, row: AllocationRow) -> AllocationLine:
    return AllocationLine(
        row, purchase_url(office, row.purchase_id), organisation_url(office, row.organisation_id)
    )


COLUMNS: Final[tuple[Column[AllocationLine], ...]] = (
    number(_("Allocation"), lambda line: line.row.allocation_id),
    text(_("Organisation"), lambda line: line.row.organisation),
    text(_("Purchase"), lambda line: line.row.purchase),
    text(_("Voucher"), lambda line: line.row.name),
    text(_("Code"), lambda line: line.row.code),
    number(pgettext_lazy("of a voucher", "Version"), lambda line: line.row.group_version),
    money(_("Amount"), lambda line: line.row.amount),
    text(_("State"), lambda line: str(line.row.state)),
    number(_("Asked for"), lambda line: line.row.quantity),
    number(_("Held"), lambda line: line.row.held),
    number(_("Sold"), lambda line: line.row.sold),
    money(_("Worth"), lambda line: line.row.worth),
    number(_("Not handed out"), lambda line: line.row.left),
    moment(_("Begun"), lambda line: line.row.created_at),
    moment(_("Paid"), lambda line: line.row.paid_at),
)
ALLOCATIONS: Final = Listing(
    name="allocations", form=AllocationFilter, read=allocations_page, columns=COLUMNS
)


@dataclass(frozen=True, slots=True)
class StateLine:
    state: Word
    vouchers: int
    money: Money


def state_lines(parts: Sequence[Part]) -> list[StateLine]:
    return [StateLine(voucher_state(part.state), part.vouchers, part.money) for part in parts]


@require_safe
@office_page(sees=EVERYONE)
def allocations(request: HttpRequest, office: Office) -> HttpResponse:
    return render(
        request,
        "portal/orchestrator/stock/allocations.html",
        {"list": shown(request, office, ALLOCATIONS)},
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, ALLOCATIONS)


@require_safe
@office_page(sees=EVERYONE)
def allocation(request: HttpRequest, office: Office, allocation_id: int) -> HttpResponse:
    line = allocation_of(office, allocation_id)
    parts = parts_of_allocation(office.issuer_id, allocation_id)
    return render(
        request,
        "portal/orchestrator/stock/allocation.html",
        {
            "line": line,
            "allocation": line.row,
            "states": state_lines(parts),
            "vouchers": sum(part.vouchers for part in parts),
            "list": shown(request, office, ranges_of_allocation(allocation_id)),
            "may_act": office.may(OPERATES)
            and any(part.state in HOLDS_VALUE and part.vouchers for part in parts),
        },
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_ranges(
    request: HttpRequest, office: Office, allocation_id: int
) -> StreamingHttpResponse:
    allocation_of(office, allocation_id)
    return exported(request, office, ranges_of_allocation(allocation_id))
