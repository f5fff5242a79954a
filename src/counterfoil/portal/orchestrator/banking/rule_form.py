"""Rules for deposits as somebody writes them down: a row each, all of them at once."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.banking.deposit_rules import RULES_MAX, DepositRule
from counterfoil.errors import MalformedAmountError
from counterfoil.portal.forms import ReasonField, say_limits
from counterfoil.portal.language import amount_text, read_amount
from counterfoil.portal.orchestrator.banking.rules import Accounts, RuleRow, StockGroup
from counterfoil.portal.stale import VersionedForm

_BLANK_ROWS: Final = 2
_PLACE_MAX: Final = 999
_LETTERS_MAX: Final = 140
_NAMES: Final = (
    "place",
    "account",
    "payer_name",
    "payer_reference",
    "most",
    "group",
    "denomination",
)
Row = Sequence[forms.BoundField]


class RulesForm(VersionedForm):
    """A row that says neither a payer nor a reference is none. They count in the order of their
    places.
    """

    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(
        self,
        data: QueryDict | None,
        *,
        rules: Sequence[RuleRow],
        accounts: Accounts,
        groups: Sequence[StockGroup],
    ) -> None:
        self._now = tuple(each.rule for each in rules)
        self._accounts = accounts
        self._groups = {each.code: each for each in groups}
        self._rows = min(len(rules) + _BLANK_ROWS, RULES_MAX)
        initial: dict[str, object] = {}
        for number, rule in enumerate(self._now, 1):
            initial |= self._written_down(number, rule)
        super().__init__(data, version=zlib.crc32(repr(self._now).encode()), initial=initial)
        reason = self.fields.pop("reason")
        known = {each.rule.group: each.group_name for each in rules if each.rule.group}
        for number in range(1, self._rows + 1):
            self._add_row(number, {**known, **{each.code: each.name for each in groups}})
        self.fields["reason"] = reason

    @property
    def table(self) -> list[Row]:
        """For the template."""
        return [
            [self[f"{name}_{number}"] for name in _NAMES] for number in range(1, self._rows + 1)
        ]

    @property
    def rules(self) -> tuple[DepositRule, ...]:
        """Of a valid form."""
        return tuple(rule for _place, _number, rule in sorted(self._read(), key=_by_place))

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        for number in range(1, self._rows + 1):
            self._check_row(number)
        if not self.errors and self.rules == self._now:
            self.add_error(None, _("Nothing here differs from what is set now."))
        return cleaned

    def _check_row(self, number: int) -> None:
        """What one row says, together."""
        said = {name: self.cleaned_data.get(f"{name}_{number}") for name in _NAMES}
        others = [said[name] for name in ("most", "group", "denomination")]
        if not said["payer_name"] and not said["payer_reference"]:
            if any(others):
                self.add_error(
                    f"payer_name_{number}",
                    _("Say by whom it is paid, or what its reference begins with."),
                )
            return
        account = self._accounts.get(said["account"] or 0)
        if account is None:
            self.add_error(f"account_{number}", _("Say which funding account it is of."))
            return
        for name in ("most", "denomination"):
            self._read_money(f"{name}_{number}", account.currency)
        if bool(said["group"]) != bool(said["denomination"]):
            name = "denomination" if said["group"] else "group"
            self.add_error(f"{name}_{number}", _("Stock is of a voucher and of an amount."))
        group = self._groups.get(said["group"] or "")
        if group is not None and group.funding_account_id != account.funding_account_id:
            self.add_error(
                f"group_{number}", _("This voucher is paid from another funding account.")
            )

    def _read_money(self, name: str, currency: str) -> None:
        """In the currency of the account that its row is of."""
        text = self.cleaned_data.get(name)
        if not text:
            self.cleaned_data[name] = None
            return
        try:
            money = read_amount(text, currency)
        except MalformedAmountError:
            self.add_error(name, _("Write an amount in %(currency)s.") % {"currency": currency})
            return
        if money.amount_minor <= 0:
            self.add_error(name, ValidationError(_("Write an amount above zero.")))
            return
        self.cleaned_data[name] = money

    def _read(self) -> Iterator[tuple[int, int, DepositRule]]:
        cleaned: dict[str, Any] = self.cleaned_data
        for number in range(1, self._rows + 1):
            payer = " ".join((cleaned.get(f"payer_name_{number}") or "").split())
            reference = " ".join((cleaned.get(f"payer_reference_{number}") or "").split())
            if not payer and not reference:
                continue
            most, denomination = cleaned[f"most_{number}"], cleaned[f"denomination_{number}"]
            rule = DepositRule(
                funding_account_id=cleaned[f"account_{number}"],
                payer_name=payer,
                payer_reference=reference,
                amount_minor_max=None if most is None else most.amount_minor,
                group=cleaned[f"group_{number}"] or None,
                denomination_minor=None if denomination is None else denomination.amount_minor,
            )
            yield cleaned[f"place_{number}"] or _PLACE_MAX + 1, number, rule

    def _written_down(self, number: int, rule: DepositRule) -> Mapping[str, object]:
        account = self._accounts.get(rule.funding_account_id)
        currency = "" if account is None else account.currency

        def shown(minor: int | None) -> str:
            return "" if minor is None or not currency else amount_text(minor, currency)

        return {
            f"place_{number}": number,
            f"account_{number}": rule.funding_account_id,
            f"payer_name_{number}": rule.payer_name,
            f"payer_reference_{number}": rule.payer_reference,
            f"most_{number}": shown(rule.amount_minor_max),
            f"group_{number}": rule.group or "",
            f"denomination_{number}": shown(rule.denomination_minor),
        }

    def _add_row(self, number: int, groups: Mapping[str, str]) -> None:
        place = forms.IntegerField(
            label=_("Place"),
            min_value=1,
            max_value=_PLACE_MAX,
            required=False,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )
        say_limits(place)
        fields: dict[str, forms.Field] = {
            "place": place,
            "account": forms.TypedChoiceField(
                label=_("Funding account"),
                choices=[(key, each.shown) for key, each in self._accounts.items()],
                coerce=int,
                empty_value=None,
                required=False,
            ),
            "payer_name": _text_field(_("Paid by")),
            "payer_reference": _text_field(_("Reference begins with")),
            "most": _amount_field(_("At most")),
            "group": forms.ChoiceField(
                label=_("Make stock of"),
                choices=[
                    ("", _("No stock")),
                    *((code, f"{name} ({code})") for code, name in groups.items()),
                ],
                required=False,
            ),
            "denomination": _amount_field(_("Amount of each voucher")),
        }
        for name, field in fields.items():
            field.show_hidden_initial = True
            self.fields[f"{name}_{number}"] = field


def _text_field(label: str) -> forms.CharField:
    attrs = {"spellcheck": "false", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        max_length=_LETTERS_MAX,
        required=False,
        widget=forms.TextInput(attrs=attrs),
    )


def _amount_field(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _by_place(each: tuple[int, int, DepositRule]) -> tuple[int, int]:
    return each[:2]
