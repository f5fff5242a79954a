"""One run: what it pays whom, and whether it is sent or dropped."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import DropPayoutRun, SendPayouts
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.payouts.reading import Run
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import CommandRow, commands_about
from counterfoil.portal.orchestrator.money.ledger import funding_account
from counterfoil.portal.orchestrator.payouts.forms import SendForm, WhyForm
from counterfoil.portal.orchestrator.payouts.listed import payouts_in
from counterfoil.portal.orchestrator.payouts.totals import counted_of, effects_of
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.payouts.reading import run_of
from counterfoil.portal.payouts.words import run_state
from counterfoil.portal.queries import engine_connection


@require_safe
@office_page(sees=EVERYONE)
def run(request: HttpRequest, office: Office, run_id: int) -> HttpResponse:
    found = run_of(office.issuer_id, run_id)
    waiting = _waiting(office, run_id)
    return render(
        request,
        "portal/orchestrator/payouts/run.html",
        {
            "run": found,
            "state": run_state(found.status),
            "is_moving": found.status in {"counting", "sending"},
            "digest": _short(found),
            "account": funding_account(office, found.funding_account_id),
            "totals": counted_of(office, found),
            "sum_label": _("Sent") if found.sent_at else _("To be paid out"),
            "list": shown(request, office, payouts_in(found)),
            "waiting": waiting,
            "names": names_of({found.made_by, *(each.prepared_by for each in waiting)}),
            "may_send": found.status == "previewed" and not waiting and office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def send(request: HttpRequest, office: Office, run_id: int) -> HttpResponse:
    """As it was looked at; a second person agrees before anything is paid."""
    again = sent_before(request, office)
    if again is not None:
        return again
    found = run_of(office.issuer_id, run_id)
    if found.status != "previewed" or found.digest is None:
        return _not_now(request, office, run_id)
    digest = bytes(found.digest).hex()
    form = SendForm(request.POST if request.method == "POST" else None, initial={"digest": digest})
    content = SendPayouts(
        run_id=run_id,
        digest=digest,
        payouts=found.payouts,
        net_minor=found.net_minor,
        currency=found.currency,
    )
    waiting = [each for each in _waiting(office, run_id) if each.kind == content.kind]
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["digest"] != digest:
            form.add_error(None, _("The run was counted anew meanwhile. Look at it once more."))
        else:
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
    account, totals = funding_account(office, found.funding_account_id), counted_of(office, found)
    return render(
        request,
        "portal/orchestrator/payouts/send.html",
        {
            "run": found,
            "waiting": waiting,
            "form": form,
            "account": account,
            "totals": totals,
            "effects": effects_of(account, totals),
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY)
def drop(request: HttpRequest, office: Office, run_id: int) -> HttpResponse:
    """It pays nothing, and what it would have paid stays owed."""
    again = sent_before(request, office)
    if again is not None:
        return again
    found = run_of(office.issuer_id, run_id)
    if found.status != "previewed":
        return _not_now(request, office, run_id)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request,
                office,
                DropPayoutRun(run_id=run_id),
                command_id=form.once,
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(request, "portal/orchestrator/payouts/drop.html", {"run": found, "form": form})


def _waiting(office: Office, run_id: int) -> list[CommandRow]:
    found = commands_about(office, f"payout-run:{run_id}")
    return [each for each in found if each.is_waiting]


def _not_now(request: HttpRequest, office: Office, run_id: int) -> HttpResponse:
    messages.info(request, _("That is not possible any more: look at where the run stands."))
    return redirect("payout-run", office.code, run_id)


def _short(found: Run) -> str:
    """Enough of the digest to compare it by eye."""
    return "" if found.digest is None else bytes(found.digest).hex()[:12]
