"""The list of the calling systems: its filters, its orders, and what a file of it holds."""

from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted
from counterfoil.portal.orchestrator.clients.reading import ClientRow
from counterfoil.portal.pager import Order, keyed
from counterfoil.portal.queries import rows


class ClientFilter(ListForm):
    orders: ClassVar = (Order("name", _("By name")), Order("newest", _("Newest first")))
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Any")),
            ("active", _("In use")),
            ("keyless", _("Has no key yet")),
            ("revoked", _("Revoked")),
        ],
    )


def _clients(office: Office, asked: Wanted) -> list[ClientRow]:
    parameters = {"issuer_id": office.issuer_id, **asked.parameters}
    found = rows(__package__, "clients_page", parameters)
    return [ClientRow(*keyed(row)) for row in found]


COLUMNS: Final[tuple[Column[ClientRow], ...]] = (
    text(_("Name"), lambda row: row.name),
    text(_("State"), lambda row: row.state[0]),
    text(_("May"), lambda row: row.may_text),
    moment(_("Registered"), lambda row: row.created_at),
)
CLIENTS: Final = Listing(name="clients", form=ClientFilter, read=_clients, columns=COLUMNS)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, CLIENTS)
