"""What agents earn: by which rules, whose the calling systems are, and the budget it comes from."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.payout_content import BudgetIncentives, SetEarningRules
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.earnings.forms import BudgetForm
from counterfoil.portal.orchestrator.earnings.reading import (
    budgets,
    clients_of,
    kinds_of,
    programmes_of,
    rules_of,
    systems_of,
)
from counterfoil.portal.orchestrator.earnings.rule_form import ROWS_MAX, Known, RulesForm
from counterfoil.portal.orchestrator.earnings.words import Names, words_of
from counterfoil.portal.orchestrator.merchants.reading import groups_of
from counterfoil.portal.orchestrator.money.ledger import funding_accounts
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import waiting
from counterfoil.portal.queries import engine_connection

_RULES = "set_earning_rules"
_BUDGET = "budget_incentives"
_SYSTEMS_SHOWN = 100


@require_safe
@office_page(sees=EVERYONE)
def earnings(request: HttpRequest, office: Office) -> HttpResponse:
    rules, systems = rules_of(office), systems_of(office)
    names = Names.of(office, rules)
    return render(
        request,
        "portal/orchestrator/earnings/earnings.html",
        {
            "budgets": budgets(office),
            "rules": [words_of(rule, names) for rule in rules],
            "systems": systems[:_SYSTEMS_SHOWN],
            "more_systems": max(len(systems) - _SYSTEMS_SHOWN, 0),
            "waiting": waiting(office, [_RULES, _BUDGET]),
            "may_change": office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def change(request: HttpRequest, office: Office) -> HttpResponse:
    """All rules and all systems at once; a second person agrees."""
    again = sent_before(request, office)
    if again is not None:
        return again
    rules, systems = rules_of(office), systems_of(office)
    form = RulesForm(
        request.POST if request.method == "POST" else None,
        rules=rules,
        systems=systems,
        known=Known(
            {each.funding_account_id: each for each in funding_accounts(office)},
            {each.programme_id: each for each in programmes_of(office)},
            {rule.acceptor_group: rule.acceptor_group for rule in rules if rule.acceptor_group}
            | {each.code: each.name or each.code for each in groups_of(office)},
            clients_of(office),
        ),
    )
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        unknown = form.say_unknown(kinds_of(office, form.numbers))
        if not unknown:
            content = SetEarningRules(rules=form.rules, agents=form.agents)
            try:
                reason = form.cleaned_data["reason"]
                return prepare_command(
                    request, office, content, command_id=form.once, reason=reason
                )
            except ConflictError as error:
                form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/earnings/change.html",
        {
            "form": form,
            "is_full": len(rules) > ROWS_MAX - 2,
            "rows_max": ROWS_MAX,
            "waiting": waiting(office, [_RULES]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def budget(request: HttpRequest, office: Office, funding_account_id: int) -> HttpResponse:
    """Put money aside for what agents earn, or put some of it back; a second person agrees."""
    again = sent_before(request, office)
    if again is not None:
        return again
    found = {each.account.funding_account_id: each for each in budgets(office)}
    if funding_account_id not in found:
        raise Http404
    wanted = found[funding_account_id]
    form = BudgetForm(request.POST if request.method == "POST" else None, budget=wanted)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            return prepare_command(request, office, form.asked, command_id=form.once, reason=reason)
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    least = BudgetIncentives(
        funding_account_id=funding_account_id, amount_minor=1, currency=wanted.account.currency
    )
    return render(
        request,
        "portal/orchestrator/earnings/budget.html",
        {
            "budget": wanted,
            "form": form,
            "waiting": waiting(office, [_BUDGET]),
            "approvals": approvals_needed(engine_connection(), office.issuer_id, least),
        },
    )
