"""The forms in which somebody writes where they are paid, one a scheme: before they are registered,
and when it changes afterwards.
"""

from collections.abc import Mapping
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from counterfoil.portal.merchants import checks
from counterfoil.portal.models import Scheme
from counterfoil.portal.stale import VersionedForm


class IbanForm(VersionedForm):
    iban = forms.CharField(
        label=gettext_lazy("IBAN"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    holder = forms.CharField(label=gettext_lazy("Name of the account's holder"), max_length=120)
    country = ""

    def clean_iban(self) -> str:
        return checks.iban(str(self.cleaned_data["iban"])).account

    @property
    def bank(self) -> checks.Bank:
        """Of a valid form."""
        return checks.iban(self.cleaned_data["iban"])


class AccountForm(VersionedForm):
    provider = forms.CharField(
        label=gettext_lazy("Bank"),
        max_length=60,
        help_text=gettext_lazy("Its name or its code, as payments to it need."),
    )
    account = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    holder = forms.CharField(label=gettext_lazy("Name of the account's holder"), max_length=120)
    country = ""

    def clean_account(self) -> str:
        return checks.account(str(self.cleaned_data["account"]), "").account

    @property
    def bank(self) -> checks.Bank:
        """Of a valid form."""
        return checks.account(self.cleaned_data["account"], self.cleaned_data["provider"])


class WalletForm(VersionedForm):
    provider = forms.CharField(
        label=gettext_lazy("Mobile money provider"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    number = forms.CharField(
        label=gettext_lazy("Mobile money number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    holder = forms.CharField(label=gettext_lazy("Name the number is registered to"), max_length=120)
    country = ""

    def clean_number(self) -> str:
        return checks.telephone(str(self.cleaned_data["number"]), self.country)

    @property
    def bank(self) -> checks.Bank:
        """Of a valid form."""
        given = self.cleaned_data
        return checks.wallet(given["number"], given["provider"], self.country)


BankForm = IbanForm | AccountForm | WalletForm
BANK_FORMS: Final[Mapping[str, type[BankForm]]] = {
    Scheme.IBAN: IbanForm,
    Scheme.ACCOUNT: AccountForm,
    Scheme.WALLET: WalletForm,
}


def bank_initial(bank: checks.Bank | None, scheme: str, holder: str) -> dict[str, object]:
    """What is there, where it is of that scheme."""
    if bank is None or bank.scheme != scheme:
        return {"holder": holder}
    match scheme:
        case Scheme.IBAN:
            return {"iban": bank.shown, "holder": holder}
        case Scheme.WALLET:
            return {"provider": bank.fsp, "number": bank.shown, "holder": holder}
        case _:
            return {"provider": bank.fsp, "account": bank.account, "holder": holder}
