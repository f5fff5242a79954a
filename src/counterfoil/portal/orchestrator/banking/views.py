"""The bank: how each account stands, its lines, and files that people bring."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.portal.access import HANDLES_MONEY, SEES_BANK, Office, office_page
from counterfoil.portal.listing import shown
from counterfoil.portal.orchestrator.banking.accounts import at_bank, files_lately
from counterfoil.portal.orchestrator.banking.bringing import (
    being_read,
    bring,
    brought_of,
    file_rails,
)
from counterfoil.portal.orchestrator.banking.forms import BringForm, WhoseForm
from counterfoil.portal.orchestrator.banking.guessing import Known
from counterfoil.portal.orchestrator.banking.lines import Line, line_of
from counterfoil.portal.orchestrator.banking.listed import PROPOSED, lines_in
from counterfoil.portal.orchestrator.banking.proposed import (
    known_of,
    proposed_of,
    way_of_payer,
    way_of_purchase,
)
from counterfoil.portal.orchestrator.money.ledger import funding_account, funding_accounts


@require_safe
@office_page(sees=SEES_BANK)
def bank(request: HttpRequest, office: Office) -> HttpResponse:
    accounts = at_bank(office, funding_accounts(office))
    taken, refused = files_lately(office)
    return render(
        request,
        "portal/orchestrator/banking/bank.html",
        {
            "accounts": accounts,
            "taken": taken,
            "refused": refused,
            "being_read": being_read(office),
            "differences": sum(each.to_do.differences for each in accounts),
            "proposed": sum(each.to_do.proposed for each in accounts),
            "may_bring": office.may(HANDLES_MONEY),
        },
    )


@require_safe
@office_page(sees=SEES_BANK)
def account(request: HttpRequest, office: Office, funding_account_id: int) -> HttpResponse:
    found = funding_account(office, funding_account_id)
    (standing,) = at_bank(office, [found])
    return render(
        request,
        "portal/orchestrator/banking/account.html",
        {"each": standing, "list": shown(request, office, lines_in(found))},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=SEES_BANK, acts=HANDLES_MONEY)
def line(request: HttpRequest, office: Office, entry_id: int) -> HttpResponse:
    """One line, and what is still to be done about it. What is sent says whose it is."""
    found = line_of(office, entry_id)
    known = known_of(office) if found.is_proposed else Known((), (), ())
    here = [each for each in known.purchases if each.funding_account_id == found.funding_account_id]
    form = WhoseForm(
        request.POST if request.method == "POST" else None, purchases=here, payers=known.payers
    )
    if request.method == "POST" and found.is_proposed and form.is_valid():
        return redirect(_form_of(office, found, known, form.cleaned_data["whose"]))
    return render(
        request,
        "portal/orchestrator/banking/line.html",
        {
            "line": found,
            "account": funding_account(office, found.funding_account_id),
            "row": proposed_of(office, found, known) if found.is_proposed else None,
            "form": form if here or known.payers else None,
            "may_record": office.may(HANDLES_MONEY),
        },
    )


def _form_of(office: Office, found: Line, known: Known, whose: str) -> str:
    """Where the payment of a purchase, or one for a balance, is recorded."""
    kind, _colon, key = whose.partition(":")
    if kind == "purchase":
        purchase = next(each for each in known.purchases if str(each.purchase_id) == key)
        return way_of_purchase(office, found, purchase).url
    payer = next(each for each in known.payers if str(each.organisation_id) == key)
    return way_of_payer(office, found, payer).url


@require_safe
@office_page(sees=SEES_BANK)
def proposed(request: HttpRequest, office: Office) -> HttpResponse:
    accounts = {each.funding_account_id: each.shown for each in funding_accounts(office)}
    listed = shown(request, office, PROPOSED)
    return render(
        request,
        "portal/orchestrator/banking/proposed.html",
        {
            "list": listed,
            "rows": [(row, accounts[row.line.funding_account_id]) for row in listed.page.rows],
            "is_one_account": len(accounts) == 1,
            "may_record": office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def bring_file(request: HttpRequest, office: Office) -> HttpResponse:
    """What a bank says moves money, and nobody approves it: who brings it shows who they are."""
    rails = file_rails(office)
    is_sent = request.method == "POST"
    form = BringForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        office=office,
        rails=rails,
    )
    if is_sent and form.is_valid():
        sent = form.cleaned_data
        bring(
            request,
            office,
            form.once,
            rail=sent["rail"],
            name=sent["file"].name or "",
            content=form.content,
        )
        return redirect("bank-brought", office.code, form.once)
    return render(request, "portal/orchestrator/banking/bring.html", {"form": form, "rails": rails})


@require_safe
@office_page(sees=SEES_BANK)
def brought(request: HttpRequest, office: Office, brought_id: UUID) -> HttpResponse:
    """What became of a file that somebody brought."""
    return render(
        request,
        "portal/orchestrator/banking/brought.html",
        {
            "brought": brought_of(office, brought_id),
            "is_one_of_several": len(file_rails(office)) > 1,
            "may_bring": office.may(HANDLES_MONEY),
        },
    )
