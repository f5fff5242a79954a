"""What is asked about money that an organisation paid, or that is paid back to it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.journal import OWN_REFERENCE
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.forms import Keeper, KeptFileField, MoneyField, OnceForm, ReasonField
from counterfoil.portal.language import money_text
from counterfoil.portal.models import Upload
from counterfoil.portal.orchestrator.money.forms import REFERENCE_CHARACTERS_MAX
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.orchestrator.money.papers import recorded

if TYPE_CHECKING:
    from datetime import date

    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

_RESERVED = (OWN_REFERENCE, "command:")  # references of our own begin so


class BalanceForm(OnceForm):
    """Of one balance: in the currency of its funding account, with a reference that is not recorded
    yet. A refund is checked against what is `free`.
    """

    is_out: ClassVar[bool]

    amount = MoneyField()
    reference = forms.CharField(
        label=gettext_lazy("Bank reference"),
        max_length=REFERENCE_CHARACTERS_MAX,
        help_text=gettext_lazy("As the bank's statement has it. For one account it counts once."),
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    value_date = forms.DateField(
        label=gettext_lazy("Value date"),
        help_text=gettext_lazy("The day from which the bank counts it."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    evidence_file = KeptFileField(
        purpose="organisation-payment",
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

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        account: FundingAccount,
        free: Money,
    ) -> None:
        super().__init__(data, files, keeper=Keeper(office.issuer_id, office.person))
        self.office, self.account, self.free = office, account, free
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
        if day > timezone.localdate():
            raise ValidationError(_("That day is still to come. Record money once it is there."))
        return day

    @property
    def money(self) -> Money:
        """Of a valid form."""
        return cast("Money", self.cleaned_data["amount"])

    @property
    def day(self) -> "date":
        """Of a valid form."""
        return cast("date", self.cleaned_data["value_date"])

    @property
    def evidence(self) -> Upload | None:
        """Of a valid form."""
        return cast("Upload | None", self.cleaned_data["evidence_file"])

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


class PaymentForm(BalanceForm):
    is_out = False

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        account: FundingAccount,
        free: Money,
    ) -> None:
        super().__init__(data, files, office=office, account=account, free=free)
        self.fields["amount"].label = _("Amount received")


class RefundForm(BalanceForm):
    is_out = True

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        account: FundingAccount,
        free: Money,
    ) -> None:
        super().__init__(data, files, office=office, account=account, free=free)
        self.fields["amount"].label = _("Amount paid back")
        self.fields["amount"].help_text = _("At most %(money)s: that is free of its balance.") % {
            "money": money_text(free)
        }
        self.fields["reason"].required = True
        self.fields["reason"].label = _("Reason")

    def clean_amount(self) -> Money:
        money = cast("Money", self.cleaned_data["amount"])
        if money > self.free:
            raise ValidationError(
                _("Only %(free)s of its balance is free to be paid back.")
                % {"free": money_text(self.free)}
            )
        return money
