"""The list of provisions, and that of what a bulk change could not change."""

from functools import partial
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.engine.operation import Outcome
from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.orchestrator.stock.reading import (
    ProvisionLine,
    Refusal,
    bulk_of,
    provisions_page,
    refusals_of,
)
from counterfoil.portal.pager import Order
from counterfoil.portal.templatetags.serials import serial
from counterfoil.portal.words import outcome_word, provision_status

_STATUSES: Final = ("running", "ready", "paused", "cancelled")
_LAST_SERIAL: Final = 2**63 - 1
# Why a voucher can be left as it is by a change of many.
_WHY: Final = (
    Outcome.SERIAL_UNKNOWN,
    Outcome.ALREADY_REDEEMED,
    Outcome.PAYMENT_IN_PROGRESS,
    Outcome.EXPIRED,
    Outcome.SUSPENDED,
    Outcome.BLOCKED,
    Outcome.ALREADY_CANCELLED,
    Outcome.PURGED,
    Outcome.NOT_PREACTIVATED,
    Outcome.NOT_ACTIVE,
)


class ProvisionFilter(ListForm):
    orders: ClassVar = (
        Order("newest", _("Newest first")),
        Order("oldest", _("Oldest first")),
        Order("amount", _("Largest first")),
    )
    group = forms.CharField(
        label=_("Voucher, by name or code"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each, provision_status(each).text) for each in _STATUSES)],
    )


class RefusalFilter(ListForm):
    orders: ClassVar = (
        Order("serial", _("By serial"), {"after_serial": 0}),
        Order("last", _("Last serial first"), {"after_serial": _LAST_SERIAL}),
    )
    why = forms.ChoiceField(
        label=_("Why"),
        required=False,
        choices=[("", _("Any")), *((each.value, outcome_word(each)) for each in _WHY)],
    )


def _number(line: ProvisionLine, number: int) -> int | None:
    """What is imported has serials with gaps, so that nothing is counted by them."""
    return number if line.row.is_counted else None


def _worth(line: ProvisionLine) -> Money | None:
    return line.row.value if line.row.is_counted else None


PROVISION_COLUMNS: Final[tuple[Column[ProvisionLine], ...]] = (
    number(_("Provision"), lambda line: line.row.provision_id),
    text(_("Kind"), lambda line: "" if line.row.is_counted else gettext("imported")),
    text(_("State"), lambda line: str(line.row.state)),
    text(_("Voucher"), lambda line: line.row.group_name),
    text(_("Code"), lambda line: line.row.group_code),
    number(pgettext_lazy("of a voucher", "Version"), lambda line: line.row.group_version),
    money(_("Amount"), lambda line: Money(line.row.amount_minor, line.row.currency)),
    number(_("Vouchers"), lambda line: _number(line, line.row.asked)),
    money(_("Worth"), _worth),
    number(_("Made"), lambda line: _number(line, line.row.created)),
    number(_("Not handed out"), lambda line: _number(line, line.row.left)),
    text(_("Asked for by"), lambda line: line.by),
    moment(_("Asked for"), lambda line: line.row.created_at),
    moment(_("Finished"), lambda line: line.row.finished_at),
)
PROVISIONS: Final = Listing(
    name="provisions", form=ProvisionFilter, read=provisions_page, columns=PROVISION_COLUMNS
)

REFUSAL_COLUMNS: Final[tuple[Column[Refusal], ...]] = (
    text(_("Voucher"), lambda row: serial(row.serial)),  # a number of so many digits would be cut
    text(_("Why"), lambda row: row.word),
)


def refusals(bulk_id: int) -> Listing[Office, Refusal]:
    return Listing(
        name="refusals",
        form=RefusalFilter,
        read=partial(refusals_of, bulk_id),
        columns=REFUSAL_COLUMNS,
        subject=f"bulk:{bulk_id}",
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, PROVISIONS)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_refusals(request: HttpRequest, office: Office, bulk_id: int) -> StreamingHttpResponse:
    return exported(request, office, refusals(bulk_of(office, bulk_id).bulk_id))
