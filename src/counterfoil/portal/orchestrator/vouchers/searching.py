"""From what somebody has in hand to the page of it: the serial of a voucher, the number of a
provision or an allocation, or that of a purchase.
"""

import re
from dataclasses import dataclass
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.models.purchases import reference_of
from counterfoil.portal.orchestrator.stock.links import purchase_url
from counterfoil.portal.queries import rows
from counterfoil.portal.serials import SERIAL_OR_NUMBER, joined

_PURCHASE: Final = re.compile(r"P0*([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE)
_SERIAL_DIGITS: Final = 16
_ID_MAX: Final = 2**31 - 1


class SearchForm(forms.Form):
    """What is sent does not come into an address: it might be a secret number."""

    serial = forms.CharField(
        label=gettext_lazy("Serial of a voucher, or a number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "The 16 digits printed on it, with or without spaces; the number of a provision or an"
            " allocation, such as 12; or that of a purchase, such as P-0012."
        ),
    )

    def clean_serial(self) -> str:
        said = joined(str(self.cleaned_data["serial"]))
        if _PURCHASE.fullmatch(said):
            return said
        if not SERIAL_OR_NUMBER.fullmatch(said):
            raise ValidationError(_("A serial has digits only, like 1000 0000 0000 0042."))
        if len(said) > _SERIAL_DIGITS:
            raise ValidationError(
                _(
                    "A serial has 16 digits; this has %(digits)s, as a secret number may have."
                    " Nobody is looked up by that: use the serial."
                )
                % {"digits": len(said)}
            )
        return said


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    url: str


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=EVERYONE, acts=EVERYONE)
def voucher_search(request: HttpRequest, office: Office) -> HttpResponse:
    """To what there is; where a number is several things, they are shown."""
    form = SearchForm(request.POST or None)
    found: list[Found] = []
    if request.method == "POST" and form.is_valid():
        found = _found(office, form.cleaned_data["serial"])
        if len(found) == 1:
            return redirect(found[0].url)
        if not found:
            form.add_error(
                "serial", _("There is no voucher of that serial here. Compare it digit by digit.")
            )
    return render(
        request, "portal/orchestrator/vouchers/search.html", {"form": form, "found": found}
    )


def _found(office: Office, said: str) -> list[Found]:
    purchase = _PURCHASE.fullmatch(said)
    number = int(purchase[1] if purchase else said)
    asked = {
        "issuer_id": office.issuer_id,
        "serial": None if purchase else number,
        "number": number if number <= _ID_MAX else None,
        "is_purchase": purchase is not None,
    }
    return [_told(office, kind, key) for kind, key in rows(__package__, "found", asked)]


def _told(office: Office, kind: str, key: str) -> Found:
    match kind:
        case "voucher":
            return Found(_("Voucher %(serial)s") % {"serial": key}, _url(office, "voucher", key))
        case "provision":
            return Found(_("Provision %(key)s") % {"key": key}, _url(office, "provision", key))
        case "allocation":
            text = _("Allocation %(number)s") % {"number": key}
            return Found(text, _url(office, "allocation", key))
        case _:
            number, _space, purchase_id = key.partition(" ")
            listed = f"{reverse('allocations', args=[office.code])}?purchase={number}"
            return Found(reference_of(int(number)), purchase_url(office, purchase_id) or listed)


def _url(office: Office, page: str, key: str) -> str:
    return reverse(page, args=[office.code, int(key)])
