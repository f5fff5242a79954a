"""The next step of a programme: what it will do, before anybody takes it; and asking for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.programme_preview import step_preview
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import PREPARES_STOCK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import commands_about
from counterfoil.portal.orchestrator.programmes.changes import effects_of
from counterfoil.portal.orchestrator.programmes.forms import StepForm
from counterfoil.portal.orchestrator.programmes.reading import names_about, programme_or_404, used
from counterfoil.portal.orchestrator.programmes.texts import (
    step_of_text,
    step_text,
    warning_texts,
    what_ends,
    what_stays,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.words import programme_status


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK, asks_again=True)
def step(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    again = sent_before(request, office)
    if again is not None:
        return again
    programme = programme_or_404(office, code)
    after = programme.status.next
    if after is None:
        return redirect("programme", office.code, code)
    engine = engine_connection()
    preview = step_preview(engine, office.issuer_id, code, after)
    content = asks.StepProgramme(code=code, expected_status=programme.status, to_status=after)
    form = StepForm(
        request.POST if request.method == "POST" else None, initial={"seen": programme.status}
    )
    is_stale = form.is_bound and form["seen"].data != programme.status.value
    if request.method == "POST" and form.is_valid() and not is_stale and preview.is_possible:
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    if is_stale:
        form = StepForm(initial={"seen": programme.status, "reason": form["reason"].data})
    money = preview.money
    return render(
        request,
        "portal/orchestrator/programmes/step.html",
        {
            "programme": programme,
            "preview": preview,
            "groups": used(preview.groups),
            "form": form,
            "is_stale": is_stale,
            "title": step_of_text(after, programme.name),
            "button": step_text(after),
            "before": programme_status(programme.status),
            "after": programme_status(after),
            "warnings": warning_texts(preview),
            "ends": what_ends(after),
            "stays": what_stays(after),
            "about": names_about(office, programme),
            "effects": effects_of(preview),
            "available": Money(money.available_minor, programme.currency),
            "owed": Money(money.owed_minor, programme.currency),
            "approvals": approvals_needed(engine, office.issuer_id, content),
            "waiting": [
                row
                for row in commands_about(office, f"programme:{code}")
                if row.is_waiting and row.kind == content.kind
            ],
        },
    )
