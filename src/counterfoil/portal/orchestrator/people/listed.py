"""The list of people and the list of delegations: filters, orders, and what files of them hold."""

from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import APPROVES, AUDITS, Office, office_page
from counterfoil.portal.exporting.columns import Column, day, moment, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.models import Role
from counterfoil.portal.orchestrator.people.reading import (
    DelegationRow,
    PersonRow,
    delegations_page,
    people_page,
)
from counterfoil.portal.pager import Order


class PersonFilter(ListForm):
    orders: ClassVar = (
        Order("name", _("By name")),
        Order("newest", _("Newest first")),
        Order("seen", _("Signed in last")),
    )
    search = forms.CharField(
        label=_("Name or e-mail"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("Any")), *Role.choices]
    )


class DelegationFilter(ListForm):
    orders: ClassVar = (
        Order("until", _("Ending last first")),
        Order("from", _("Beginning first")),
        Order("name", _("By name")),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Any")),
            ("now", _("Now")),
            ("to_come", _("To come")),
            ("over", _("Over")),
        ],
    )


def _on(*, is_on: bool) -> str:
    return gettext("On") if is_on else gettext("Off")


PERSON_COLUMNS: Final[tuple[Column[PersonRow], ...]] = (
    text(_("Name"), lambda row: row.shown),
    text(_("E-mail"), lambda row: row.email),
    text(_("Roles"), lambda row: ", ".join(row.role_words)),
    text(
        _("Second factor"), lambda row: gettext("On") if row.has_second_factor else gettext("Off")
    ),
    moment(_("Last sign-in"), lambda row: row.last_login),
    moment(_("Invited"), lambda row: row.created_at),
    text(_("State"), lambda row: row.state[0]),
)
PEOPLE: Final = Listing(name="people", form=PersonFilter, read=people_page, columns=PERSON_COLUMNS)

DELEGATION_COLUMNS: Final[tuple[Column[DelegationRow], ...]] = (
    text(_("Whose"), lambda row: row.from_shown),
    text(_("To whom"), lambda row: row.to_shown),
    day(_("From"), lambda row: row.from_date),
    day(_("Until"), lambda row: row.until_date),
    text(_("Why"), lambda row: row.reason),
    text(_("State"), lambda row: row.state[0]),
    moment(_("Ended"), lambda row: row.ended_at),
)
DELEGATIONS: Final = Listing(
    name="delegations", form=DelegationFilter, read=delegations_page, columns=DELEGATION_COLUMNS
)


@require_POST
@office_page(sees=AUDITS, acts=AUDITS)
def export_people(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, PEOPLE)


@require_POST
@office_page(sees=AUDITS | APPROVES, acts=AUDITS | APPROVES)
def export_delegations(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, DELEGATIONS)
