"""What is asked about the budget from which agents earn."""

from collections.abc import Mapping
from typing import Final, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.commands.payout_content import BudgetIncentives
from counterfoil.money import Money
from counterfoil.portal.forms import MoneyField, OnceForm, ReasonField
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.earnings.reading import Budget

_MORE: Final = "more"
_BACK: Final = "back"


class BudgetForm(OnceForm):
    """So much more is put aside, or some of it put back; never more than there is."""

    way = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[
            (_MORE, gettext_lazy("Put money aside for what agents earn")),
            (_BACK, gettext_lazy("Put some of it back, to be available again")),
        ],
        widget=forms.RadioSelect,
    )
    amount = MoneyField(label=gettext_lazy("Amount"))
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(self, data: Mapping[str, object] | None, *, budget: Budget) -> None:
        missing = budget.missing
        begun = {"way": _MORE, "amount": missing if missing.amount_minor else None}
        super().__init__(data, initial=begun)
        self._budget = budget
        cast("MoneyField", self.fields["amount"]).currency = budget.account.currency

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        amount, account = cleaned.get("amount"), self._budget.account
        if not isinstance(amount, Money):
            return cleaned
        is_back = cleaned.get("way") == _BACK
        there = self._budget.left if is_back else account.available
        if amount.amount_minor > there.amount_minor:
            text = (
                _("Only %(amount)s is left of the budget.")
                if is_back
                else _("Only %(amount)s is available.")
            )
            self.add_error("amount", text % {"amount": money_text(there)})
        return cleaned

    @property
    def asked(self) -> BudgetIncentives:
        """Of a valid form."""
        money: Money = self.cleaned_data["amount"]
        return BudgetIncentives(
            funding_account_id=self._budget.account.funding_account_id,
            amount_minor=money.amount_minor,
            currency=money.currency,
            puts_back=self.cleaned_data["way"] == _BACK,
        )
