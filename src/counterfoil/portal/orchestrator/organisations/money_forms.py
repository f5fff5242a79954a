"""What is asked about money that an organisation paid, or that is paid back to it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.forms import KeptFileField, ReasonField
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.money.forms import MovementForm
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.voucher import Action

if TYPE_CHECKING:
    from datetime import date

    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict


class BalanceForm(MovementForm):
    """Of one balance, in the currency of its funding account. A refund is checked against what is
    `free`.
    """

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
        begun: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, office=office, account=account, begun=begun)
        self.free = free

    @property
    def day(self) -> "date":
        """Of a valid form."""
        return cast("date", self.cleaned_data["value_date"])


class PaymentForm(BalanceForm):
    action = Action.RECEIVE

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        account: FundingAccount,
        free: Money,
        begun: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, office=office, account=account, free=free, begun=begun)
        self.fields["amount"].label = _("Amount received")


class RefundForm(BalanceForm):
    action = Action.REFUND

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
