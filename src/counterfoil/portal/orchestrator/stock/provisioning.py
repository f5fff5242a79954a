"""Turning available money into stock: what it takes and what is left, before it is asked for."""

from dataclasses import dataclass
from typing import Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from counterfoil.engine.commands.content import ProvisionStock
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.provision import PROVISION_VOUCHERS_MAX
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import PREPARES_STOCK, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm, ReasonField, say_limits
from counterfoil.portal.language import money_text
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import commands_about
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.stock.reading import Budget, budget_of
from counterfoil.portal.orchestrator.vouchers.reading import (
    Choice,
    Published,
    Stock,
    counted,
    published,
    stock_of,
)
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.portal.templatetags.counterfoil import count as number_text

_COUNT_MAX: Final = PROVISION_VOUCHERS_MAX
_KIND: Final = "provision"


class ProvisionForm(forms.Form):
    """Sent by GET: nothing is done by it, and what it would take can be looked at and sent on."""

    amount = forms.TypedChoiceField(
        label=gettext_lazy("Amount of one voucher"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of these.")},
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"),
        min_value=1,
        max_value=_COUNT_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Fill this in.")},
    )

    def offer(self, group: Published, stock: tuple[Stock, ...]) -> None:
        currency = group.design.currency
        say_limits(cast("forms.IntegerField", self.fields["count"]))
        self.fields["amount"].choices = [  # type: ignore[attr-defined]
            (
                each.amount_minor,
                _("%(money)s · %(there)s in stock")
                % {
                    "money": money_text(Money(each.amount_minor, currency)),
                    "there": number_text(each.vouchers),
                },
            )
            for each in stock
        ]


class ConfirmForm(OnceForm):
    """What was looked at, and why. `version` is the one the stock will be of."""

    amount = forms.IntegerField(widget=forms.HiddenInput)
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=_COUNT_MAX)
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = ReasonField(
        label=gettext_lazy("What it is for"),
        help_text=gettext_lazy("Who approves it reads this, and so does whoever looks later."),
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a provision would do to the money."""

    takes: Money
    available: Money
    budget: Budget

    @property
    def left(self) -> Money:
        return self.available - self.takes

    @property
    def is_too_much(self) -> bool:
        return self.left.amount_minor < 0

    @property
    def budget_left(self) -> Money | None:
        """Before it; None where the programme has no limit."""
        left = self.budget.left_minor
        return None if left is None else Money(left, self.takes.currency)

    @property
    def is_beyond_budget(self) -> bool:
        before = self.budget_left
        return before is not None and before.amount_minor < self.takes.amount_minor


def effect_of(issuer_id: int, group: Published, amount_minor: int, count: int) -> Effect:
    currency = group.design.currency
    budget = budget_of(issuer_id, group.code)
    return Effect(
        Money(amount_minor * count, currency), Money(budget.available_minor, currency), budget
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK, asks_again=True)
def provision_new(request: HttpRequest, office: Office) -> HttpResponse:
    """Which voucher, then how many of which amount, then what it takes; a POST asks for it."""
    code = request.GET.get("group", "")
    if not code:
        groups = [
            Choice(*row)
            for row in rows(__package__, "groups_to_stock", {"issuer_id": office.issuer_id})
        ]
        return render(request, "portal/orchestrator/stock/choose.html", {"groups": groups})
    group = published(office, code)
    stock = stock_of(group, counted(office, group.group_id))
    if request.method == "POST":
        return _confirmed(request, office, group, stock)
    asked = request.GET if "count" in request.GET else None
    form = ProvisionForm(asked, initial=_first(stock))
    form.offer(group, stock)
    return _page(request, office, group, stock, form)


def _confirmed(
    request: HttpRequest, office: Office, group: Published, stock: tuple[Stock, ...]
) -> HttpResponse:
    """What was shown is asked for; where it is not so any more, it is shown again."""
    again = sent_before(request, office)
    if again is not None:
        return again
    form, confirm = ProvisionForm(request.POST), ConfirmForm(request.POST)
    form.offer(group, stock)
    if not (form.is_valid() and confirm.is_valid()) or _problem(group):
        return _page(request, office, group, stock, form, confirm)
    if confirm.cleaned_data["version"] != group.version:
        anew = _to_confirm(group, form, reason=confirm.cleaned_data["reason"])
        return _page(request, office, group, stock, form, anew, is_stale=True)
    amount, count = form.cleaned_data["amount"], form.cleaned_data["count"]
    effect = effect_of(office.issuer_id, group, amount, count)
    if not effect.is_too_much and not effect.is_beyond_budget:
        content = _content(group, amount, count)
        reason = confirm.cleaned_data["reason"]
        try:
            return prepare_command(request, office, content, command_id=confirm.once, reason=reason)
        except ConflictError as error:
            confirm.add_error(None, refusal_text(str(error)))
    return _page(request, office, group, stock, form, confirm)


def _page(
    request: HttpRequest,
    office: Office,
    group: Published,
    stock: tuple[Stock, ...],
    form: ProvisionForm,
    confirm: ConfirmForm | None = None,
    *,
    is_stale: bool = False,
) -> HttpResponse:
    effect, approvals, count = None, 0, 0
    there = next(iter(stock), None)
    if form.is_valid():
        amount, count = form.cleaned_data["amount"], form.cleaned_data["count"]
        effect = effect_of(office.issuer_id, group, amount, count)
        there = next(each for each in stock if each.amount_minor == amount)
        approvals = approvals_needed(
            engine_connection(), office.issuer_id, _content(group, amount, count)
        )
        confirm = confirm or _to_confirm(group, form)
        _refuse(form, effect, amount)
    budget = budget_of(office.issuer_id, group.code) if effect is None else effect.budget
    problem = _problem(group)
    part = "effect" if request.headers.get("HX-Request") else "new"
    waiting = [
        each
        for each in (commands_about(office, f"group:{group.code}") if part == "new" else [])
        if each.is_waiting and each.kind == _KIND
    ]
    return render(
        request,
        f"portal/orchestrator/stock/{part}.html",
        {
            "group": group,
            "design": group.design,
            "problem": problem,
            "form": form,
            "confirm": confirm or ConfirmForm(),
            "may_ask": form.is_valid() and not problem,
            "effect": effect,
            "takes": "" if effect is None else money_text(effect.takes),
            "available": Money(budget.available_minor, group.design.currency),
            "approvals": approvals,
            "there": there,
            "after": (there.vouchers if there else 0) + count,
            "count": count,
            "is_stale": is_stale,
            "waiting": waiting,
            "people": names_of({each.prepared_by for each in waiting}) if waiting else {},
        },
    )


def _to_confirm(group: Published, form: ProvisionForm, *, reason: str = "") -> ConfirmForm:
    return ConfirmForm(
        initial={
            "amount": form.cleaned_data["amount"],
            "count": form.cleaned_data["count"],
            "version": group.version,
            "reason": reason,
        }
    )


def _first(stock: tuple[Stock, ...]) -> dict[str, object]:
    return {"amount": stock[0].amount_minor} if len(stock) == 1 else {}


def _content(group: Published, amount_minor: int, count: int) -> ProvisionStock:
    return ProvisionStock(
        group=group.code,
        group_version=group.version,
        amount_minor=amount_minor,
        currency=group.design.currency,
        count=count,
    )


def _refuse(form: ProvisionForm, effect: Effect, one: int) -> None:
    """Beside the count: how many of that amount the money is enough for."""
    if effect.is_too_much:
        form.add_error(
            "count",
            ValidationError(
                _("%(money)s is available: enough for %(number)s of these. Deposit more first.")
                % {
                    "money": money_text(effect.available),
                    "number": number_text(max(effect.available.amount_minor, 0) // one),
                }
            ),
        )
    elif effect.is_beyond_budget and effect.budget_left is not None:
        form.add_error(
            "count",
            ValidationError(
                _("%(money)s is left of the programme's budget: enough for %(number)s of these.")
                % {
                    "money": money_text(effect.budget_left),
                    "number": number_text(max(effect.budget_left.amount_minor, 0) // one),
                }
            ),
        )


def _problem(group: Published) -> str:
    """Why nothing is provisioned of it at all."""
    if group.status != "open":
        return _("Only an open voucher is provisioned. Open it again first.")
    if group.programme_status != "open":
        return _("Its programme sells nothing any more, so nothing is provisioned.")
    if not group.design.denominations:
        return _("It takes any amount: each voucher is made when it is asked for, without stock.")
    return ""
