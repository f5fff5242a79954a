"""The step that says what a voucher is worth."""

from dataclasses import replace
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.groups import GroupDesign
from counterfoil.errors import MalformedAmountError
from counterfoil.money import Money
from counterfoil.portal.forms import MoneyField
from counterfoil.portal.language import amount_text, read_amount
from counterfoil.portal.stale import VersionedForm

_COUNT_MAX: Final = 2**31 - 1
_AMOUNTS_MAX: Final = 100


class AmountsField(forms.Field):
    """One amount a line; cleaned to minor units, each once, in their order."""

    widget = forms.Textarea(attrs={"rows": 5, "inputmode": "decimal"})
    currency = ""

    def to_python(self, value: object) -> tuple[int, ...]:
        if not isinstance(value, str):
            return tuple(value) if isinstance(value, (tuple, list)) else ()
        lines = [(place, line.strip()) for place, line in enumerate(value.splitlines(), 1)]
        written = [(place, line) for place, line in lines if line]
        if len(written) > _AMOUNTS_MAX:
            raise ValidationError(_("Write at most %(most)s amounts.") % {"most": _AMOUNTS_MAX})
        return tuple(sorted({self._read(place, line) for place, line in written}))

    def prepare_value(self, value: object) -> object:
        if isinstance(value, (tuple, list)):
            return "\n".join(amount_text(each, self.currency) for each in value)
        return value

    def _read(self, place: int, line: str) -> int:
        try:
            amount_minor = read_amount(line, self.currency).amount_minor
        except MalformedAmountError as error:
            raise ValidationError(
                _("Line %(place)s, “%(line)s”: write an amount like %(example)s.")
                % {
                    "place": place,
                    "line": line[:40],
                    "example": amount_text(50_000, self.currency),
                }
            ) from error
        if amount_minor < 1:
            raise ValidationError(_("Line %(place)s: an amount is more than 0.") % {"place": place})
        return amount_minor


class AmountsForm(VersionedForm):
    """What it is worth."""

    use_required_attribute = False  # what is out of the way must not keep a browser from sending

    pricing = forms.ChoiceField(
        label=gettext_lazy("How much is one voucher worth?"),
        choices=[
            ("fixed", gettext_lazy("One of a few fixed amounts, kept in stock")),
            ("any", gettext_lazy("Any amount: each is made when it is asked for")),
        ],
        widget=forms.RadioSelect,
    )
    denominations = AmountsField(
        label=gettext_lazy("Amounts"),
        help_text=gettext_lazy("One a line. Stock is provisioned for each of them by itself."),
    )
    highest = MoneyField(
        label=gettext_lazy("Highest amount of one voucher"),
        required=False,
        help_text=gettext_lazy("Without one, the available funds are the only limit."),
    )
    daily_amount = MoneyField(
        label=gettext_lazy("Amount in a day"),
        required=False,
    )
    daily_count = forms.IntegerField(
        label=gettext_lazy("Vouchers in a day"),
        required=False,
        min_value=1,
        max_value=_COUNT_MAX,
    )

    def of_currency(self, currency: str) -> None:
        for name in ("denominations", "highest", "daily_amount"):
            self.fields[name].currency = currency  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(design: GroupDesign, *, is_saved: bool) -> dict[str, object]:
        return {
            "pricing": "any" if is_saved and not design.denominations else "fixed",
            "denominations": tuple(sorted(design.denominations)),
            "highest": _money(design.amount_minor_max, design.currency),
            "daily_amount": _money(design.daily_amount_minor_max, design.currency),
            "daily_count": design.daily_count_max,
        }

    def full_clean(self) -> None:
        if self.is_bound:
            fixed = self["pricing"].data == "fixed"
            self.fields["denominations"].required = fixed
        super().full_clean()

    def taken_over(self, design: GroupDesign) -> GroupDesign:
        cleaned = self.cleaned_data
        fixed = cleaned["pricing"] == "fixed"
        return replace(
            design,
            denominations=cleaned["denominations"] if fixed else (),
            amount_minor_max=None if fixed else _minor(cleaned["highest"]),
            daily_amount_minor_max=_minor(cleaned["daily_amount"]),
            daily_count_max=cleaned["daily_count"],
        )


def _money(amount_minor: int | None, currency: str) -> Money | None:
    return None if amount_minor is None else Money(amount_minor, currency)


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.amount_minor
