"""What is owed and on its way, what somebody must look at, and every run there was."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import BeginPayoutRun
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.listing import shown
from counterfoil.portal.orchestrator.money.ledger import funding_accounts
from counterfoil.portal.orchestrator.payouts.forms import BeginForm
from counterfoil.portal.orchestrator.payouts.listed import RUNS
from counterfoil.portal.orchestrator.payouts.reading import (
    ATTENTION_MAX,
    runs_open,
    to_look_at,
    to_send_again,
)
from counterfoil.portal.orchestrator.payouts.terms_reading import (
    TermsRow,
    first_terms,
    terms_named,
)
from counterfoil.portal.orchestrator.refusals import refusal_text

_TERMS_MAX: Final = 500
_ID_DIGITS_MAX: Final = 9
_ONE_AT_A_TIME: Final = "A run of these terms waits to be approved or dropped."


@require_safe
@office_page(sees=EVERYONE)
def payouts(request: HttpRequest, office: Office) -> HttpResponse:
    opened, failed = runs_open(office), to_look_at(office)
    return render(
        request,
        "portal/orchestrator/payouts/list.html",
        {
            "accounts": funding_accounts(office),
            "opened": opened[:ATTENTION_MAX],
            "failed": failed[:ATTENTION_MAX],
            "more_failed": len(failed) > ATTENTION_MAX,
            "list": shown(request, office, RUNS),
            "may_pay": office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def begin(request: HttpRequest, office: Office) -> HttpResponse:
    """It counts what is owed, and pays nothing: a second person sends it."""
    is_sent = request.method == "POST"
    chosen = (request.POST if is_sent else request.GET).get("terms", "")
    form = BeginForm(
        request.POST if is_sent else None, terms=_offered(office, chosen), chosen=chosen
    )
    opened = runs_open(office)
    if is_sent and form.is_valid():
        content = BeginPayoutRun(terms_id=form.cleaned_data["terms"])
        if any(each.terms_id == content.terms_id for each in opened):
            form.add_error("terms", refusal_text(_ONE_AT_A_TIME))
        else:
            try:
                return prepare_command(request, office, content, command_id=form.once)
            except ConflictError as error:
                form.add_error(None, refusal_text(str(error)))
    again = to_send_again(office)
    return render(
        request,
        "portal/orchestrator/payouts/begin.html",
        {
            "form": form,
            "opened": opened[:ATTENTION_MAX],
            "owed": [
                (each, again.get(each.funding_account_id, 0)) for each in funding_accounts(office)
            ],
            "some_again": bool(again),
        },
    )


def _offered(office: Office, chosen: str) -> list[TermsRow]:
    """The first there are, and what was chosen in the list of all."""
    found = first_terms(office, _TERMS_MAX)
    is_id = chosen.isascii() and chosen.isdigit() and len(chosen) <= _ID_DIGITS_MAX
    if is_id and int(chosen) not in {each.terms_id for each in found}:
        found += terms_named(office, int(chosen))
    return found
