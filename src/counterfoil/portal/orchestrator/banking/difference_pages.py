"""The pages of differences with the bank: all of them, one, and bringing it to its end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.portal.access import HANDLES_MONEY, SEES_BANK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.banking.differences import (
    content_of,
    difference_of,
    operation_about,
)
from counterfoil.portal.orchestrator.banking.forms import ResolveForm
from counterfoil.portal.orchestrator.banking.listed import DIFFERENCES
from counterfoil.portal.orchestrator.commands import CommandRow, commands_about
from counterfoil.portal.orchestrator.money.ledger import funding_account, funding_accounts
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.queries import engine_connection


@require_safe
@office_page(sees=SEES_BANK)
def differences(request: HttpRequest, office: Office) -> HttpResponse:
    accounts = {each.funding_account_id: each.shown for each in funding_accounts(office)}
    listed = shown(request, office, DIFFERENCES)
    return render(
        request,
        "portal/orchestrator/banking/differences.html",
        {
            "list": listed,
            "rows": [
                (row, accounts[row.difference.funding_account_id]) for row in listed.page.rows
            ],
            "are_ended": listed.form.filters["state"] == "ended",
        },
    )


@require_safe
@office_page(sees=SEES_BANK)
def difference(request: HttpRequest, office: Office, exception_id: int) -> HttpResponse:
    found = difference_of(office, exception_id)
    waiting = _waiting(office, exception_id)
    names = names_of(
        {*(each.prepared_by for each in waiting), *([found.ended_by] if found.ended_by else [])}
    )
    return render(
        request,
        "portal/orchestrator/banking/difference.html",
        {
            "found": found,
            "account": funding_account(office, found.funding_account_id),
            "about": operation_about(office, found),
            "waiting": waiting,
            "names": names,
            "may_end": found.ended_at is None and not waiting and office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def resolve(request: HttpRequest, office: Office, exception_id: int) -> HttpResponse:
    """How it ends and why; a second person agrees before anything moves."""
    again = sent_before(request, office)
    if again is not None:
        return again
    found = difference_of(office, exception_id)
    if found.ended_at is not None:
        messages.info(request, _("It has ended meanwhile: nothing is left to do."))
        return redirect("difference", office.code, exception_id)
    form = ResolveForm(request.POST if request.method == "POST" else None, ways=found.ways)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request,
                office,
                content_of(found, form.way),
                command_id=form.once,
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/banking/resolve.html",
        {
            "found": found,
            "account": funding_account(office, found.funding_account_id),
            "about": operation_about(office, found),
            "waiting": _waiting(office, exception_id),
            "form": form,
            "approvals": max(
                approvals_needed(engine_connection(), office.issuer_id, content_of(found, way))
                for way in found.ways
            ),
        },
    )


def _waiting(office: Office, exception_id: int) -> list[CommandRow]:
    found = commands_about(office, f"exception:{exception_id}")
    return [each for each in found if each.is_waiting]
