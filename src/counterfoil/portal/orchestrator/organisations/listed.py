"""The lists of organisations: all of them with the applications, and one's statement of account."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.models import OrganisationKind
from counterfoil.portal.orchestrator.organisations.reading import (
    OrganisationRow,
    organisation_of,
    organisations_page,
)
from counterfoil.portal.organisations.statement import statement_of
from counterfoil.portal.organisations.words import organisation_status
from counterfoil.portal.pager import AT_FIRST, Order

_FIRST: Final = {
    "after_number": AT_FIRST["after_number"],
    "after_text": "",
    "after_key": "",
}
_STANDINGS: Final = (
    "draft",
    "submitted",
    "returned",
    "proposed",
    "approved",
    "suspended",
    "closed",
    "rejected",
    "withdrawn",
)


class OrganisationFilter(ListForm):
    orders: ClassVar = (
        Order("name", _("By name"), _FIRST),
        Order("newest", _("Newest first"), _FIRST),
        Order("balance", _("Highest balance first"), _FIRST),
    )
    text = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Any state")),
            *((code, organisation_status(code).text) for code in _STANDINGS),
        ],
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Any kind")), *OrganisationKind.choices]
    )


def _free(row: OrganisationRow) -> Money | None:
    return row.balances[0].free if row.balances else None


def _by_currency(row: OrganisationRow) -> Iterable[OrganisationRow]:
    """A line of a file for each funding account in which there is a balance."""
    return [replace(row, balances=[each]) for each in row.balances] or [row]


COLUMNS: Final[tuple[Column[OrganisationRow], ...]] = (
    text(_("Name"), lambda row: row.name),
    text(_("Registered name"), lambda row: row.registered_name),
    text(_("Kind"), lambda row: row.kind_word),
    text(_("State"), lambda row: str(row.state)),
    text(_("How it came"), lambda row: row.came),
    moment(_("Since"), lambda row: row.since),
    money(_("Free balance"), _free),
)
ORGANISATIONS: Final = Listing(
    name="organisations",
    form=OrganisationFilter,
    read=organisations_page,
    columns=COLUMNS,
    spread=_by_currency,
)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, ORGANISATIONS)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export_statement(
    request: HttpRequest, office: Office, organisation_id: int
) -> StreamingHttpResponse:
    organisation_of(office.issuer_id, organisation_id)
    return exported(request, office, statement_of(organisation_id))
