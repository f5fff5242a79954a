"""Deposits and withdrawals: written down, looked at once more with what they will change, sent.

form ─▶ the same as it will be ─▶ a command, that somebody else approves
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.language import money_text
from counterfoil.portal.models import Evidence
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.banking.beginning import line_asked, movement_of
from counterfoil.portal.orchestrator.money import papers
from counterfoil.portal.orchestrator.money.forms import (
    DepositForm,
    MovementForm,
    WithdrawalForm,
)
from counterfoil.portal.orchestrator.money.ledger import (
    FundingAccount,
    funding_account,
    funding_accounts,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.uploads import attach
from counterfoil.voucher import Action

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Effect:
    """One balance as it is, and as it will be."""

    label: str
    now: Money
    then: Money

    @property
    def now_text(self) -> str:
        return money_text(self.now)

    @property
    def then_text(self) -> str:
        return money_text(self.then)


@require_http_methods(["GET", "HEAD"])
@office_page(sees=HANDLES_MONEY)
def choose(request: HttpRequest, office: Office, way: str) -> HttpResponse:
    """Which account; where there is one there is nothing to choose."""
    accounts = funding_accounts(office)
    page = "money-deposit" if way == "deposit" else "money-withdraw"
    if len(accounts) == 1:
        return redirect(page, office.code, accounts[0].funding_account_id)
    context = {"accounts": accounts, "page": page, "is_deposit": way == "deposit"}
    return render(request, "portal/orchestrator/money/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def deposit(request: HttpRequest, office: Office, funding_account_id: int) -> HttpResponse:
    return _moved(request, office, funding_account_id, DepositForm)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def withdraw(request: HttpRequest, office: Office, funding_account_id: int) -> HttpResponse:
    return _moved(request, office, funding_account_id, WithdrawalForm)


def _moved(
    request: HttpRequest,
    office: Office,
    funding_account_id: int,
    form_class: type[DepositForm] | type[WithdrawalForm],
) -> HttpResponse:
    account = funding_account(office, funding_account_id)
    if request.method != "POST":
        return _asked(request, account, _begun(request, office, account, form_class))
    form = form_class(request.POST, request.FILES, office=office, account=account)
    ended = papers.ended(office, form["command_id"].data)
    if ended is not None:  # this very form did its work, and comes once more
        return redirect("command", office.code, ended)
    if not form.is_valid() or "edit" in request.POST:
        return _asked(request, account, form)
    notices = _notices(office, account, form)
    if request.POST.get("seen") != _seen(notices):
        return _looked_at(request, office, account, form, notices)
    try:
        return _sent(request, office, account, form)
    except ConflictError as error:
        if sent_before(request, office) is None:
            form.add_error(None, refusal_text(str(error)))
            return _asked(request, account, form)
        return _asked(request, account, form, sent=form.once)


def _begun(
    request: HttpRequest,
    office: Office,
    account: FundingAccount,
    form_class: type[DepositForm] | type[WithdrawalForm],
) -> MovementForm:
    """A deposit may be begun from a line of the bank."""
    if form_class is WithdrawalForm:
        return WithdrawalForm(office=office, account=account)
    line = line_asked(request, office, account.funding_account_id)
    return DepositForm(office=office, account=account, begun=movement_of(line))


@transaction.atomic
def _sent(
    request: HttpRequest, office: Office, account: FundingAccount, form: MovementForm
) -> HttpResponse:
    """The command and its paper together."""
    answer = prepare_command(
        request,
        office,
        content_of(account, form),
        command_id=form.once,
        reason=form.cleaned_data["reason"],
    )
    upload = form.evidence
    if upload is not None:
        attach(upload)
        Evidence.objects.get_or_create(
            issuer_id=office.issuer_id, command_id=form.once, defaults={"upload": upload}
        )
    return answer


def content_of(account: FundingAccount, form: MovementForm) -> asks.Deposit | asks.Withdraw:
    money, reference = form.money, form.cleaned_data["reference"]
    if form.action is Action.WITHDRAW:
        return asks.Withdraw(
            funding_account_id=account.funding_account_id,
            amount_minor=money.amount_minor,
            currency=money.currency,
            reference=reference,
        )
    return asks.Deposit(
        funding_account_id=account.funding_account_id,
        amount_minor=money.amount_minor,
        currency=money.currency,
        reference=reference,
        value_date=cast("date | None", form.cleaned_data["value_date"]),
        evidence=None if form.evidence is None else bytes(form.evidence.digest).hex(),
    )


def _asked(
    request: HttpRequest, account: FundingAccount, form: MovementForm, *, sent: UUID | None = None
) -> HttpResponse:
    """`sent`: what this very form asked for before, with something else in it."""
    is_deposit = form.action is Action.DEPOSIT
    return render(
        request,
        "portal/orchestrator/money/move.html",
        {"account": account, "form": form, "is_deposit": is_deposit, "sent": sent},
    )


def _looked_at(
    request: HttpRequest,
    office: Office,
    account: FundingAccount,
    form: MovementForm,
    notices: Sequence[papers.Notice],
) -> HttpResponse:
    content = content_of(account, form)
    return render(
        request,
        "portal/orchestrator/money/check.html",
        {
            "account": account,
            "form": form,
            "is_deposit": form.action is Action.DEPOSIT,
            "content": content,
            "evidence": form.evidence,
            "effects": effects_of(account, form.action, form.money),
            "notices": notices,
            "seen": _seen(notices),
            "changed_meanwhile": "seen" in request.POST,
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )


def effects_of(account: FundingAccount, action: Action, money: Money) -> list[Effect]:
    """What one movement does to the balances, as they are now."""
    change = money if action is Action.DEPOSIT else money * -1
    return [
        Effect(_("Available"), account.available, account.available + change),
        Effect(_("In the funding account"), account.funding, account.funding + change),
    ]


def _notices(office: Office, account: FundingAccount, form: MovementForm) -> list[papers.Notice]:
    """What to think of before it is sent; sent a second time, it is not told of itself."""
    waiting = [each for each in papers.waiting(office, account) if each.command_id != form.once]
    wanted = papers.BankSide(form.cleaned_data["reference"], None, is_out=form.is_out)
    notices = papers.same_reference(waiting, wanted)
    if form.evidence is not None:
        came = papers.came(office, bytes(form.evidence.digest))
        notices += papers.same_receipt([each for each in came if each.command_id != form.once])
    if form.action is Action.WITHDRAW:
        notices += _too_much_together(account, form.money, waiting)
    return notices


def _too_much_together(
    account: FundingAccount, money: Money, waiting: Sequence[papers.Waiting]
) -> list[papers.Notice]:
    others = [each.money for each in waiting if each.sign < 0 and each.money is not None]
    together = sum(others, money)
    if not others or together <= account.available:
        return []
    return [
        papers.Notice(
            _(
                "Together with the withdrawals that wait already this is %(together)s;"
                " %(available)s is available. What is approved last will be refused."
            )
            % {"together": money_text(together), "available": money_text(account.available)}
        )
    ]


def _seen(notices: Sequence[papers.Notice]) -> str:
    """What stands for them: when others come up meanwhile, they are shown before it is sent."""
    return hashlib.sha256("\n".join(each.text for each in notices).encode()).hexdigest()[:16]
