"""Vouchers by their serials: of a provision, an allocation or a run of serials, to look at, and to
tick for a change.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, OPERATES, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted, shown
from counterfoil.portal.orchestrator.stock.allocations import allocation_of
from counterfoil.portal.pager import Key, Order
from counterfoil.portal.queries import rows
from counterfoil.portal.serials import SERIAL_OR_NUMBER, joined
from counterfoil.portal.templatetags.serials import serial as serial_text
from counterfoil.portal.words import Word, voucher_state
from counterfoil.voucher import State

LOOKED_MAX: Final = 100_000  # vouchers that are looked at for a page
_ID_MAX: Final = 2**31 - 1
_FIRST: Final = {"after_serial": 0}


@dataclass(frozen=True, slots=True)
class SerialRow:
    serial: int
    state: int
    amount_minor: int
    currency: str
    code: str
    name: str
    group_version: int
    provision_id: int
    expires_at: datetime | None
    allocation_id: int | None
    organisation_id: int | None
    organisation: str | None
    is_held: bool

    @property
    def word(self) -> Word:
        return voucher_state(self.state)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def key(self) -> Key:
        return (self.serial,)


class SerialField(forms.CharField):
    """As people write it; cleaned to an int, or None."""

    def __init__(self, *, label: Any, required: bool = True) -> None:  # noqa: ANN401  # as Django's
        super().__init__(
            label=label,
            required=required,
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        )

    def clean(self, value: object) -> int | None:
        digits = joined(str(super().clean(value)))
        if not digits:
            return None
        if not SERIAL_OR_NUMBER.fullmatch(digits):
            raise ValidationError(_("A serial has digits only, like 1000 0000 0000 0042."))
        return int(digits)


class SerialFilter(ListForm):
    orders: ClassVar = (Order("serial", gettext_lazy("By serial"), _FIRST),)
    first = SerialField(label=gettext_lazy("From serial"), required=False)
    last = SerialField(label=gettext_lazy("To serial"), required=False)
    provision = forms.IntegerField(
        label=gettext_lazy("Provision"), required=False, min_value=1, max_value=_ID_MAX
    )
    allocation = forms.IntegerField(
        label=gettext_lazy("Allocation"), required=False, min_value=1, max_value=_ID_MAX
    )
    state = forms.TypedChoiceField(
        label=gettext_lazy("State"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("Any")),
            *((each.value, voucher_state(each).text) for each in State),
        ],
    )

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data, office)
        del self.fields["sort"]  # there is one order only


def serials_page(office: Office, asked: Wanted) -> list[SerialRow]:
    if asked.filters["allocation"] is not None:
        return _of_allocation(office, asked)
    found = rows(__package__, "serials_page", _asked(office, asked))
    return [SerialRow(*row) for row in found]


def serials_in_allocation(
    office: Office, allocation_id: int, states: list[int], *, rows_max: int
) -> list[int]:
    """Those in one of the states, ascending."""
    found = rows(
        __package__,
        "serials_of_allocation",
        {
            "issuer_id": office.issuer_id,
            "allocation_id": allocation_id,
            "serial_first": None,
            "serial_last": None,
            "states": states,
            "after_serial": 0,
            "looked_max": 2**31 - 1,
            "rows_max": rows_max,
        },
    )
    return [row[0] for row in found]


def _of_allocation(office: Office, asked: Wanted) -> list[SerialRow]:
    try:
        of = allocation_of(office, asked.filters["allocation"]).row
    except Http404:
        return []
    state, provision = asked.filters["state"], asked.filters["provision"]
    parameters = _asked(office, asked) | {
        "allocation_id": of.allocation_id,
        "states": None if state is None else [state],
        "looked_max": LOOKED_MAX if state else asked.rows_max,
    }
    found = rows(__package__, "serials_of_allocation", parameters)
    return [
        SerialRow(
            serial,
            each_state,
            of.amount_minor,
            of.currency,
            of.code,
            of.name,
            of.group_version,
            provision_id,
            expires_at,
            of.allocation_id,
            of.organisation_id,
            of.organisation,
            is_held=not of.sold,
        )
        for serial, each_state, provision_id, expires_at in found
        if provision in {None, provision_id}
    ]


def _asked(office: Office, asked: Wanted) -> dict[str, Any]:
    of = asked.filters
    return {
        **asked.after,
        "issuer_id": office.issuer_id,
        "serial_first": of["first"],
        "serial_last": of["last"],
        "provision_id": of["provision"],
        "state": of["state"],
        "looked_max": LOOKED_MAX,
        "rows_max": asked.rows_max,
    }


COLUMNS: Final[tuple[Column[SerialRow], ...]] = (
    text(gettext_lazy("Serial"), lambda row: serial_text(row.serial)),
    text(gettext_lazy("State"), lambda row: str(row.word)),
    text(gettext_lazy("Voucher"), lambda row: row.name),
    text(gettext_lazy("Code"), lambda row: row.code),
    number(pgettext_lazy("of a voucher", "Version"), lambda row: row.group_version),
    money(gettext_lazy("Amount"), lambda row: row.amount),
    number(gettext_lazy("Provision"), lambda row: row.provision_id),
    number(gettext_lazy("Allocation"), lambda row: row.allocation_id),
    text(gettext_lazy("Organisation"), lambda row: row.organisation),
    moment(gettext_lazy("Valid until"), lambda row: row.expires_at),
)
SERIALS: Final = Listing(name="serials", form=SerialFilter, read=serials_page, columns=COLUMNS)


@require_safe
@office_page(sees=EVERYONE)
def serials(request: HttpRequest, office: Office) -> HttpResponse:
    listed = shown(request, office, SERIALS)
    return render(
        request,
        "portal/orchestrator/stock/serials.html",
        {
            "list": listed,
            "looked_max": LOOKED_MAX if listed.form.filters["state"] else None,
            "may_act": office.may(OPERATES),
        },
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, SERIALS)
