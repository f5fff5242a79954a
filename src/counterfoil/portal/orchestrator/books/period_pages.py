"""The pages of periods: those that are closed, one of them, and closing the next."""

from datetime import UTC, date, datetime
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.bank_content import ClosePeriod
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.books.forms import CloseForm
from counterfoil.portal.orchestrator.books.listed import PERIODS, late_of
from counterfoil.portal.orchestrator.books.periods import (
    PeriodRow,
    balances_of,
    closable,
    last_period,
    period_of,
    trials_of,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import waiting as commands_waiting
from counterfoil.portal.queries import engine_connection

_KIND: Final = "close_period"


@require_safe
@office_page(sees=EVERYONE)
def periods(request: HttpRequest, office: Office) -> HttpResponse:
    last = last_period(office)
    waiting = commands_waiting(office, [_KIND])
    return render(
        request,
        "portal/orchestrator/books/periods.html",
        {
            "list": shown(request, office, PERIODS),
            "last": last,
            "next": closable(_day(last), utc_today()),
            "waiting": waiting,
            "names": names_of(each.prepared_by for each in waiting),
            "may_close": office.may(HANDLES_MONEY),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def period(request: HttpRequest, office: Office, through: date) -> HttpResponse:
    found = period_of(office, through)
    return render(
        request,
        "portal/orchestrator/books/period.html",
        {
            "period": found,
            "trials": trials_of(balances_of(office, found)),
            "late": shown(request, office, late_of(found)),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY)
def close(request: HttpRequest, office: Office) -> HttpResponse:
    """Nothing of it changes any more; a second person agrees."""
    again = sent_before(request, office)
    if again is not None:
        return again
    last = last_period(office)
    day = _day(last)
    if closable(day, utc_today()) is None:
        messages.info(request, _("Everything that is over is closed already."))
        return redirect("periods", office.code)
    form = CloseForm(
        request.POST if request.method == "POST" else None, last=day, today=utc_today()
    )
    if request.method == "POST" and form.is_valid():
        content = ClosePeriod(through=form.cleaned_data["through"])
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/books/close.html",
        {
            "form": form,
            "last": last,
            "approvals": approvals_needed(
                engine_connection(), office.issuer_id, ClosePeriod(through=utc_today())
            ),
        },
    )


def _day(last: PeriodRow | None) -> date | None:
    return None if last is None else last.through


def utc_today() -> date:
    """Days of the books are those of UTC."""
    return datetime.now(UTC).date()
