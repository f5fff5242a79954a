"""Money of an organisation's balance: a payment that has arrived, and what is paid back. Written
down, looked at once more with what it will change, and sent to somebody else who approves it.
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.commands.sale_content import PaidIn
from counterfoil.engine.organisations import Organisation
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.language import money_text
from counterfoil.portal.models import Evidence
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.banking.beginning import line_asked, movement_of
from counterfoil.portal.orchestrator.money import papers
from counterfoil.portal.orchestrator.money.ledger import (
    FundingAccount,
    funding_account,
    funding_accounts,
)
from counterfoil.portal.orchestrator.money.moving import Effect
from counterfoil.portal.orchestrator.organisations.money_forms import (
    BalanceForm,
    PaymentForm,
    RefundForm,
)
from counterfoil.portal.orchestrator.organisations.reading import organisation_of
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.organisations.reading import Balance, balances
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.uploads import attach

Content = asks.ReceivePayment | asks.RefundOrganisation


@require_safe
@office_page(sees=HANDLES_MONEY)
def choose(request: HttpRequest, office: Office, organisation_id: int, way: str) -> HttpResponse:
    """Which funding account; where there is one there is nothing to choose."""
    found, _since, _profile_id = organisation_of(office.issuer_id, organisation_id)
    accounts = funding_accounts(office)
    page = f"organisation-{way}"
    if len(accounts) == 1:
        return redirect(page, office.code, organisation_id, accounts[0].funding_account_id)
    free = {
        each.funding_account_id: each.free for each in balances(office.issuer_id, [organisation_id])
    }
    return render(
        request,
        "portal/orchestrator/organisations/choose.html",
        {
            "organisation": found,
            "accounts": [(each, free.get(each.funding_account_id)) for each in accounts],
            "page": page,
            "is_payment": way == "receive",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def receive(
    request: HttpRequest, office: Office, organisation_id: int, funding_account_id: int
) -> HttpResponse:
    """A payment that has arrived, for the balance."""
    return _moved(request, office, organisation_id, funding_account_id, PaymentForm)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def refund(
    request: HttpRequest, office: Office, organisation_id: int, funding_account_id: int
) -> HttpResponse:
    """What is paid back of the balance."""
    return _moved(request, office, organisation_id, funding_account_id, RefundForm)


def _moved(
    request: HttpRequest,
    office: Office,
    organisation_id: int,
    funding_account_id: int,
    form_class: type[PaymentForm] | type[RefundForm],
) -> HttpResponse:
    found, _since, _profile_id = organisation_of(office.issuer_id, organisation_id)
    account = funding_account(office, funding_account_id)
    balance = balance_in(office, found, account)
    if request.method != "POST":
        begun = _begun(request, office, account, balance, form_class)
        return _asked(request, found, balance, begun)
    form = form_class(
        request.POST, request.FILES, office=office, account=account, free=balance.free
    )
    over = papers.ended(office, form["command_id"].data)
    if over is not None:  # this very form did its work, and comes once more
        return redirect("command", office.code, over)
    if not form.is_valid() or "edit" in request.POST:
        return _asked(request, found, balance, form)
    notices = _notices(office, found, balance, form)
    if request.POST.get("seen") != _seen(notices):
        return _looked_at(request, office, found, balance, form, notices)
    try:
        return _sent(request, office, found, form)
    except ConflictError as error:
        if sent_before(request, office) is None:
            form.add_error(None, refusal_text(str(error)))
            return _asked(request, found, balance, form)
        return _asked(request, found, balance, form, sent=form.once)


def _begun(
    request: HttpRequest,
    office: Office,
    account: FundingAccount,
    balance: Balance,
    form_class: type[PaymentForm] | type[RefundForm],
) -> BalanceForm:
    """A payment may be begun from a line of the bank."""
    if form_class is RefundForm:
        return RefundForm(office=office, account=account, free=balance.free)
    line = line_asked(request, office, account.funding_account_id)
    return PaymentForm(office=office, account=account, free=balance.free, begun=movement_of(line))


@transaction.atomic
def _sent(
    request: HttpRequest, office: Office, found: Organisation, form: BalanceForm
) -> HttpResponse:
    """The command and its paper together."""
    answer = prepare_command(
        request,
        office,
        content_of(found.organisation_id, form),
        command_id=form.once,
        reason=form.cleaned_data["reason"],
    )
    if form.evidence is not None:
        attach(form.evidence)
        Evidence.objects.get_or_create(
            issuer_id=office.issuer_id, command_id=form.once, defaults={"upload": form.evidence}
        )
    return answer


def content_of(organisation_id: int, form: BalanceForm) -> Content:
    money, account = form.money, form.account.funding_account_id
    if form.is_out:
        return asks.RefundOrganisation(
            organisation_id=organisation_id,
            funding_account_id=account,
            amount_minor=money.amount_minor,
            currency=money.currency,
            bank_reference=form.cleaned_data["reference"],
            value_date=form.day,
        )
    return asks.ReceivePayment(
        organisation_id=organisation_id,
        funding_account_id=account,
        currency=money.currency,
        paid=PaidIn(
            amount_minor=money.amount_minor,
            bank_reference=form.cleaned_data["reference"],
            value_date=form.day,
            evidence=None if form.evidence is None else bytes(form.evidence.digest).hex(),
        ),
    )


def balance_in(office: Office, found: Organisation, account: FundingAccount) -> Balance:
    """Nothing, in an account where it never had anything."""
    number = account.funding_account_id
    return next(
        (
            each
            for each in balances(office.issuer_id, [found.organisation_id])
            if each.funding_account_id == number
        ),
        Balance(found.organisation_id, number, account.shown, account.currency, 0, 0),
    )


def effects_of(balance: Balance, account: FundingAccount, change: Money) -> list[Effect]:
    """What it does to the balances, as they are now."""
    return [
        Effect(_("Its balance"), balance.balance, balance.balance + change),
        Effect(_("Free of it"), balance.free, balance.free + change),
        Effect(_("In the funding account"), account.funding, account.funding + change),
    ]


def _asked(
    request: HttpRequest,
    found: Organisation,
    balance: Balance,
    form: BalanceForm,
    *,
    sent: UUID | None = None,
) -> HttpResponse:
    """`sent`: what this very form asked for before, with something else in it."""
    return render(
        request,
        "portal/orchestrator/organisations/move.html",
        {
            "organisation": found,
            "balance": balance,
            "account": form.account,
            "form": form,
            "is_payment": not form.is_out,
            "sent": sent,
        },
    )


def _looked_at(
    request: HttpRequest,
    office: Office,
    found: Organisation,
    balance: Balance,
    form: BalanceForm,
    notices: Sequence[papers.Notice],
) -> HttpResponse:
    content = content_of(found.organisation_id, form)
    change = form.money * -1 if form.is_out else form.money
    return render(
        request,
        "portal/orchestrator/organisations/check.html",
        {
            "organisation": found,
            "account": form.account,
            "form": form,
            "is_payment": not form.is_out,
            "money": form.money,
            "evidence": form.evidence,
            "effects": effects_of(balance, form.account, change),
            "notices": notices,
            "seen": _seen(notices),
            "changed_meanwhile": "seen" in request.POST,
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )


def _notices(
    office: Office, found: Organisation, balance: Balance, form: BalanceForm
) -> list[papers.Notice]:
    """What to think of before it is sent."""
    waiting = [
        each for each in papers.waiting(office, form.account) if each.command_id != form.once
    ]
    wanted = papers.BankSide(form.cleaned_data["reference"], form.day, is_out=form.is_out)
    notices = papers.same_reference(waiting, wanted)
    if form.evidence is not None:
        came = papers.came(office, bytes(form.evidence.digest))
        notices += papers.same_receipt([each for each in came if each.command_id != form.once])
    if form.is_out:
        notices += _too_much_together(found, balance, form.money, waiting)
    elif found.status == "closed":
        notices.append(papers.Notice(_("It is closed: what it pays in can only be paid back.")))
    return notices


def _too_much_together(
    found: Organisation, balance: Balance, money: Money, waiting: Sequence[papers.Waiting]
) -> list[papers.Notice]:
    amounts = [
        each.asked.money
        for each in waiting
        if isinstance(each.asked, asks.RefundOrganisation)
        and each.asked.organisation_id == found.organisation_id
    ]
    together = sum(amounts, money)
    if not amounts or together <= balance.free:
        return []
    return [
        papers.Notice(
            _(
                "Together with the refunds that wait already this is %(together)s; %(free)s is"
                " free. What is approved last will be refused."
            )
            % {"together": money_text(together), "free": money_text(balance.free)}
        )
    ]


def _seen(notices: Sequence[papers.Notice]) -> str:
    """What stands for them: when others come up meanwhile, they are shown before it is sent."""
    return hashlib.sha256("\n".join(each.text for each in notices).encode()).hexdigest()[:16]
