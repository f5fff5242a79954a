"""The pages of programmes: the list, one of them, opening and changing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.catalogue import Programme
from counterfoil.engine.commands import content as asks
from counterfoil.engine.programme_figures import by_group, holdings, programme_money
from counterfoil.engine.programme_report import Step
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, PREPARES_STOCK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.commands import CommandRow, commands_about
from counterfoil.portal.orchestrator.money.ledger import funding_accounts
from counterfoil.portal.orchestrator.programmes.closing import closing_of
from counterfoil.portal.orchestrator.programmes.forms import (
    EditProgrammeForm,
    NewProgrammeForm,
)
from counterfoil.portal.orchestrator.programmes.listed import PROGRAMMES
from counterfoil.portal.orchestrator.programmes.reading import (
    budget_of,
    dates_of,
    is_overdue,
    names_about,
    next_on,
    programme_or_404,
    steps_of,
    used,
)
from counterfoil.portal.orchestrator.programmes.texts import STEPS, step_text, what_ends
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.portal.words import Word, group_status, programme_status
from counterfoil.programme import ProgrammeStatus
from counterfoil.standing import GROUP_STEPS


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of a programme on its way: reached, next, or still ahead."""

    status: ProgrammeStatus
    planned_on: date | None
    step: Step | None
    by: str
    is_reached: bool
    is_overdue: bool

    @property
    def word(self) -> Word:
        return programme_status(self.status)


@require_safe
@office_page(sees=EVERYONE)
def programmes(request: HttpRequest, office: Office) -> HttpResponse:
    return render(
        request,
        "portal/orchestrator/programmes/list.html",
        {
            "list": shown(request, office, PROGRAMMES),
            "may_prepare": office.may(PREPARES_STOCK),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def programme(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    found = programme_or_404(office, code)
    engine, dates = engine_connection(), dates_of(found)
    commands = commands_about(office, f"programme:{code}")
    steps = steps_of(office, found)
    names = names_of({row.prepared_by for row in commands} | {step.actor for step in steps})
    following = found.status.next
    stages = _stages(found, steps, names)
    return render(
        request,
        "portal/orchestrator/programmes/programme.html",
        {
            "programme": found,
            "state": programme_status(found.status),
            "budget": budget_of(office, found),
            "money": programme_money(engine, office.issuer_id, found.programme_id),
            "about": names_about(office, found),
            "groups": used(by_group(holdings(engine, office.issuer_id, found.programme_id))),
            "group_words": {each: group_status(each) for each in GROUP_STEPS},
            "stages": stages,
            "standing": _standing(found, stages),
            "ends": what_ends(found.status) if found.status in STEPS else [],
            "next": None if following is None else step_text(following),
            "next_on": next_on(found.status, dates),
            "is_overdue": is_overdue(found.status, dates),
            "waiting": [row for row in commands if row.is_waiting],
            "commands": [(row, _what(row)) for row in commands],
            "names": names,
            "closing": closing_of(office, found),
            "may_prepare": office.may(PREPARES_STOCK),
            "may_design": office.may(OPERATES) and found.status is ProgrammeStatus.OPEN,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK)
def new_programme(request: HttpRequest, office: Office) -> HttpResponse:
    form = NewProgrammeForm(
        request.POST if request.method == "POST" else None,
        accounts=funding_accounts(office),
        codes=_codes(office),
    )
    if request.method == "POST" and form.is_valid():
        content = asks.OpenProgramme(
            code=form.cleaned_data["code"],
            funding_account_id=form.cleaned_data["funding_account"],
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            budget_minor=form.budget_minor,
            starts_on=form.day("starts_on"),
            sales_close_on=form.day("sales_close_on"),
            redemption_close_on=form.day("redemption_close_on"),
            claims_close_on=form.day("claims_close_on"),
        )
        try:
            return prepare_command(
                request,
                office,
                content,
                command_id=form.once,
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(request, "portal/orchestrator/programmes/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK)
def edit_programme(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    found = programme_or_404(office, code)
    committed = budget_of(office, found).committed
    commands = commands_about(office, f"programme:{code}")
    form = EditProgrammeForm(
        request.POST if request.method == "POST" else None, programme=found, committed=committed
    )
    if request.method == "POST" and form.is_valid() and not _is_stale(form, commands):
        if form.is_the_same:
            form.add_error(None, _("Nothing is different from what is there now."))
        else:
            try:
                return _changed(request, office, found, form)
            except ConflictError as error:
                form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/programmes/edit.html",
        {
            "programme": found,
            "form": form,
            "waiting": [row for row in commands if row.is_waiting],
        },
    )


def _is_stale(form: EditProgrammeForm, commands: Sequence[CommandRow]) -> bool:
    """Who changed it last is who prepared the last command that was done."""
    last = next((row for row in commands if row.status == "done"), None)
    if last is None:
        return form.is_stale()
    return form.is_stale(who=names_of([last.prepared_by])[last.prepared_by], when=last.finished_at)


def _changed(
    request: HttpRequest, office: Office, programme: Programme, form: EditProgrammeForm
) -> HttpResponse:
    content = asks.ChangeProgramme(
        code=programme.code,
        expected_version=programme.version,
        name=form.cleaned_data["name"],
        description=form.cleaned_data["description"],
        budget_minor=form.budget_minor,
        starts_on=form.day("starts_on"),
        sales_close_on=form.day("sales_close_on"),
        redemption_close_on=form.day("redemption_close_on"),
        claims_close_on=form.day("claims_close_on"),
    )
    return prepare_command(
        request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
    )


def _what(row: CommandRow) -> str:
    """Of a step, which one; a row put in by hand may hold anything."""
    try:
        asked = row.asked
    except msgspec.ValidationError:
        return row.word
    if isinstance(asked, asks.StepProgramme) and asked.to_status in STEPS:
        return step_text(ProgrammeStatus(asked.to_status))
    return row.word


def _codes(office: Office) -> frozenset[str]:
    found = rows(__package__, "codes", {"issuer_id": office.issuer_id})
    return frozenset(code for (code,) in found)


def _standing(programme: Programme, stages: Sequence[Stage]) -> Stage | None:
    """The step it stands after; None while it is open, or where the journal is older than it."""
    stage = next(each for each in stages if each.status is programme.status)
    return None if programme.status is ProgrammeStatus.OPEN or stage.step is None else stage


def _stages(programme: Programme, steps: Sequence[Step], names: dict[str, str]) -> list[Stage]:
    dates = dates_of(programme)
    taken = {step.status: step for step in steps}
    order = list(ProgrammeStatus)
    return [
        Stage(
            status,
            dates.of(status),
            taken.get(status),
            names.get(taken[status].actor, "") if status in taken else "",
            is_reached=order.index(status) <= order.index(programme.status),
            is_overdue=status is programme.status.next and is_overdue(programme.status, dates),
        )
        for status in ProgrammeStatus
    ]
