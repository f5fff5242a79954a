"""What is asked about money that came in or is to leave, and about a new funding account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.journal import OWN_REFERENCE
from counterfoil.money import Money, is_currency, known_currencies
from counterfoil.portal.access import Office
from counterfoil.portal.forms import Keeper, KeptFileField, MoneyField, OnceForm, ReasonField
from counterfoil.portal.language import money_text
from counterfoil.portal.models import Upload
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.orchestrator.money.papers import recorded
from counterfoil.voucher import Action

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

REFERENCE_CHARACTERS_MAX: Final = 80
_RESERVED: Final = (OWN_REFERENCE, "command:")  # references of our own begin so


class MovementForm(OnceForm):
    """Of one funding account; in its currency, and with a reference that is not recorded yet.
    `begun` is what it begins with, such as what a line of the bank says.
    """

    action: Action

    amount = MoneyField()
    reference = forms.CharField(
        label=gettext_lazy("Bank reference"),
        max_length=REFERENCE_CHARACTERS_MAX,
        help_text=gettext_lazy("As the bank's statement has it. For one account it counts once."),
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        account: FundingAccount,
        begun: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, initial=begun, keeper=Keeper(office.issuer_id, office.person))
        self.office, self.account = office, account
        cast("MoneyField", self.fields["amount"]).currency = account.currency

    def clean_reference(self) -> str:
        reference = " ".join(str(self.cleaned_data["reference"]).split())
        if reference.startswith(_RESERVED) or not reference.isprintable():
            raise ValidationError(_("Write the reference as the bank's statement has it."))
        before = recorded(self.office, self.account, reference, is_out=self.is_out)
        if before is not None:
            raise ValidationError(before.text)
        return reference

    def clean_value_date(self) -> object:
        day = self.cleaned_data["value_date"]
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("That day is still to come. Record money once it is there."))
        return day

    @property
    def is_out(self) -> bool:
        return self.action in {Action.WITHDRAW, Action.REFUND}

    @property
    def money(self) -> Money:
        """Of a valid form."""
        return cast("Money", self.cleaned_data["amount"])

    @property
    def evidence(self) -> Upload | None:
        """Of a valid form."""
        return cast("Upload | None", self.cleaned_data.get("evidence_file"))

    def hidden(self) -> list[tuple[str, str]]:
        """Of a valid form: what sends the same once more, the kept file included."""
        sent = [
            (field.html_name, str(field.data or ""))
            for field in self
            if not isinstance(field.field, KeptFileField)
        ]
        return sent + [
            (f"{field.html_name}_kept", str(field.field.widget.token))
            for field in self
            if isinstance(field.field, KeptFileField)
        ]


class DepositForm(MovementForm):
    action = Action.DEPOSIT

    value_date = forms.DateField(
        label=gettext_lazy("Value date"),
        required=False,
        help_text=gettext_lazy("The day from which the bank counts it."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    evidence_file = KeptFileField(
        purpose="deposit",
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy(
            "The bank's advice, or the line of its statement: a PDF or a picture, up to 10 MB."
            " Whoever approves it compares the two."
        ),
    )
    reason = ReasonField(
        label=gettext_lazy("Note"),
        required=False,
        help_text=gettext_lazy("Whoever approves it reads this. It is kept."),
    )
    field_order = ("amount", "reference", "value_date", "evidence_file", "reason")

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        account: FundingAccount,
        begun: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, office=office, account=account, begun=begun)
        self.fields["amount"].label = _("Amount received")


class WithdrawalForm(MovementForm):
    action = Action.WITHDRAW

    reason = ReasonField(help_text=gettext_lazy("Where it goes and why. It is kept."))
    field_order = ("amount", "reference", "reason")

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        account: FundingAccount,
    ) -> None:
        super().__init__(data, files, office=office, account=account)
        self.fields["amount"].label = _("Amount to withdraw")
        self.fields["amount"].help_text = _("At most %(money)s: the rest is promised.") % {
            "money": money_text(account.available)
        }

    def clean_amount(self) -> Money:
        money = cast("Money", self.cleaned_data["amount"])
        if money > self.account.available:
            raise ValidationError(
                _(
                    "Only %(available)s is available: what is in vouchers or owed to merchants"
                    " stays in the account."
                )
                % {"available": money_text(self.account.available)}
            )
        return money


class FundingAccountForm(OnceForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy(
            "What you call it, such as “School meals, Equity”. Everybody sees it by this name, and"
            " it stays."
        ),
    )
    fsp = forms.CharField(
        label=gettext_lazy("Bank or provider"),
        max_length=60,
        help_text=gettext_lazy("As your payment connection names it."),
    )
    account = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=60,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        max_length=3,
        min_length=3,
        help_text=gettext_lazy("Its three letters, such as KES. It never changes."),
        widget=forms.TextInput(attrs={"list": "currencies"}),
    )
    reason = ReasonField(
        label=gettext_lazy("Note"),
        required=False,
        help_text=gettext_lazy("Whoever approves it reads this. It is kept."),
    )

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if not is_currency(currency):
            raise ValidationError(_("Write the three letters of a currency in use, such as KES."))
        return currency

    @property
    def currencies(self) -> list[str]:
        return sorted(known_currencies())
