"""Terms as somebody writes them down, and the days on which banks rest."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.payouts.calendar import Cycle
from counterfoil.engine.payouts.terms import HOLIDAYS_MAX, TermsDesign
from counterfoil.money import Money
from counterfoil.portal.forms import MoneyField, OnceForm, ReasonField
from counterfoil.portal.orchestrator.organisations.forms import CommissionField
from counterfoil.portal.orchestrator.payouts.schedule import CYCLES, day_name
from counterfoil.portal.orchestrator.payouts.terms_reading import BankDays
from counterfoil.portal.orchestrator.settings.forms import zones
from counterfoil.portal.stale import VersionedForm

if TYPE_CHECKING:
    from datetime import time

_NONE: Final = "\N{EN DASH}"
_DAYS_A_WEEK: Final = 7
_DAYS_A_MONTH: Final = 31
_HOURS_MAX: Final = 8784
_NAME_CHARACTERS_MAX: Final = 100
_AMOUNTS: Final = ("threshold", "minimum", "fee")
_NUMBER: Final = forms.NumberInput(attrs={"inputmode": "numeric"})


class TermsForm(VersionedForm):
    """When it is paid, and what is kept of it."""

    cycle = forms.ChoiceField(
        label=gettext_lazy("When a run begins"), choices=CYCLES, widget=forms.RadioSelect
    )
    week_day = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"),
        help_text=gettext_lazy("Of “every week”. On a day on which banks rest, the next bank day."),
        coerce=int,
        empty_value=None,
        required=False,
    )
    month_day = forms.IntegerField(
        label=gettext_lazy("Day of the month"),
        help_text=gettext_lazy("Of “every month”. In a month that is shorter, its last day."),
        min_value=1,
        max_value=_DAYS_A_MONTH,
        required=False,
        widget=_NUMBER,
    )
    threshold = MoneyField(
        label=gettext_lazy("Owed enough is"),
        help_text=gettext_lazy("Of “as soon as somebody is owed enough”."),
        required=False,
    )
    cut_off = forms.TimeField(
        label=gettext_lazy("Cut-off time"),
        help_text=gettext_lazy("What is redeemed later is paid with the next run."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("By the clocks of"))
    hold_hours = forms.IntegerField(
        label=gettext_lazy("Hours that a redemption waits"),
        help_text=gettext_lazy("What is younger at the cut-off is left for the next run."),
        min_value=0,
        max_value=_HOURS_MAX,
        widget=_NUMBER,
    )
    minimum = MoneyField(
        label=gettext_lazy("Least that is paid"),
        help_text=gettext_lazy("Who is owed less waits for the next run. Nothing is no least."),
        required=False,
        minimum_minor=0,
    )
    commission = CommissionField(
        label=gettext_lazy("Commission that you keep"),
        help_text=gettext_lazy("In percent of what was redeemed, such as 2.5. Nothing is none."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    fee = MoneyField(
        label=gettext_lazy("Fee of a payout"),
        help_text=gettext_lazy("Kept of each payout, however large it is. Nothing is none."),
        required=False,
        minimum_minor=0,
    )
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(
        self, data: QueryDict | None, *, now: TermsDesign, currency: str, version: int
    ) -> None:
        super().__init__(data, version=version, initial=_initial(now, currency))
        for name in _AMOUNTS:
            cast("MoneyField", self.fields[name]).currency = currency
        self._choices("week_day", [("", _NONE), *_week()])
        self._choices("time_zone", [(name, name.replace("_", " ")) for name in zones()])
        self._whose = now

    def _choices(self, name: str, choices: Sequence[tuple[object, object]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        cycle = cleaned.get("cycle")
        needed = {
            Cycle.WEEKLY: ("week_day", _("Choose the day of the week.")),
            Cycle.MONTHLY: ("month_day", _("Write the day of the month.")),
            Cycle.THRESHOLD: ("threshold", _("Write how much is enough.")),
        }
        if cycle in needed:
            name, text = needed[Cycle(str(cycle))]
            if name in cleaned and cleaned[name] is None:
                self.add_error(name, text)
        return cleaned

    @property
    def design(self) -> TermsDesign:
        """Of a valid form; what does not belong to the cycle is left out."""
        asked = self.cleaned_data
        cycle = Cycle(asked["cycle"])
        days = {Cycle.WEEKLY: asked["week_day"], Cycle.MONTHLY: asked["month_day"]}
        return TermsDesign(
            funding_account_id=self._whose.funding_account_id,
            programme_id=self._whose.programme_id,
            acceptor_id=self._whose.acceptor_id,
            cycle=cycle,
            on_day=days.get(cycle),
            cut_off=cast("time", asked["cut_off"]),
            time_zone=asked["time_zone"],
            hold_hours=asked["hold_hours"],
            threshold_minor=_minor(asked["threshold"]) if cycle is Cycle.THRESHOLD else None,
            minimum_minor=_minor(asked["minimum"]) or 0,
            commission_points=asked["commission"],
            fee_minor=_minor(asked["fee"]) or 0,
        )


class WhoseForm(forms.Form):
    """Whose terms are to be written: a programme's, or a merchant's in one funding account."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"), required=False)
    merchant = forms.IntegerField(
        label=gettext_lazy("Merchant's number"),
        help_text=gettext_lazy("It stands on the merchant's page, below its name."),
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        widget=_NUMBER,
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Funding account"),
        help_text=gettext_lazy("From which the merchant is paid."),
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, object] | None,
        *,
        merchant: str = "",
        programmes: Sequence[tuple[str, str]],
        accounts: Sequence[tuple[int, str]],
    ) -> None:
        super().__init__(data, initial={"merchant": merchant})
        for name, choices in (("programme", programmes), ("account", accounts)):
            cast("forms.ChoiceField", self.fields[name]).choices = [("", _NONE), *choices]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("programme")) == bool(cleaned.get("merchant")):
            raise ValidationError(
                _("Choose a programme, or write a merchant's number: one of them.")
            )
        if cleaned.get("merchant") and not cleaned.get("account"):
            self.add_error("account", _("Choose the account from which it is paid."))
        return cleaned


