"""What an organisation bought: what is left of it, who has which voucher, where it was used."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.portal.access import BUYERS, HANDS_OUT, Buyer, buyer_page
from counterfoil.portal.buyer.changing import ACTS, Act
from counterfoil.portal.buyer.vouchers_listed import ALLOCATIONS, vouchers_of
from counterfoil.portal.buyer.vouchers_reading import (
    RANGES_MAX,
    Allocation,
    Happened,
    Own,
    allocation_of,
    happened_to,
    is_stopped_by_issuer,
    own_voucher,
    own_vouchers,
    ranges_of,
)
from counterfoil.portal.handovers.people import callers_of, serials_of
from counterfoil.portal.listing import shown
from counterfoil.portal.models import OrganisationRole
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.pictures import Bar, bar
from counterfoil.voucher import State


class FindForm(forms.Form):
    """By serial or by a person's reference. What is sent does not come into an address."""

    wanted = forms.CharField(
        label=gettext_lazy("Serial of a voucher, or reference of a person"),
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=gettext_lazy("As it stands on the card, or as you call the person."),
    )


@require_safe
@buyer_page(sees=BUYERS)
def vouchers(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    listed = shown(request, buyer, ALLOCATIONS)
    return render(
        request,
        "portal/buyer/vouchers/list.html",
        {
            "buyer": buyer,
            "list": listed,
            "lines": [(each, parts_of(each)) for each in listed.page.rows],
            "may_hand_out": buyer.may(HANDS_OUT),
            "form": FindForm(),
        },
    )


@require_safe
@buyer_page(sees=BUYERS)
def allocation(request: HttpRequest, buyer: Buyer, allocation_id: int) -> HttpResponse:
    row = allocation_of(buyer, allocation_id)
    ranges = ranges_of(buyer, allocation_id)
    return render(
        request,
        "portal/buyer/vouchers/allocation.html",
        {
            "buyer": buyer,
            "row": row,
            "bar": parts_of(row),
            "ranges": ranges[:RANGES_MAX],
            "more_ranges": len(ranges) > RANGES_MAX,
            "purchase_url": purchase_url(buyer, row),
            "list": shown(request, buyer, vouchers_of(allocation_id)),
            "may_hand_out": buyer.may_now(HANDS_OUT),
            "acts": ACTS.values(),
        },
    )


@require_safe
@buyer_page(sees=BUYERS)
def voucher(request: HttpRequest, buyer: Buyer, serial: str) -> HttpResponse:
    row = own_voucher(buyer, int(serial))
    happened = happened_to(buyer, row.serial)
    replaces = next((each.serial for each in happened if each.serial != row.serial), None)
    line = {each.serial for each in happened} | {row.serial}
    holders = callers_of(buyer, sorted(line))
    holder = holders.get(row.serial) or next(
        (holders[each] for each in sorted(line, reverse=True) if each in holders), None
    )
    own_people = names_of({each.actor for each in happened} & _colleagues(buyer))
    return render(
        request,
        "portal/buyer/vouchers/voucher.html",
        {
            "buyer": buyer,
            "row": row,
            "allocation": allocation_of(buyer, row.allocation_id),
            "purchase_url": purchase_url(buyer, row),
            "holder": holder,
            "handed_at": next((each.at for each in reversed(happened)), None),
            "redeemed": next((each for each in happened if each.is_redemption), None)
            if row.state in {State.REDEEMED, State.REDEEMING}
            else None,
            "replaces": replaces,
            "story": [(each, own_people.get(each.actor, "")) for each in happened],
            "acts": _acts(buyer, row, happened),
            "stopped": is_stopped_by_issuer(buyer, happened),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page(sees=BUYERS, acts=BUYERS)
def find(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    """By POST: what a person is called does not come into an address."""
    form = FindForm(request.POST or None)
    found: list[Own] = []
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["wanted"]
        digits = "".join(wanted.split())
        if digits.isascii() and digits.isdecimal() and len(digits) <= 18:  # noqa: PLR2004
            found = own_vouchers(buyer, [int(digits)])
        if found:
            return redirect("buyer-voucher", buyer.code, buyer.organisation_id, found[0].serial)
        found = own_vouchers(buyer, serials_of(buyer, [wanted])[wanted][:200])
        if not found:
            form.add_error(
                "wanted",
                _("No voucher of yours has that serial, and nobody of that reference has one."),
            )
    holders = callers_of(buyer, [each.serial for each in found])
    return render(
        request,
        "portal/buyer/vouchers/find.html",
        {
            "buyer": buyer,
            "form": form,
            "found": [(each, holders.get(each.serial)) for each in found],
        },
    )


def parts_of(row: Allocation) -> Bar:
    ended = row.cancelled + row.expired
    return bar(
        [
            ("redeemed", row.redeemed),
            ("held", row.out),
            ("stocked", row.left),
            ("ended", ended),
        ]
    )


def purchase_url(buyer: Buyer, row: Allocation | Own) -> str:
    """Empty where nothing shows it."""
    try:
        return reverse(
            "organisation-purchase", args=[buyer.code, buyer.organisation_id, row.sale_id]
        )
    except NoReverseMatch:
        return ""


def _colleagues(buyer: Buyer) -> set[str]:
    """What the issuer's people are called is not told here."""
    theirs = OrganisationRole.objects.filter(
        issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id
    )
    return {f"person:{person_id}" for person_id in theirs.values_list("person_id", flat=True)}


def _acts(buyer: Buyer, row: Own, happened: list[Happened]) -> list[Act]:
    """What can be done with it now, by who hands out."""
    if not buyer.may_now(HANDS_OUT):
        return []
    stopped = is_stopped_by_issuer(buyer, happened)
    return [
        act
        for act in ACTS.values()
        if row.state in act.states and not (stopped and row.state is State.SUSPENDED)
    ]
