"""The pages of the funding accounts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands import content as asks
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.listing import shown
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.money.forms import FundingAccountForm
from counterfoil.portal.orchestrator.money.ledger import funding_account, funding_accounts
from counterfoil.portal.orchestrator.money.listed import listing
from counterfoil.portal.orchestrator.money.papers import proofs_waiting, waiting
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.queries import rows


@require_safe
@office_page(sees=EVERYONE)
def money(request: HttpRequest, office: Office) -> HttpResponse:
    """Every funding account, and where its money is."""
    commands, proofs = waiting(office), proofs_waiting(office)
    return render(
        request,
        "portal/orchestrator/money/list.html",
        {
            "accounts": funding_accounts(office),
            "waiting": commands,
            "proofs": proofs,
            "waiting_count": len(commands) + len(proofs),
            "names": names_of(each.prepared_by for each in commands),
            "may_move": office.may(HANDLES_MONEY),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def account(request: HttpRequest, office: Office, funding_account_id: int) -> HttpResponse:
    found = funding_account(office, funding_account_id)
    commands, proofs = waiting(office, found), proofs_waiting(office, found)
    programmes = rows(
        __package__,
        "programmes_of_account",
        {"issuer_id": office.issuer_id, "funding_account_id": funding_account_id},
    )
    return render(
        request,
        "portal/orchestrator/money/account.html",
        {
            "account": found,
            "list": shown(request, office, listing(found)),
            "programmes": programmes,
            "waiting": commands,
            "proofs": proofs,
            "waiting_count": len(commands) + len(proofs),
            "names": names_of(each.prepared_by for each in commands),
            "may_move": office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def open_account(request: HttpRequest, office: Office) -> HttpResponse:
    form = FundingAccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        content = asks.OpenFundingAccount(
            name=asked["name"].strip(),
            fsp=asked["fsp"].strip(),
            account=asked["account"].strip(),
            currency=asked["currency"],
        )
        if any(
            (each.fsp, each.account) == (content.fsp, content.account)
            for each in funding_accounts(office)
        ):
            form.add_error("account", _("This account is one of your funding accounts already."))
        else:
            try:
                return prepare_command(
                    request, office, content, command_id=form.once, reason=asked["reason"]
                )
            except ConflictError as error:
                form.add_error(None, refusal_text(str(error)))
    return render(request, "portal/orchestrator/money/open.html", {"form": form})
