"""What is asked about purchases, on both sides."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.sales.promising import LINE_VOUCHERS_MAX
from counterfoil.portal.forms import Keeper, KeptFileField, MoneyField, ReasonField, say_limits
from counterfoil.portal.models import Purchase, PurchaseLine, Upload, WhenShort
from counterfoil.portal.purchases.answering import Sent
from counterfoil.portal.purchases.paying import Paid
from counterfoil.portal.purchases.stepping import was_taken
from counterfoil.portal.stale import VersionedForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from counterfoil.money import Money

_HELD_DAYS: Final = 14
_HELD_DAYS_MAX: Final = 365
_PAST_DAYS_MAX: Final = 365
_REFERENCE_CHARACTERS_MAX: Final = 120
_DATE: Final = {"format": "%Y-%m-%d", "attrs": {"type": "date"}}


class StepForm(VersionedForm):
    """Of a purchase as it was looked at."""

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "Mapping[str, object] | None" = None,
        *,
        purchase: Purchase,
        initial: Mapping[str, object] | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        super().__init__(
            data, files, version=purchase.version, initial=initial or {}, keeper=keeper
        )
        self.purchase = purchase

    @property
    def was_sent(self) -> bool:
        """This very form, before: what it asked for is done, and may not be possible twice."""
        try:
            return was_taken(self.purchase, UUID(str(self["command_id"].data)))
        except ValueError:
            return False

    @property
    def counts(self) -> bool:
        """Valid, and the purchase is as it was looked at."""
        return self.is_valid() and not self.is_stale(when=self.purchase.changed_at)

    @property
    def sent(self) -> Sent:
        """Of a valid form."""
        return Sent(self.once, int(self.cleaned_data["version"]))


class AskForm(StepForm):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("What the issuer should know, such as when you need them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict | None = None, *, purchase: Purchase) -> None:
        super().__init__(data, purchase=purchase, initial={"note": purchase.note})


class AnswerForm(StepForm):
    """Why: the other side reads it."""

    reason = ReasonField()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        purchase: Purchase,
        label: str = "",
        help_text: str = "",
    ) -> None:
        super().__init__(data, purchase=purchase)
        self.fields["reason"].label = label or _("Reason")
        self.fields["reason"].help_text = help_text


class QuoteForm(StepForm):
    """`versions` are those that each line can be sold in, the newest first."""

    until = forms.DateField(
        label=gettext_lazy("Hold stock until"),
        help_text=gettext_lazy(
            "The last day on which it can be paid. Then the stock is free again."
        ),
        widget=forms.DateInput(**_DATE),  # type: ignore[arg-type]
    )
    reason = ReasonField(
        label=gettext_lazy("Note"),
        required=False,
        help_text=gettext_lazy("For your colleagues; the buyer does not see it."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        purchase: Purchase,
        versions: Mapping[str, Sequence[int]],
        lines: Sequence[PurchaseLine],
    ) -> None:
        held = timezone.localdate() + timedelta(days=_HELD_DAYS)
        super().__init__(data, purchase=purchase, initial={"until": held})
        self._lines = lines
        for line in lines:
            found = list(versions.get(line.group_code, ())) or [line.group_version]
            if len(found) < 2:  # noqa: PLR2004  # nothing is to be chosen
                continue
            name = f"version_{line.line}"
            self.fields[name] = forms.TypedChoiceField(
                label=_("Version of %(name)s") % {"name": line.name},
                coerce=int,
                choices=[
                    (version, _("Version %(number)s") % {"number": version}) for version in found
                ],
            )
            self.initial[name] = found[0]
        self._only = {
            line.line: next(iter(versions.get(line.group_code, ())), line.group_version)
            for line in lines
        }
        self.order_fields([*(name for name in self.fields if name.startswith("version_"))])

    def clean_until(self) -> datetime:
        """The end of that day, by the issuer's clocks."""
        day = self.cleaned_data["until"]
        days = (day - timezone.localdate()).days
        if not 0 <= days <= _HELD_DAYS_MAX:
            raise ValidationError(_("Choose a day between today and a year from now."))
        after = datetime.combine(day + timedelta(days=1), time.min)
        return timezone.make_aware(after)

    @property
    def versions(self) -> dict[int, int]:
        """By line."""
        return {
            line.line: self.cleaned_data.get(f"version_{line.line}", self._only[line.line])
            for line in self._lines
        }