class BankDaysForm(OnceForm):
    """In place of those there are; a holiday is a line: its day, and its name."""

    rest_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week on which banks rest"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    holidays = forms.CharField(
        label=gettext_lazy("Holidays"),
        help_text=gettext_lazy("One a line: the day, then its name, such as 2026-12-25 Christmas."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(self, data: Mapping[str, object] | None, *, now: BankDays) -> None:
        lines = [f"{day.isoformat()} {name}" for day, name in now.holidays.items()]
        super().__init__(
            data, initial={"rest_days": list(now.rest_days), "holidays": "\n".join(lines)}
        )
        cast("forms.MultipleChoiceField", self.fields["rest_days"]).choices = _week()

    def clean_rest_days(self) -> tuple[int, ...]:
        days = tuple(sorted(self.cleaned_data["rest_days"]))
        if len(days) == _DAYS_A_WEEK:
            raise ValidationError(_("Banks work on at least one day of the week."))
        return days

    def clean_holidays(self) -> dict[date, str]:
        found: dict[date, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["holidays"].splitlines())):
            day, _space, name = line.partition(" ")
            try:
                found[date.fromisoformat(day)] = name.strip()[:_NAME_CHARACTERS_MAX] or _("Holiday")
            except ValueError as error:
                raise ValidationError(
                    _("“%(line)s” does not begin with a day such as 2026-12-25.")
                    % {"line": line[:_NAME_CHARACTERS_MAX]}
                ) from error
        if len(found) > HOLIDAYS_MAX:
            raise ValidationError(_("At most %(most)d holidays are kept.") % {"most": HOLIDAYS_MAX})
        return found


def _week() -> list[tuple[object, object]]:
    return [(day, day_name(day)) for day in range(1, _DAYS_A_WEEK + 1)]


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.amount_minor


def _initial(now: TermsDesign, currency: str) -> dict[str, object]:
    def money(amount_minor: int | None) -> Money | None:
        return Money(amount_minor, currency) if amount_minor else None

    return {
        "cycle": now.cycle.value,
        "week_day": now.on_day if now.cycle is Cycle.WEEKLY else None,
        "month_day": now.on_day if now.cycle is Cycle.MONTHLY else None,
        "threshold": money(now.threshold_minor),
        "cut_off": now.cut_off,
        "time_zone": now.time_zone,
        "hold_hours": now.hold_hours,
        "minimum": money(now.minimum_minor),
        "commission": now.commission_points,
        "fee": money(now.fee_minor),
    }
