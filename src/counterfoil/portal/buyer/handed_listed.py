"""The people of a handover as a file: who got which voucher, and who got none and why. Never a
voucher's number.
"""

from functools import partial
from typing import ClassVar, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import BUYERS, EVERYONE, Buyer, Office, buyer_page, office_page
from counterfoil.portal.buyer.handovers_reading import PersonLine, lines_page
from counterfoil.portal.exporting.columns import Column, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.handovers.lists import list_of
from counterfoil.portal.listing import ListForm, Listing, Wanted
from counterfoil.portal.orchestrator.vouchers.replacing import as_its_own_buyer
from counterfoil.portal.pager import Order


class PeopleFilter(ListForm):
    orders: ClassVar = (Order("list", _("As on the list"), {"after_position": 0}),)
    refused = forms.CharField(required=False, max_length=3)


COLUMNS: Final[tuple[Column[PersonLine], ...]] = (
    text(_("Reference"), lambda line: line.called.reference),
    text(_("Name"), lambda line: line.called.name),
    text(_("Voucher"), lambda line: str(line.serial or "")),
    text(_("In place of"), lambda line: str(line.replaces or "")),
    text(_("State"), lambda line: str(line.state)),
    text(_("Why"), lambda line: line.why),
)


def people_of(handover_id: UUID) -> Listing[Buyer, PersonLine]:
    return Listing(
        name="handover-people",
        form=PeopleFilter,
        read=partial(_read, handover_id),
        columns=COLUMNS,
        subject=f"handover:{handover_id}",
    )


@require_POST
@buyer_page(sees=BUYERS, acts=BUYERS)
def export(request: HttpRequest, buyer: Buyer, handover_id: UUID) -> StreamingHttpResponse:
    list_of(buyer, handover_id, is_sent=True)
    return exported(request, buyer, people_of(handover_id))


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_replacement(
    request: HttpRequest, office: Office, handover_id: UUID
) -> StreamingHttpResponse:
    """The issuer's own: there nobody has a name."""
    buyer = as_its_own_buyer(office)
    list_of(buyer, handover_id, is_sent=True)
    return exported(request, buyer, people_of(handover_id))


def _read(handover_id: UUID, buyer: Buyer, asked: Wanted) -> list[PersonLine]:
    position = asked.after["after_position"]
    return lines_page(
        handover_id,
        buyer,
        after_position=position if isinstance(position, int) else 0,
        rows_max=asked.rows_max,
        refused=bool(asked.filters["refused"]),
    )
