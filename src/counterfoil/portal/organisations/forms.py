"""The forms in which an organisation is written down: by itself, or by the issuer's people. Each is
over the profile as it is now, so that two who write do not lose anything.
"""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from counterfoil.portal.merchants import checks
from counterfoil.portal.merchants.forms import TaxedForm
from counterfoil.portal.models import (
    OrganisationKind,
    OrganisationProfile,
)
from counterfoil.portal.organisations.profiles import Contact, Legal
from counterfoil.portal.stale import VersionedForm

PURPOSE: Final = "organisation-document"


class LegalForm(TaxedForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=OrganisationKind.choices,
        widget=forms.RadioSelect,
    )
    registered_name = forms.CharField(
        label=gettext_lazy("Registered name"),
        help_text=gettext_lazy("As on the registration paper."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name on quotes, invoices and lists"),
        help_text=gettext_lazy("The one people know. Leave it empty if it is the registered one."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order: tuple[str, ...] = ("kind", "registered_name", "name", "country", "tax_id")

    @property
    def legal(self) -> Legal:
        """Of a valid form."""
        given = self.cleaned_data
        return Legal(
            kind=given["kind"],
            name=" ".join((given["name"] or given["registered_name"]).split()),
            registered_name=given["registered_name"],
            country=given["country"],
            tax_id=given["tax_id"],
            tax_id_checked=self._checked,
        )


class ContactForm(VersionedForm):
    contact_name = forms.CharField(
        label=gettext_lazy("Name of the person in charge"),
        help_text=gettext_lazy("Who buys the vouchers, and is asked when something is not clear."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail of this person"),
        help_text=gettext_lazy("Once the organisation is approved, the way in goes there."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_telephone = forms.CharField(
        label=gettext_lazy("Telephone of this person"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    invoice_address = forms.CharField(
        label=gettext_lazy("Address for invoices"),
        help_text=gettext_lazy("As it has to stand on them, line by line."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
    )
    invoice_email = forms.EmailField(
        label=gettext_lazy("E-mail for invoices"),
        help_text=gettext_lazy("Leave it empty if they go to the person in charge."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    country = ""

    def clean_contact_telephone(self) -> str:
        text = str(self.cleaned_data["contact_telephone"])
        return checks.telephone(text, self.country) if text else ""

    @property
    def contact(self) -> Contact:
        """Of a valid form."""
        given = self.cleaned_data
        return Contact(
            contact_name=given["contact_name"],
            contact_email=given["contact_email"].lower(),
            contact_telephone=given["contact_telephone"],
            invoice_address=given["invoice_address"].replace("\r\n", "\n"),
            invoice_email=given["invoice_email"].lower(),
        )


def legal_initial(profile: OrganisationProfile) -> dict[str, object]:
    same = profile.registered_name == profile.name
    return {
        "kind": profile.kind,
        "registered_name": profile.registered_name,
        "name": "" if same else profile.name,
        "country": profile.country,
        "tax_id": profile.tax_id,
    }


def contact_initial(profile: OrganisationProfile) -> dict[str, object]:
    telephone = profile.contact_telephone
    return {
        "contact_name": profile.contact_name,
        "contact_email": profile.contact_email,
        "contact_telephone": checks.telephone_text(telephone) if telephone else "",
        "invoice_address": profile.invoice_address,
        "invoice_email": profile.invoice_email,
    }
