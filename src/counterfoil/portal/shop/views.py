"""The pages of a merchant's or an agent's own people. What they see is of this one alone."""

from typing import Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.access import OWNS, Shop, ShopRole, shop_page
from counterfoil.portal.applying.links import ApplyingAt
from counterfoil.portal.forms import OnceForm
from counterfoil.portal.listing import shown
from counterfoil.portal.live import shop_part
from counterfoil.portal.merchants.following import invite_to_shop
from counterfoil.portal.merchants.reading import sheet
from counterfoil.portal.models import AcceptorRole, AcceptorRoleName, MerchantProfile
from counterfoil.portal.orchestrator.merchants.reading import (
    bank_next,
    bank_now,
    figures,
    merchant_of,
)
from counterfoil.portal.orchestrator.merchants.standing import turned
from counterfoil.portal.people import ShopGrant, take_role
from counterfoil.portal.places import remember
from counterfoil.portal.shop.figures import shop_figures
from counterfoil.portal.shop.listed import people_of
from counterfoil.portal.trail import Actor, address_of
from counterfoil.portal.words import acceptor_status

_ALL: Final = frozenset(ShopRole)


class CashierForm(OnceForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the cashier"),
        help_text=gettext_lazy("A link to set a password goes there."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


@require_safe
@shop_page(sees=_ALL)
def shop(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Whether it may redeem, and to its owner what it has earned and is owed."""
    remember(request, request.path)
    acceptor, _profile_id = merchant_of(shop.issuer_id, shop.acceptor_id)
    owns = ShopRole.OWNER in shop.roles
    money = figures(shop.issuer_id, shop.acceptor_id)
    profile = _profile(shop)
    return render(
        request,
        "portal/shop/overview.html",
        {
            "merchant": acceptor,
            "standing": acceptor_status(acceptor.status),
            "turned": turned(
                shop.issuer_id,
                shop.acceptor_id,
                acceptor.status,
                payouts_held=owns and acceptor.payouts_held,
            ),
            "owns": owns,
            "owed": money.owed if owns else [],
            "next_bank": bank_next(acceptor) if owns else None,
            "today": money.today,
            "currency": money.currency,
            "sheet": None if profile is None else sheet(profile),
            "figures": shop_figures(request, shop) if owns else None,
            "live": shop_part(shop) if owns else None,
        },
    )


@require_safe
@shop_page(sees=OWNS)
def details(request: HttpRequest, shop: Shop) -> HttpResponse:
    """What the issuer has written down of it; the issuer changes it."""
    acceptor, _profile_id = merchant_of(shop.issuer_id, shop.acceptor_id)
    profile = _profile(shop)
    return render(
        request,
        "portal/shop/details.html",
        {
            "merchant": acceptor,
            "bank": bank_now(acceptor),
            "next_bank": bank_next(acceptor),
            "sheet": None if profile is None else sheet(profile),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(sees=OWNS, acts=OWNS)
def people(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Who may come in; the owner lets cashiers in."""
    form = CashierForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                invite_to_shop(
                    _at(request, shop),
                    shop.acceptor_id,
                    shop.name,
                    str(form.cleaned_data["email"]).lower(),
                    AcceptorRoleName.CASHIER,
                    _actor(request, shop),
                    inviter=shop.person.shown,
                )
        except ConflictError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("shop-people", shop.code, shop.acceptor_id)
    return render(
        request,
        "portal/shop/people.html",
        {
            "list": shown(request, shop, people_of(shop)),
            "form": form,
        },
    )


@require_POST
@shop_page(sees=OWNS, acts=OWNS)
def remove(request: HttpRequest, shop: Shop, role_id: int) -> HttpResponse:
    """A cashier leaves."""
    held = (
        AcceptorRole.objects.filter(
            pk=role_id,
            issuer_id=shop.issuer_id,
            acceptor_id=shop.acceptor_id,
            role=AcceptorRoleName.CASHIER,
        )
        .select_related("person")
        .first()
    )
    if held is None:
        raise Http404
    grant = ShopGrant(AcceptorRoleName.CASHIER, shop.issuer_id, shop.acceptor_id)
    try:
        take_role(held.person, grant, by=_actor(request, shop))
    except ConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("This person cannot come in here any more."))
    return redirect("shop-people", shop.code, shop.acceptor_id)


def _profile(shop: Shop) -> MerchantProfile | None:
    return MerchantProfile.objects.filter(
        issuer_id=shop.issuer_id, acceptor_id=shop.acceptor_id
    ).first()


def _at(request: HttpRequest, shop: Shop) -> ApplyingAt:
    origin = request.build_absolute_uri("/").rstrip("/")
    return ApplyingAt(shop.issuer_id, shop.code, shop.issuer_name, origin)


def _actor(request: HttpRequest, shop: Shop) -> Actor:
    return Actor(shop.actor, shop.person.pk, address_of(request))
