"""What a programme is: asked for when it is opened, and when it is changed."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.catalogue import Programme
from counterfoil.money import Money
from counterfoil.portal.forms import MoneyField, OnceForm, ReasonField
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.stale import VersionedForm

if TYPE_CHECKING:
    from datetime import date

    from django.http import QueryDict

DATES: Final = ("starts_on", "sales_close_on", "redemption_close_on", "claims_close_on")
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}", re.ASCII)
_NAME_CHARACTERS_MAX: Final = 80
_DESCRIPTION_CHARACTERS_MAX: Final = 2000


def _day(label: object, help_text: object = "") -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]  # lazy text
        help_text=help_text,  # type: ignore[arg-type]
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class ProgrammeFields(forms.Form):
    """What may change of a programme, with its rules."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=_NAME_CHARACTERS_MAX,
        help_text=gettext_lazy("As people call it, such as “School meals 2027”."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=_DESCRIPTION_CHARACTERS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whom it is for and what it pays."),
    )
    budget = MoneyField(
        label=gettext_lazy("Budget"),
        required=False,
        help_text=gettext_lazy(
            "The most its vouchers may ever be worth: in stock, in people's hands and redeemed"
            " together. Empty is without a limit."
        ),
    )
    starts_on = _day(gettext_lazy("Starts"))
    sales_close_on = _day(
        gettext_lazy("Sales close"), gettext_lazy("From then on nothing more is handed out.")
    )
    redemption_close_on = _day(
        gettext_lazy("Redemption closes"), gettext_lazy("From then on nothing is redeemed.")
    )
    claims_close_on = _day(
        gettext_lazy("Claims close"), gettext_lazy("The last day on which merchants may claim.")
    )

    def check_dates(self) -> None:
        """Each beside the one before it."""
        last: date | None = None
        for name in DATES:
            day = self.day(name) if name in self.cleaned_data else None
            if day is None:
                continue
            if last is not None and day < last:
                self.add_error(name, _("This is before the day of the step before it."))
            last = day

    def day(self, name: str) -> "date | None":
        """Of a valid form."""
        return cast("date | None", self.cleaned_data[name])

    @property
    def budget_minor(self) -> int | None:
        """Of a valid form."""
        budget = cast("Money | None", self.cleaned_data["budget"])
        return None if budget is None else budget.amount_minor


class NewProgrammeForm(ProgrammeFields, OnceForm):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy(
            "Short, in capitals, such as MEALS-2027. Calling systems use it; it never changes."
        ),
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    funding_account = forms.TypedChoiceField(
        label=gettext_lazy("Funding account"),
        coerce=int,
        help_text=gettext_lazy("What it pays comes from here, in the currency of the account."),
    )
    reason = ReasonField(
        label=gettext_lazy("Note"),
        required=False,
        help_text=gettext_lazy("Whoever approves it reads this. It is kept."),
    )
    field_order = ("name", "code", "description", "funding_account", "budget", *DATES, "reason")

    def __init__(
        self,
        data: "QueryDict | None" = None,
        *,
        accounts: list[FundingAccount],
        codes: frozenset[str],
    ) -> None:
        super().__init__(data)
        self.accounts, self.codes = accounts, codes
        cast("forms.ChoiceField", self.fields["funding_account"]).choices = [
            (each.funding_account_id, f"{each.name} · {each.currency}" if each.name else each.shown)
            for each in accounts
        ]
        cast("MoneyField", self.fields["budget"]).currency = self._currency()

    def _currency(self) -> str:
        """Of the account chosen, else of all where they have one in common."""
        chosen = self.data.get("funding_account")
        found = {a.currency for a in self.accounts if str(a.funding_account_id) == chosen}
        found = found or {a.currency for a in self.accounts}
        return found.pop() if len(found) == 1 or self.is_bound else ""

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if not _CODE.fullmatch(code):
            raise ValidationError(
                _("Up to 20 capitals, digits, hyphens and underscores, such as MEALS-2027.")
            )
        if code in self.codes:
            raise ValidationError(_("There is a programme of this code already."))
        return code

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        self.check_dates()
        return cleaned


class EditProgrammeForm(ProgrammeFields, VersionedForm):
    reason = ReasonField(
        label=gettext_lazy("Why it changes"),
        help_text=gettext_lazy("Whoever approves it reads this. It is kept."),
    )
    field_order = ("name", "description", "budget", *DATES, "reason")

    def __init__(
        self, data: "QueryDict | None" = None, *, programme: Programme, committed: Money
    ) -> None:
        super().__init__(data, version=programme.version, initial=_initial(programme))
        self.programme, self.committed = programme, committed
        self.fields["reason"].show_hidden_initial = False
        budget = cast("MoneyField", self.fields["budget"])
        budget.currency = programme.currency
        budget.help_text = _(
            "%(money)s is committed already; it cannot be less. Empty is without a limit."
        ) % {"money": money_text(committed)}

    def clean_budget(self) -> Money | None:
        budget = cast("Money | None", self.cleaned_data["budget"])
        if budget is not None and budget < self.committed:
            raise ValidationError(
                _("%(money)s is committed already; the budget cannot be less.")
                % {"money": money_text(self.committed)}
            )
        return budget

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        self.check_dates()
        return cleaned

    @property
    def is_the_same(self) -> bool:
        """Of a valid form: nothing is different."""
        now = _initial(self.programme)
        return all(self.cleaned_data[name] == value for name, value in now.items())


class StepForm(OnceForm):
    """`seen` is the state the programme was in when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)
    reason = ReasonField(
        label=gettext_lazy("Why now"),
        help_text=gettext_lazy("It stands in the report of the programme."),
    )


def _initial(programme: Programme) -> Mapping[str, object]:
    budget_minor = programme.budget_minor
    return {
        "name": programme.name,
        "description": programme.description,
        "budget": None if budget_minor is None else Money(budget_minor, programme.currency),
        **{name: getattr(programme, name) for name in DATES},
    }
