"""The fields of one rule by which agents earn."""

from collections.abc import Mapping
from typing import Final

from django import forms
from django.utils.translation import gettext as _

from counterfoil.engine.earnings.rules import Event
from counterfoil.portal.forms import say_limits
from counterfoil.portal.orchestrator.earnings.reading import Programme
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.orchestrator.organisations.forms import CommissionField

PLACE_MAX: Final = 999
LINES: Final = (  # as they stand beside one another
    ("place", "event", "account", "programme"),
    ("group", "acceptor", "starts_on", "ends_on"),
    ("fixed", "points", "least", "most"),
)
NAMES: Final = tuple(name for line in LINES for name in line)
_ID_MAX: Final = 2**31 - 1


def row_fields(
    accounts: Mapping[int, FundingAccount],
    programmes: Mapping[int, Programme],
    groups: Mapping[str, str],
) -> dict[str, forms.Field]:
    """In the order of NAMES."""
    fields: tuple[forms.Field, ...] = (
        _number(_("Order"), PLACE_MAX),
        forms.ChoiceField(
            label=_("What is earned by"),
            choices=[
                ("", _("Nothing: leave this rule out")),
                (Event.ACTIVATION.value, _("Each activation")),
                (Event.CASH_OUT.value, _("Each voucher that is paid out")),
            ],
            required=False,
        ),
        _choice(_("Funding account"), {key: each.shown for key, each in accounts.items()}),
        _choice(
            _("Programme"),
            {"": _("Any"), **{key: f"{p.name} ({p.code})" for key, p in programmes.items()}},
        ),
        forms.ChoiceField(
            label=_("Group of merchants"),
            choices=[("", _("All agents")), *groups.items()],
            required=False,
        ),
        _number(_("Or one alone: its number"), _ID_MAX),
        _day(_("First day")),
        _day(_("Last day")),
        _amount(_("Amount each time")),
        CommissionField(
            label=_("Or percent of the voucher"),
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        ),
        _amount(_("At least")),
        _amount(_("At most")),
    )
    for field in fields:
        field.show_hidden_initial = True
    return dict(zip(NAMES, fields, strict=True))


def _number(label: str, most: int) -> forms.IntegerField:
    field = forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    say_limits(field)
    return field


def _choice(label: str, choices: Mapping[int | str, str]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=list(choices.items()), coerce=int, empty_value=None, required=False
    )


def _amount(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
