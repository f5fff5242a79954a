"""Everything that was asked: the list of all commands, whatever came of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterfoil.engine.commands.content import KINDS
from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted, day_field, shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.commands import NEWEST, CommandRow, commands_page
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.pager import Key, Order
from counterfoil.portal.words import command_state, command_word

_STATUSES: Final = ("waiting", "done", "refused", "rejected", "withdrawn", "expired")
_OLDEST: Final = Order(
    "oldest",
    _("Oldest first"),
    {"after_at": datetime(1, 1, 1, tzinfo=UTC), "after_id": UUID(int=0)},
)


class CommandFilter(ListForm):
    orders: ClassVar = (NEWEST, _OLDEST)
    kind = forms.ChoiceField(label=_("What"), required=False)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each, command_state(each).text) for each in _STATUSES)],
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data, office)
        kinds = sorted(((kind, str(command_word(kind))) for kind in KINDS), key=lambda it: it[1])
        self.fields["kind"].choices = [("", gettext("Anything")), *kinds]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One of the list, who prepared it and what it is about."""

    row: CommandRow
    by: str
    about: Subject | None

    @property
    def key(self) -> Key:
        return self.row.prepared_at, self.row.command_id

    @property
    def subject(self) -> str:
        return self.about.text if self.about else self.row.subject

    @property
    def money(self) -> Money | None:
        row = self.row
        if row.amount_minor is None or not row.currency:
            return None
        return Money(row.amount_minor, row.currency)

    @property
    def why_not(self) -> str:
        return refusal_text(self.row.outcome) if self.row.status == "refused" else ""


def _lines(office: Office, asked: Wanted) -> list[CommandLine]:
    found = commands_page(office, asked)
    names = names_of({row.prepared_by for row in found})
    subjects = subjects_of(office, {row.subject for row in found})
    return [CommandLine(row, names[row.prepared_by], subjects.get(row.subject)) for row in found]


COLUMNS: Final[tuple[Column[CommandLine], ...]] = (
    text(_("What"), lambda line: line.row.word),
    text(_("State"), lambda line: str(line.row.state)),
    text(_("About"), lambda line: line.subject),
    money(_("Amount"), lambda line: line.money),
    text(_("Prepared by"), lambda line: line.by),
    moment(_("Prepared"), lambda line: line.row.prepared_at),
    text(_("Why"), lambda line: line.row.reason),
    number(_("Approvals needed"), lambda line: line.row.approvals),
    number(_("Approvals given"), lambda line: line.row.approved),
    moment(_("Finished"), lambda line: line.row.finished_at),
    text(_("Why it was refused"), lambda line: line.why_not),
    text(_("Number"), lambda line: str(line.row.command_id)),
)
COMMANDS: Final = Listing(name="commands", form=CommandFilter, read=_lines, columns=COLUMNS)


@require_safe
@office_page(sees=EVERYONE)
def commands(request: HttpRequest, office: Office) -> HttpResponse:
    told = {"list": shown(request, office, COMMANDS)}
    return render(request, "portal/orchestrator/commands.html", told)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, COMMANDS)
