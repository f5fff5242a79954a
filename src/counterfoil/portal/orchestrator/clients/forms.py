"""The forms of calling systems."""

from collections.abc import Sequence
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.money import Money
from counterfoil.portal.forms import MoneyField, OnceForm, ReasonField
from counterfoil.portal.orchestrator.clients.reading import ClientRow
from counterfoil.portal.orchestrator.clients.words import SCOPES
from counterfoil.portal.stale import VersionedForm

_NAME_CHARACTERS_MAX: Final = 80
_LIMIT_HINT: Final = gettext_lazy(
    "The most that one step of it may move without approval. For larger amounts people are asked."
    " Leave it empty if it may move no money alone."
)


class _ScopesField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("What it may do"),
            help_text=gettext_lazy("Give it no more than it needs."),
            choices=self._said,
            error_messages={"required": gettext_lazy("Choose at least one thing it may do.")},
        )

    @staticmethod
    def _said() -> list[tuple[str, str]]:
        return [
            (scope, format_html("<span>{}<br><small>{}</small></span>", words.label, words.meaning))
            for scope, words in SCOPES.items()
        ]


def _limit_field() -> MoneyField:
    return MoneyField(
        label=gettext_lazy("Unattended limit"),
        help_text=_LIMIT_HINT,
        required=False,
        minimum_minor=0,
    )


def _check_limit(form: forms.Form, cleaned: dict[str, object]) -> None:
    limit, scopes = cleaned.get("limit"), cleaned.get("scopes") or []
    if isinstance(limit, Money) and limit.amount_minor and "unattended" not in list(scopes):  # type: ignore[call-overload]
        form.add_error(
            "limit", _("Only a system that may act unattended has a limit. Choose that too.")
        )
    if "unattended" in list(scopes) and "admin" not in list(scopes):  # type: ignore[call-overload]
        form.add_error(
            "scopes", _("Acting unattended is about what it administers. Choose both, or neither.")
        )


def _minor(limit: object) -> int:
    return limit.amount_minor if isinstance(limit, Money) else 0


class NewClientForm(OnceForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As the journal will name it, such as the building block it is."),
        max_length=_NAME_CHARACTERS_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = _ScopesField()
    limit = _limit_field()
    reason = ReasonField(label=gettext_lazy("What it is for"))

    def __init__(
        self, data: QueryDict | None, *, currencies: Sequence[str], taken: Sequence[str]
    ) -> None:
        super().__init__(data)
        _set_currency(self, currencies)
        self._taken = {name.casefold() for name in taken}

    @property
    def limit_minor(self) -> int:
        return _minor(self.cleaned_data["limit"])

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if name.casefold() in self._taken:
            raise forms.ValidationError(
                _("There is a calling system of that name. Choose another.")
            )
        return name

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        _check_limit(self, cleaned)
        return cleaned


class ChangeClientForm(VersionedForm):
    scopes = _ScopesField()
    limit = _limit_field()
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(
        self, data: QueryDict | None, *, row: ClientRow, currencies: Sequence[str]
    ) -> None:
        self._row = row
        currency = currencies[0] if currencies else ""
        limit = Money(row.unattended_minor_max, currency) if row.unattended_minor_max else None
        super().__init__(
            data,
            version=row.changed_version,
            initial={"scopes": sorted(row.scopes), "limit": limit},
        )
        _set_currency(self, currencies)

    @property
    def limit_minor(self) -> int:
        return _minor(self.cleaned_data["limit"])

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        _check_limit(self, cleaned)
        same_scopes = sorted(cleaned.get("scopes") or []) == sorted(self._row.scopes)
        if (
            not self.errors
            and same_scopes
            and _minor(cleaned.get("limit")) == self._row.unattended_minor_max
        ):
            self.add_error(None, _("Nothing here differs from what it may do now."))
        return cleaned


class ReasonForm(OnceForm):
    reason = ReasonField()


class KeyForm(OnceForm):
    """Nothing but its id: a second press makes no second key."""


def _set_currency(form: forms.Form, currencies: Sequence[str]) -> None:
    """One number for all currencies, written in the first."""
    limit = form.fields["limit"]
    if isinstance(limit, MoneyField) and currencies:
        limit.currency = currencies[0]
        if len(currencies) > 1:
            limit.help_text = f"{_LIMIT_HINT} " + _("In %(others)s the same number counts.") % {
                "others": ", ".join(currencies[1:])
            }