class ProofForm(StepForm):
    paper = KeptFileField(
        purpose="proof",
        label=gettext_lazy("Proof of payment"),
        help_text=gettext_lazy(
            "The bank's advice or a picture of it: PDF, JPEG or PNG, up to 10 MB."
        ),
    )
    amount = MoneyField(label=gettext_lazy("Amount paid"))
    bank_reference = forms.CharField(
        label=gettext_lazy("Bank reference"),
        max_length=_REFERENCE_CHARACTERS_MAX,
        help_text=gettext_lazy("As the bank wrote it on the paper."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    paid_on = forms.DateField(
        label=gettext_lazy("Day of the payment"),
        widget=forms.DateInput(**_DATE),  # type: ignore[arg-type]
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "Mapping[str, object] | None" = None,
        *,
        purchase: Purchase,
        keeper: Keeper,
    ) -> None:
        super().__init__(data, files, purchase=purchase, keeper=keeper)
        amount = cast("MoneyField", self.fields["amount"])
        amount.currency = purchase.currency
        self.initial["amount"] = purchase.total

    def clean_bank_reference(self) -> str:
        return _one_line(str(self.cleaned_data["bank_reference"]))

    def clean_paid_on(self) -> object:
        return _past(self.cleaned_data["paid_on"])

    @property
    def upload(self) -> Upload:
        return cast("Upload", self.cleaned_data["paper"])


class PaymentForm(StepForm):
    """`may_use_balance`: the balance alone suffices. `is_stock_short`: it has to be said what is
    to be done about it. `begun` is what a line of the bank says.
    """

    source = forms.ChoiceField(
        label=gettext_lazy("Paid by"),
        choices=(
            ("bank", gettext_lazy("Money that has arrived at the bank")),
            ("balance", gettext_lazy("The balance alone: nothing has arrived for it")),
        ),
        initial="bank",
        widget=forms.RadioSelect,
    )
    amount = MoneyField(label=gettext_lazy("Amount received"), required=False)
    bank_reference = forms.CharField(
        label=gettext_lazy("Bank reference"),
        max_length=_REFERENCE_CHARACTERS_MAX,
        required=False,
        help_text=gettext_lazy("As the bank's statement has it. It counts once for an account."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    value_date = forms.DateField(
        label=gettext_lazy("Value date"),
        required=False,
        help_text=gettext_lazy("The day from which the bank counts it."),
        widget=forms.DateInput(**_DATE),  # type: ignore[arg-type]
    )
    when_short = forms.ChoiceField(
        label=gettext_lazy("Where stock is short"),
        choices=(
            (
                WhenShort.PART.value,
                gettext_lazy("Deliver what is there; the rest stays on balance"),
            ),
            (
                WhenShort.PROVISION.value,
                gettext_lazy("Make the missing vouchers, paid from this payment"),
            ),
        ),
        initial=WhenShort.PART.value,
        widget=forms.RadioSelect,
    )
    takes_part = forms.BooleanField(
        label=gettext_lazy("Where money is short, deliver as much as it pays for"),
        required=False,
    )
    reason = ReasonField(
        label=gettext_lazy("Note"),
        required=False,
        help_text=gettext_lazy("Whoever approves it reads this. It is kept."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        purchase: Purchase,
        may_use_balance: bool,
        is_stock_short: bool,
        begun: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, purchase=purchase, initial=begun)
        cast("MoneyField", self.fields["amount"]).currency = purchase.currency
        if not may_use_balance:
            del self.fields["source"]
            for name in ("amount", "bank_reference", "value_date"):
                self.fields[name].required = True
        if not is_stock_short:
            del self.fields["when_short"]

    def clean_bank_reference(self) -> str:
        return _one_line(str(self.cleaned_data["bank_reference"]))

    def clean_value_date(self) -> object:
        day = self.cleaned_data["value_date"]
        return None if day is None else _past(day)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self._by_balance:
            for name in ("amount", "bank_reference", "value_date"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    @property
    def _by_balance(self) -> bool:
        return self.cleaned_data.get("source") == "balance"

    @property
    def paid(self) -> Paid:
        """Of a valid form."""
        money = None if self._by_balance else cast("Money", self.cleaned_data["amount"])
        return Paid(
            amount_minor=0 if money is None else money.amount_minor,
            bank_reference="" if money is None else self.cleaned_data["bank_reference"],
            value_date=None if money is None else self.cleaned_data["value_date"],
            when_short=self.cleaned_data.get("when_short") or WhenShort.PART.value,
            takes_part=bool(self.cleaned_data["takes_part"]),
        )


def quantity_field(label: "str | _StrPromise", initial: int) -> forms.IntegerField:
    """How many of something; none takes it out."""
    field = forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=LINE_VOUCHERS_MAX,
        initial=initial or None,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": 9}),
    )
    say_limits(field)
    return field


def _past(day: object) -> object:
    """A day that money can have arrived on."""
    if isinstance(day, date):
        days = (timezone.localdate() - day).days
        if days < 0:
            raise ValidationError(_("That day is still to come."))
        if days > _PAST_DAYS_MAX:
            raise ValidationError(_("That is more than a year ago. Look at the date again."))
    return day


def _one_line(text: str) -> str:
    return " ".join(text.split())
