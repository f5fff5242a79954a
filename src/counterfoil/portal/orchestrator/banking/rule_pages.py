"""Rules for deposits: as they are, what they did lately, and written anew."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.bank_content import SetDepositRules
from counterfoil.errors import ConflictError
from counterfoil.portal.access import HANDLES_MONEY, SEES_BANK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.orchestrator.banking.rule_form import RulesForm
from counterfoil.portal.orchestrator.banking.rules import (
    accounts_by_id,
    done_lately,
    fits_text,
    most_text,
    names_in,
    rules_now,
    stock_groups,
    stock_text,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import waiting


@require_safe
@office_page(sees=SEES_BANK)
def rules(request: HttpRequest, office: Office) -> HttpResponse:
    now, accounts = rules_now(office), accounts_by_id(office)
    names = names_in(now)
    return render(
        request,
        "portal/orchestrator/banking/rules.html",
        {
            "rules": [
                (
                    accounts[each.rule.funding_account_id],
                    fits_text(each.rule),
                    most_text(each.rule, accounts),
                    stock_text(each.rule, accounts, names),
                )
                for each in now
            ],
            "lately": done_lately(office),
            "waiting": waiting(office, ["set_deposit_rules"]),
            "may_change": bool(accounts) and office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def change(request: HttpRequest, office: Office) -> HttpResponse:
    """All of them at once; a second person agrees."""
    form = RulesForm(
        request.POST if request.method == "POST" else None,
        rules=rules_now(office),
        accounts=accounts_by_id(office),
        groups=stock_groups(office),
    )
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        content = SetDepositRules(rules=form.rules)
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/banking/rules_change.html",
        {"form": form, "waiting": waiting(office, ["set_deposit_rules"])},
    )
