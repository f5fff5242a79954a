"""The forms of the issuer's people about merchants and agents."""

from collections.abc import Sequence
from typing import Final, cast

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from counterfoil.engine.catalogue import CODE_PATTERN, Acceptor
from counterfoil.money import Money
from counterfoil.portal.forms import KeptFileField, MoneyField, OnceForm, ReasonField
from counterfoil.portal.merchants.forms import LegalForm
from counterfoil.portal.models import Checked, Origin
from counterfoil.portal.orchestrator.merchants.reading import GroupRow
from counterfoil.portal.stale import VersionedForm

_COUNT_MAX: Final = 1_000_000
EVIDENCE: Final = "bank-evidence"


class NewForm(LegalForm):
    """The first step of one that the issuer's people write down."""

    origin = forms.ChoiceField(
        label=gettext_lazy("How did it come?"),
        choices=(
            (Origin.PAPER, gettext_lazy("They filled in a paper, or told me")),
            (Origin.ORCHESTRATOR, gettext_lazy("We enter it ourselves")),
        ),
        widget=forms.RadioSelect,
    )
    field_order = ("origin", *LegalForm.field_order)


class MessageForm(OnceForm):
    """`message` goes to the applicant as it stands."""

    message = ReasonField(
        label=gettext_lazy("Message"),
        help_text=gettext_lazy("The applicant reads it as you write it."),
    )


class VerifyForm(VersionedForm):
    state = forms.ChoiceField(
        label=gettext_lazy("What did you find?"),
        choices=(
            (Checked.VERIFIED, gettext_lazy("It is right")),
            (Checked.FAILED, gettext_lazy("Something is not right")),
            (Checked.UNVERIFIED, gettext_lazy("It has still to be checked")),
        ),
        widget=forms.RadioSelect,
    )
    note = ReasonField(
        label=gettext_lazy("How was it checked?"),
        help_text=gettext_lazy("Such as: called the number, compared with the register."),
    )


class ReasonForm(OnceForm):
    reason = ReasonField()


class LimitsFields(forms.Form):
    """Which groups, and how much in a day."""

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Groups"),
        help_text=gettext_lazy("Vouchers can be limited to the merchants of a group."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    daily_amount = MoneyField(
        label=gettext_lazy("Most it may redeem in a day"),
        help_text=gettext_lazy("Leave it empty for no limit."),
        required=False,
    )
    daily_count = forms.IntegerField(
        label=gettext_lazy("Most vouchers in a day"),
        help_text=gettext_lazy("Leave it empty for no limit."),
        required=False,
        min_value=1,
        max_value=_COUNT_MAX,
    )


class RegroupForm(VersionedForm, LimitsFields):
    reason = ReasonField()
    field_order = ("groups", "daily_amount", "daily_count", "reason")


class ProposeForm(VersionedForm, LimitsFields):
    owner_email = forms.EmailField(
        label=gettext_lazy("E-mail of the owner"),
        help_text=gettext_lazy(
            "Once approved, this person is invited to see what was redeemed and is owed."
            " Leave it empty to invite nobody."
        ),
        required=False,
        max_length=254,
    )
    reason = ReasonField(
        label=gettext_lazy("Why it can be approved"),
        help_text=gettext_lazy("The approver reads this."),
    )
    field_order = ("groups", "daily_amount", "daily_count", "owner_email", "reason")


class WhyForm(OnceForm):
    """Beside new bank data: how one knows that the change is theirs."""

    evidence = KeptFileField(
        purpose=EVIDENCE,
        label=gettext_lazy("Letter or statement"),
        help_text=gettext_lazy("A paper of the bank, or their signed request."),
        required=False,
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("How did they ask, and how did you check that it was them?"),
    )


class GroupForm(OnceForm):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Short, such as FOOD. It cannot be changed later."),
        max_length=40,
        validators=[
            RegexValidator(
                rf"\A{CODE_PATTERN}\Z",
                gettext_lazy("Use letters, digits, spaces, dots and hyphens."),
            )
        ],
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)


class OwnerForm(OnceForm):
    email = forms.EmailField(label=gettext_lazy("E-mail of the owner"), max_length=254)


def offer(form: RegroupForm | ProposeForm, groups: Sequence[GroupRow], currency: str) -> None:
    """The groups there are, and the currency of the limit."""
    _choices(form, "groups", group_choices(groups))
    if not groups:
        del form.fields["groups"]
    cast("MoneyField", form.fields["daily_amount"]).currency = currency


def limits_initial(acceptor: Acceptor, currency: str) -> dict[str, object]:
    most = acceptor.daily_amount_minor_max
    return {
        "groups": sorted(acceptor.groups),
        "daily_amount": None if most is None else Money(most, currency),
        "daily_count": acceptor.daily_count_max,
    }


def limits_of(form: RegroupForm | ProposeForm) -> tuple[tuple[str, ...], int | None, int | None]:
    """Of a valid form: groups, most minor units, most vouchers."""
    given = form.cleaned_data
    amount = cast("Money | None", given["daily_amount"])
    return (
        tuple(sorted(given.get("groups", []))),
        None if amount is None else amount.amount_minor,
        given["daily_count"],
    )


def group_choices(groups: Sequence[GroupRow]) -> list[tuple[str, str]]:
    return [
        (each.code, each.code if each.name == each.code else f"{each.name} ({each.code})")
        for each in groups
    ]


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, object]]) -> None:
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)
