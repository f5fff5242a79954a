"""The list of merchants, agents and applications: its filters, its orders, what a file holds."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing
from counterfoil.portal.models import MerchantKind
from counterfoil.portal.orchestrator.merchants.forms import group_choices
from counterfoil.portal.orchestrator.merchants.reading import (
    BY_NAME,
    LAST_ACCEPTOR,
    LAST_ID,
    LATEST,
    NEWEST,
    OWED,
    MerchantLine,
    groups_of,
    merchants_page,
)
from counterfoil.portal.pager import AT_FIRST, Order


class MerchantFilter(ListForm):
    orders: ClassVar = (
        Order(BY_NAME, _("By name"), {"after_name": "", "after_key": ""}),
        Order(
            NEWEST,
            _("Newest first"),
            {"before_at": LATEST, "before_id": LAST_ID, "before_acceptor_id": LAST_ACCEPTOR},
        ),
        Order(
            OWED,
            _("Owed most first"),
            {"after_number": AT_FIRST["after_number"], "after_key": ""},
        ),
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
        choices=(
            ("", _("Any state")),
            ("draft", _("Draft")),
            ("submitted", _("Submitted")),
            ("in_review", _("In review")),
            ("more_information", _("More information asked")),
            ("approved", _("Approved")),
            ("suspended", _("Suspended")),
            ("rejected", _("Rejected")),
            ("closed", _("Closed or withdrawn")),
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=(("", _("Any kind")), *MerchantKind.choices)
    )
    group = forms.ChoiceField(label=_("Group"), required=False)

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data, office)
        choices = [("", gettext("Any group")), *group_choices(groups_of(office))]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]


def _kind(line: MerchantLine) -> str:
    return str(MerchantKind.AGENT.label if line.row.is_agent else MerchantKind.MERCHANT.label)


def _payouts(line: MerchantLine) -> str:
    if line.row.payouts_held:
        return gettext("Payouts held")
    return gettext("Payouts wait") if line.row.next_from else ""


def _came(line: MerchantLine) -> str:
    if line.row.profile_id:
        return line.row.came
    if line.made_by:
        return gettext("made by %(by)s, no profile") % {"by": line.made_by}
    return gettext("from a file or with others, no profile")


def _owed(line: MerchantLine) -> Money | None:
    return Money(line.owed[0].owed_minor, line.owed[0].currency) if line.owed else None


def _earned(line: MerchantLine) -> Money | None:
    return Money(line.owed[0].earned_minor, line.owed[0].currency) if line.owed else None


def _by_currency(line: MerchantLine) -> Iterable[MerchantLine]:
    """A line of a file for each currency in which something is owed."""
    return [replace(line, owed=[each]) for each in line.owed] or [line]


COLUMNS: Final[tuple[Column[MerchantLine], ...]] = (
    text(_("Name"), lambda line: line.row.name),
    text(_("Kind"), _kind),
    text(_("State"), lambda line: str(line.row.state)),
    text(_("Payouts"), _payouts),
    moment(_("New account from"), lambda line: line.row.next_from),
    text(_("Groups"), lambda line: ", ".join(line.groups)),
    text(_("How it came"), _came),
    money(_("Earned"), _earned),
    money(_("Owed to it"), _owed),
)
MERCHANTS: Final = Listing(
    name="merchants",
    form=MerchantFilter,
    read=merchants_page,
    columns=COLUMNS,
    spread=_by_currency,
)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, MERCHANTS)
