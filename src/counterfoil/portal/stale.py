"""A form over a row that somebody else may change meanwhile. Nobody's change is lost unseen: what
only they changed is taken over, what both changed is shown side by side, and saving again goes on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.forms import Keeper, KeptFileField, OnceForm


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one field, as it is shown: what it is now, and what this person wrote."""

    label: str
    now: str
    yours: str
    is_contested: bool  # both changed it


@dataclass(frozen=True, slots=True)
class Stale:
    who: str
    when: datetime | None
    differences: list[Difference]


class VersionedForm(OnceForm):
    """`version` and `initial` are of the row as it is now; the form remembers, in hidden fields,
    the row as it was when the person opened it.

        form = EditForm(request.POST, version=row.version, initial=row_as_initial)
        if form.is_valid() and not form.is_stale(who=…, when=…): …
    """

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"invalid": gettext_lazy("This form is incomplete. Load the page again.")},
    )
    stale: Stale | None = None

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "Mapping[str, object] | None" = None,
        *,
        version: int,
        initial: Mapping[str, object],
        prefix: str | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        super().__init__(
            data,
            files,  # type: ignore[arg-type]
            initial={**initial, "version": version},
            prefix=prefix,
            keeper=keeper,
        )
        self._version_now = version
        for name, field in self.fields.items():
            if name not in {"command_id", "version"} and not isinstance(field, KeptFileField):
                field.show_hidden_initial = True

    def is_stale(self, *, who: str = "", when: datetime | None = None) -> bool:
        """Of a bound form: did the row change since it was opened? Then the form shows how."""
        if self["version"].data == str(self._version_now):
            return False
        data = cast("QueryDict", self.data).copy()
        differences = [
            difference
            for name, field in self.fields.items()
            if field.show_hidden_initial
            and (difference := self._met(name, field, data)) is not None
        ]
        data[self["version"].html_name] = str(self._version_now)
        self.data = data
        self.stale = Stale(who, when, differences)
        return True

    def _met(self, name: str, field: forms.Field, data: QueryDict) -> Difference | None:
        """Takes over what only they changed, and says what differs."""
        bound = self[name]
        opened = _clean(field, _hidden(bound, data))
        now = self.initial.get(name, field.initial)
        yours = _clean(field, bound.data)
        _put(data, bound.html_initial_name, field.hidden_widget(), field, now)
        if _same(field, opened, now):  # they did not touch it
            return None
        if _same(field, opened, yours):
            _put(data, bound.html_name, field.widget, field, now)
            return Difference(str(bound.label), _text(field, now), "", is_contested=False)
        if _same(field, yours, now):
            return None
        return Difference(
            str(bound.label), _text(field, now), _text(field, yours), is_contested=True
        )


def _hidden(bound: forms.BoundField, data: QueryDict) -> object:
    return bound.field.hidden_widget().value_from_datadict(
        data, MultiValueDict(), bound.html_initial_name
    )


def _clean(field: forms.Field, value: object) -> object:
    """What a value means, or the value itself where it means nothing."""
    try:
        return field.to_python(value)
    except ValidationError:
        return value


def _same(field: forms.Field, one: object, other: object) -> bool:
    return _text(field, one) == _text(field, other)


def _put(
    data: QueryDict, name: str, widget: forms.Widget, field: forms.Field, value: object
) -> None:
    """As a browser would send it."""
    prepared = field.prepare_value(value)
    if isinstance(prepared, (list, tuple, set)):
        data.setlist(name, [str(each) for each in prepared])
    elif isinstance(widget, forms.CheckboxInput) and not prepared:
        data.pop(name, None)
    else:
        shown = widget.format_value(prepared)
        data[name] = "" if shown is None else str(shown)


def _text(field: forms.Field, value: object) -> str:
    """As people read it: the words of a choice, not its code."""
    prepared = field.prepare_value(value)
    if isinstance(field, forms.ChoiceField):
        words = {str(code): str(text) for code, text in _flat(field)}
        codes = prepared if isinstance(prepared, (list, tuple, set)) else [prepared]
        return ", ".join(sorted(words.get(str(code), str(code or "")) for code in codes))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    shown = field.widget.format_value(prepared)
    return "" if shown is None else str(shown).replace("\r\n", "\n").strip()


def _flat(field: forms.ChoiceField) -> list[tuple[object, object]]:
    flat: list[tuple[object, object]] = []
    for code, text in cast("Iterable[tuple[object, object]]", field.choices):
        flat.extend(text if isinstance(text, (list, tuple)) else [(code, text)])
    return flat
