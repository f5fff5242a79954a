"""One merchant's payout: what it pays, what became of it, and its statement."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import RetryPayout
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import CommandRow, commands_about
from counterfoil.portal.orchestrator.merchants.reading import merchant_of
from counterfoil.portal.orchestrator.money.ledger import short_number
from counterfoil.portal.orchestrator.payouts.forms import WhyForm
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.payouts.drawing import statement_pdf
from counterfoil.portal.payouts.pages import told_of
from counterfoil.portal.payouts.reading import payout_of
from counterfoil.portal.payouts.statement import statement_csv
from counterfoil.portal.queries import engine_connection


@require_safe
@office_page(sees=EVERYONE)
def payout(request: HttpRequest, office: Office, run_id: int, acceptor_id: int) -> HttpResponse:
    found = payout_of(office.issuer_id, run_id, acceptor_id)
    waiting = _waiting(office, run_id, acceptor_id)
    return render(
        request,
        "portal/orchestrator/payouts/payout.html",
        {
            **told_of(request, office.issuer_id, found),
            "waiting": waiting,
            "names": names_of(each.prepared_by for each in waiting),
            "may_retry": found.can_be_retried and not waiting and office.may(HANDLES_MONEY),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def statement(
    _request: HttpRequest, office: Office, run_id: int, acceptor_id: int
) -> HttpResponseBase:
    found = payout_of(office.issuer_id, run_id, acceptor_id)
    return statement_csv(office.issuer_id, office.code, found)


@require_safe
@office_page(sees=EVERYONE)
def paper(_request: HttpRequest, office: Office, run_id: int, acceptor_id: int) -> HttpResponse:
    found = payout_of(office.issuer_id, run_id, acceptor_id)
    return statement_pdf(office.issuer_id, office.code, office.name, found)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def retry(request: HttpRequest, office: Office, run_id: int, acceptor_id: int) -> HttpResponse:
    """Alone, to where the merchant is paid now; a second person agrees."""
    again = sent_before(request, office)
    if again is not None:
        return again
    found = payout_of(office.issuer_id, run_id, acceptor_id)
    if not found.can_be_retried:
        messages.info(request, _("That is not possible any more: look at where the payout stands."))
        return redirect("payout", office.code, run_id, acceptor_id)
    merchant, _profile_id = merchant_of(office.issuer_id, acceptor_id)
    content = RetryPayout(
        run_id=run_id,
        acceptor_id=acceptor_id,
        net_minor=found.payout.net_minor,
        currency=found.payout.currency,
    )
    form = WhyForm(request.POST if request.method == "POST" else None)
    waiting = _waiting(office, run_id, acceptor_id)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/payouts/retry.html",
        {
            "payout": found,
            "merchant": merchant,
            "account": short_number(merchant.account),
            "is_elsewhere": (merchant.scheme, merchant.fsp, merchant.account)
            != (found.payout.scheme, found.payout.fsp, found.payout.account),
            "waits": merchant.payouts_held or merchant.next_from is not None,
            "form": form,
            "waiting": waiting,
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )


def _waiting(office: Office, run_id: int, acceptor_id: int) -> list[CommandRow]:
    found = commands_about(office, f"payout:{run_id}-{acceptor_id}")
    return [each for each in found if each.is_waiting]
