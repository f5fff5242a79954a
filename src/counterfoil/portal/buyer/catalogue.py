"""What an organisation can buy: each voucher on sale with its amounts, put into a purchase here."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.engine.groups import GroupDesign
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import BUYERS, BUYS, Buyer, buyer_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.language import money_text
from counterfoil.portal.models import PurchaseLine
from counterfoil.portal.orchestrator.vouchers.design import validity_text
from counterfoil.portal.purchases.basket import drafts_of, put
from counterfoil.portal.purchases.catalogue import Offered, free_stock, offered
from counterfoil.portal.purchases.forms import quantity_field
from counterfoil.portal.upload_pages import picture_of
from counterfoil.portal.words import Word


@dataclass(frozen=True, slots=True)
class Amount:
    """One that a voucher is sold at; `field` is the name of its input."""

    money: Money
    stock: Word
    field: str
    quantity: int

    @property
    def text(self) -> str:
        return money_text(self.money)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A voucher with its amounts. `form` is what was sent for it, where something was wrong."""

    group: Offered
    amounts: list[Amount]
    validity: str
    unused: str
    form: forms.Form | None

    @property
    def is_chosen(self) -> bool:
        return any(amount.quantity for amount in self.amounts)


@require_http_methods(["GET", "HEAD"])
@buyer_page(sees=BUYERS)
def catalogue(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    return _shown(request, buyer)


@require_POST
@buyer_page(sees=BUYS, acts=BUYS)
def choose(request: HttpRequest, buyer: Buyer, group: str) -> HttpResponse:
    """So many of each amount of one voucher are in the draft then, however often it is sent."""
    shelves = {each.code: each for each in offered(buyer.issuer_id)}
    if group not in shelves:
        messages.error(request, _("This voucher is not on sale any more."))
        return redirect("buyer-catalogue", buyer.code, buyer.organisation_id)
    form = _form(shelves[group], request.POST)
    if not form.is_valid():
        return _shown(request, buyer, wrong=(group, form))
    quantities = {
        amount: int(form.cleaned_data[f"amount_{amount}"] or 0)
        for amount in shelves[group].denominations
        if f"amount_{amount}" in request.POST
    }
    if not quantities:
        return redirect("buyer-catalogue", buyer.code, buyer.organisation_id)
    try:
        put(buyer, group, quantities, actor_of(request, buyer))
    except ConflictError as error:
        messages.error(request, str(error))
        return redirect("buyer-catalogue", buyer.code, buyer.organisation_id)
    name = shelves[group].name
    said = (
        _("%(name)s is in your purchase.")
        if any(quantities.values())
        else _("%(name)s is not in your purchase any more.")
    )
    messages.success(request, said % {"name": name})
    return redirect("buyer-catalogue", buyer.code, buyer.organisation_id)


@require_safe
@buyer_page(sees=BUYERS)
def picture(_request: HttpRequest, buyer: Buyer, digest: str) -> HttpResponse:
    return picture_of(buyer.issuer_id, digest)


def _shown(
    request: HttpRequest, buyer: Buyer, wrong: tuple[str, forms.Form] | None = None
) -> HttpResponse:
    groups = offered(buyer.issuer_id)
    free = free_stock(buyer.issuer_id, [group.code for group in groups])
    drafts = drafts_of(buyer)
    chosen = {
        (line.group_code, line.amount_minor): line.quantity
        for line in PurchaseLine.objects.filter(purchase__in=drafts)
    }
    shelves = [
        Shelf(
            group,
            [
                Amount(
                    money,
                    _stock(group, free.get((group.code, group.version, money.amount_minor), 0)),
                    f"amount_{money.amount_minor}",
                    chosen.get((group.code, money.amount_minor), 0),
                )
                for money in group.amounts
            ],
            validity_text(_design(group)),
            _unused(group.unused_value),
            wrong[1] if wrong is not None and wrong[0] == group.code else None,
        )
        for group in groups
    ]
    return render(
        request,
        "portal/buyer/purchases/catalogue.html",
        {
            "buyer": buyer,
            "shelves": shelves,
            "drafts": [draft for draft in drafts if draft.total_minor],
            "may_buy": buyer.may_now(BUYS),
        },
    )


def _form(group: Offered, data: "object | None") -> forms.Form:
    form = forms.Form(data)  # type: ignore[arg-type]
    for money in group.amounts:
        form.fields[f"amount_{money.amount_minor}"] = quantity_field(str(money), 0)
    return form


def _design(group: Offered) -> GroupDesign:
    """As far as its validity is said by it."""
    return GroupDesign(
        code=group.code,
        name=group.name,
        currency=group.currency,
        denominations=tuple(group.denominations),
        valid_for_days=group.valid_for_days,
        valid_until=group.valid_until,
    )


def _stock(group: Offered, free: int) -> Word:
    return {
        "yes": Word(_("In stock"), "good"),
        "few": Word(_("Few left"), "wait"),
        "none": Word(_("None in stock"), ""),
    }[group.stock_word(free)]


def _unused(unused_value: str) -> str:
    return {
        "buyer": _("Unused value comes back to your balance."),
        "issuer": _("Unused value goes back to the issuer's funds."),
        "breakage": _("Unused value stays with the issuer."),
    }[unused_value]
