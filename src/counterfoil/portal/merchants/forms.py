"""The forms in which a merchant or an agent is written down: by themselves, or by the issuer's
people for them. Each is over the profile as it is now, so that two who write do not lose anything.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.language import page_locale
from counterfoil.portal.merchants import checks
from counterfoil.portal.merchants.opening_hours import DAYS, Day, day_of, day_text
from counterfoil.portal.merchants.positions import position, position_text
from counterfoil.portal.merchants.written import Contact, Legal, Outlet
from counterfoil.portal.models import (
    MerchantContact,
    MerchantKind,
    MerchantOutlet,
    MerchantProfile,
)
from counterfoil.portal.stale import VersionedForm

_DAY_NAMES: Final = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
_SAME: Final = (
    ("", gettext_lazy("No other day")),
    ("4", gettext_lazy("Tuesday to Friday")),
    ("5", gettext_lazy("Tuesday to Saturday")),
    ("6", gettext_lazy("Every other day")),
)
PURPOSE: Final = "merchant-document"


class TaxedForm(VersionedForm):
    """In which country somebody is registered, and the tax number there."""

    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    tax_id = forms.CharField(
        label=gettext_lazy("Tax number"),
        help_text=gettext_lazy("As on the tax paper. Leave it empty if there is none."),
        max_length=checks.TAX_ID_CHARACTERS_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    _checked = False

    def __init__(  # as VersionedForm's
        self,
        data: "Mapping[str, object] | None" = None,
        *,
        version: int,
        initial: Mapping[str, object],
    ) -> None:
        super().__init__(data, version=version, initial=initial)  # type: ignore[arg-type]
        cast("forms.ChoiceField", self.fields["country"]).choices = country_choices()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        text, country = str(cleaned.get("tax_id", "")), str(cleaned.get("country", ""))
        if text and country:
            try:
                found = checks.tax_id(text, country)
            except ValidationError as error:
                self.add_error("tax_id", error)
            else:
                cleaned["tax_id"], self._checked = found.number, found.is_checked
        return cleaned


class LegalForm(TaxedForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=(
            (MerchantKind.MERCHANT, gettext_lazy("Merchant: gives goods or services")),
            (MerchantKind.AGENT, gettext_lazy("Agent: pays out cash")),
        ),
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=gettext_lazy("Name at the till"),
        help_text=gettext_lazy("As customers know it. It stands on receipts."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    registered_name = forms.CharField(
        label=gettext_lazy("Registered name"),
        help_text=gettext_lazy("As on the registration paper. Leave it empty if it is the same."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order: tuple[str, ...] = ("kind", "name", "registered_name", "country", "tax_id")

    @property
    def legal(self) -> Legal:
        """Of a valid form."""
        given = self.cleaned_data
        return Legal(
            kind=given["kind"],
            name=given["name"],
            registered_name=given["registered_name"] or given["name"],
            country=given["country"],
            tax_id=given["tax_id"],
            tax_id_checked=self._checked,
        )


class ContactForm(VersionedForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    role = forms.CharField(
        label=gettext_lazy("What this person does"),
        help_text=gettext_lazy("Such as owner, manager or accountant."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    telephone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    country = ""

    def clean_telephone(self) -> str:
        text = str(self.cleaned_data["telephone"])
        return checks.telephone(text, self.country) if text else ""

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("telephone") and not cleaned.get("email"):
            self.add_error("telephone", _("Write a telephone number, an e-mail, or both."))
        return cleaned

    @property
    def contact(self) -> Contact:
        """Of a valid form."""
        given = self.cleaned_data
        return Contact(
            name=given["name"],
            role=given["role"],
            telephone=given["telephone"],
            email=given["email"].lower(),
        )


class HoursField(forms.CharField):
    """Cleaned to the spans of one day."""

    def clean(self, value: object) -> Day:
        return day_of(str(super().clean(value)))


def _hours_of(day: int) -> HoursField:
    return HoursField(
        label=_DAY_NAMES[day],
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "08:00-18:00"}),
    )


class OutletForm(VersionedForm):
    name = forms.CharField(
        label=gettext_lazy("Name of the place"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Street and number, or how one finds it."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    town = forms.CharField(
        label=gettext_lazy("Town or village"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    position = forms.CharField(
        label=gettext_lazy("Position on the map"),
        help_text=gettext_lazy("Two numbers as a map shows them, like -1.2921, 36.8219."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    day_0 = _hours_of(0)
    same = forms.ChoiceField(
        label=gettext_lazy("The same hours on"),
        help_text=gettext_lazy("Fills the days that are empty below."),
        choices=_SAME,
        required=False,
    )
    day_1 = _hours_of(1)
    day_2 = _hours_of(2)
    day_3 = _hours_of(3)
    day_4 = _hours_of(4)
    day_5 = _hours_of(5)
    day_6 = _hours_of(6)

    def clean_position(self) -> str:
        found = position(str(self.cleaned_data["position"]))
        return "" if found is None else position_text(*found)

    @property
    def outlet(self) -> Outlet:
        """Of a valid form."""
        given = self.cleaned_data
        last = int(given["same"] or 0)
        week = [cast("Day", given[f"day_{day}"]) for day in range(DAYS)]
        return Outlet(
            name=given["name"],
            address=given["address"],
            town=given["town"],
            position=position(given["position"]),
            week=tuple(hours or (week[0] if day <= last else ()) for day, hours in enumerate(week)),
        )


def legal_initial(profile: MerchantProfile) -> dict[str, object]:
    same = profile.registered_name == profile.name
    return {
        "kind": profile.kind,
        "name": profile.name,
        "registered_name": "" if same else profile.registered_name,
        "country": profile.country,
        "tax_id": profile.tax_id,
    }


def contact_initial(contact: MerchantContact | None) -> dict[str, object]:
    if contact is None:
        return {}
    telephone = checks.telephone_text(contact.telephone) if contact.telephone else ""
    return {
        "name": contact.name,
        "role": contact.role,
        "telephone": telephone,
        "email": contact.email,
    }


def outlet_initial(outlet: MerchantOutlet | None, profile: MerchantProfile) -> dict[str, object]:
    if outlet is None:
        return {"name": profile.name}
    on_map = ""
    if outlet.latitude is not None and outlet.longitude is not None:
        on_map = position_text(Decimal(outlet.latitude), Decimal(outlet.longitude))
    hours = {f"day_{number}": day_text(day) for number, day in enumerate(outlet.hours)}
    return {
        "name": outlet.name,
        "address": outlet.address,
        "town": outlet.town,
        "position": on_map,
        **hours,
    }


def country_choices() -> list[tuple[str, str]]:
    """By their names in the language of the page."""
    names = page_locale().territories
    known = [(code, str(names.get(code, code))) for code in checks.COUNTRIES]
    return [("", ""), *sorted(known, key=lambda each: each[1])]


def country_name(code: str) -> str:
    return str(page_locale().territories.get(code, code))


def day_names() -> list[str]:
    return [str(name) for name in _DAY_NAMES]
