"""The form of one approval rule: a number of people, and more of them from amounts on."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.commands.content import ApprovalBand
from counterfoil.money import Money
from counterfoil.portal.forms import MoneyField, ReasonField
from counterfoil.portal.stale import VersionedForm

PEOPLE_MAX: Final = 9
_BLANK_ROWS: Final = 2
_ROWS_MAX: Final = 6


class RuleForm(VersionedForm):
    """For each currency rows of an amount and a number of people; blank ones say nothing."""

    people = forms.IntegerField(
        label=gettext_lazy("People who must approve"),
        help_text=gettext_lazy("Besides whoever prepared it. Each of them is another person."),
        min_value=1,
        max_value=PEOPLE_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(
        self,
        data: QueryDict | None,
        *,
        bands: Sequence[ApprovalBand],
        currencies: Sequence[str],
    ) -> None:
        base = [band.approvals for band in bands if not band.amount_minor_from]
        initial: dict[str, object] = {"people": max(base, default=1)}
        self._now = tuple(bands)
        self._rows: dict[str, int] = {}
        higher = [band for band in bands if band.amount_minor_from and band.currency]
        for currency in sorted({*currencies, *(band.currency for band in higher)}):
            own = [band for band in higher if band.currency == currency]
            self._rows[currency] = min(len(own) + _BLANK_ROWS, max(_ROWS_MAX, len(own)))
            for number, band in enumerate(own):
                money = Money(band.amount_minor_from, currency)
                initial[f"from_{currency}_{number}"] = money
                initial[f"people_{currency}_{number}"] = band.approvals
        super().__init__(data, version=zlib.crc32(repr(self._now).encode()), initial=initial)
        reason = self.fields.pop("reason")
        for currency, number in self._places():
            self._add_row(currency, number)
        self.fields["reason"] = reason

    @property
    def bands(self) -> tuple[ApprovalBand, ...]:
        """Of a valid form, as they are written down."""
        base = ApprovalBand("", 0, self.cleaned_data["people"])
        return (base, *self._higher(self.cleaned_data))

    @property
    def tables(self) -> list[tuple[str, list[tuple[forms.BoundField, forms.BoundField]]]]:
        """For the template: of each currency its rows."""
        return [
            (
                currency,
                [
                    (self[f"from_{currency}_{number}"], self[f"people_{currency}_{number}"])
                    for number in range(rows)
                ],
            )
            for currency, rows in self._rows.items()
        ]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        for currency, rows in self._rows.items():
            self._check_rows(cleaned, currency, rows)
        if not self.errors and set(self.bands) == self._as_written():
            self.add_error(None, _("Nothing here differs from the rule there is."))
        return cleaned

    def _check_rows(self, cleaned: dict[str, object], currency: str, rows: int) -> None:
        """A row is whole or blank, and asks for more people than what is below it."""
        seen: list[tuple[int, int]] = [(0, self._people(cleaned, "people"))]
        for number in range(rows):
            amount_name, people_name = f"from_{currency}_{number}", f"people_{currency}_{number}"
            amount, people = cleaned.get(amount_name), self._people(cleaned, people_name)
            if amount_name in self.errors or people_name in self.errors:
                continue
            if not isinstance(amount, Money):
                if people:
                    self.add_error(amount_name, _("Say from which amount on."))
                continue
            if not people:
                self.add_error(people_name, _("Say how many people."))
                continue
            below = max((n for minor, n in seen if minor <= amount.amount_minor), default=0)
            if any(minor == amount.amount_minor for minor, _n in seen):
                self.add_error(amount_name, _("That amount has a row already."))
            elif people <= below:
                self.add_error(
                    people_name,
                    _("Below that amount %(people)d must approve already. Ask for more here.")
                    % {"people": below},
                )
            seen.append((amount.amount_minor, people))

    def _as_written(self) -> set[ApprovalBand]:
        """What there is, with the number that counts where there is no rule."""
        base = [band for band in self._now if not band.amount_minor_from]
        return {*self._now} if base else {*self._now, ApprovalBand("", 0, 1)}

    def _higher(self, cleaned: dict[str, object]) -> Iterator[ApprovalBand]:
        for currency, number in self._places():
            amount = cleaned.get(f"from_{currency}_{number}")
            if isinstance(amount, Money):
                people = self._people(cleaned, f"people_{currency}_{number}")
                yield ApprovalBand(currency, amount.amount_minor, people)

    def _places(self) -> Iterator[tuple[str, int]]:
        for currency, rows in self._rows.items():
            for number in range(rows):
                yield currency, number

    def _add_row(self, currency: str, number: int) -> None:
        amount, people = f"from_{currency}_{number}", f"people_{currency}_{number}"
        self.fields[amount] = MoneyField(
            currency, label=_("From %(currency)s") % {"currency": currency}, required=False
        )
        self.fields[people] = forms.IntegerField(
            label=_("People"),
            min_value=1,
            max_value=PEOPLE_MAX,
            required=False,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )
        for name in (amount, people):
            self.fields[name].show_hidden_initial = True

    @staticmethod
    def _people(cleaned: dict[str, object], name: str) -> int:
        value = cleaned.get(name)
        return value if isinstance(value, int) else 0
