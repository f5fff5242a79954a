"""The routes as somebody writes them down: a row each, all of them at once."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import ROUTES_MAX
from counterfoil.portal.forms import ReasonField, say_limits
from counterfoil.portal.models import Scheme
from counterfoil.portal.orchestrator.payouts.routes import (
    Programmes,
    Rails,
    fits_all_of,
    rail_text,
)
from counterfoil.portal.stale import VersionedForm

_NONE: Final = "\N{EN DASH}"
_BLANK_ROWS: Final = 3
_PLACE_MAX: Final = 999
_NAMES: Final = ("place", "scheme", "currency", "programme", "rail")
_RAIL: Final = RegexValidator(
    r"\A[a-z0-9][a-z0-9_-]{0,39}\Z",
    gettext_lazy("Write the rail's name in small letters, digits, - and _, such as bank-1."),
)
Row = Sequence[forms.BoundField]


class RoutesForm(VersionedForm):
    """A row without a rail is none. They count in the order of their places."""

    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(
        self,
        data: QueryDict | None,
        *,
        routes: Sequence[Route],
        currencies: Sequence[str],
        programmes: Programmes,
        rails: Rails,
    ) -> None:
        """Without any `rails` no worker has told which there are: then their names are written."""
        self._now = tuple(routes)
        self._rows = min(len(routes) + _BLANK_ROWS, ROUTES_MAX)
        initial: dict[str, object] = {}
        for number, route in enumerate(routes, 1):
            initial |= {
                f"place_{number}": number,
                f"scheme_{number}": route.scheme or "",
                f"currency_{number}": route.currency or "",
                f"programme_{number}": route.programme_id or "",
                f"rail_{number}": route.rail,
            }
        super().__init__(data, version=zlib.crc32(repr(self._now).encode()), initial=initial)
        reason = self.fields.pop("reason")
        known = {*currencies, *(route.currency for route in routes if route.currency)}
        named = sorted({*rails, *(route.rail for route in routes)})
        for number in range(1, self._rows + 1):
            self._add_row(number, sorted(known), programmes)
            self.fields[f"rail_{number}"] = _chosen(named, rails) if rails else _named()
            self.fields[f"rail_{number}"].show_hidden_initial = True
        self.fields["reason"] = reason

    @property
    def table(self) -> list[Row]:
        """For the template."""
        return [
            [self[f"{name}_{number}"] for name in _NAMES] for number in range(1, self._rows + 1)
        ]

    @property
    def routes(self) -> tuple[Route, ...]:
        """Of a valid form."""
        return tuple(route for _number, route in self._written())

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        for number in range(1, self._rows + 1):
            said = [name for name in _NAMES[1:-1] if cleaned.get(f"{name}_{number}")]
            if said and not cleaned.get(f"rail_{number}") and f"rail_{number}" not in self.errors:
                self.add_error(f"rail_{number}", _("Say which rail pays these."))
        if self.errors:
            return cleaned
        written = self._written()
        for place, (number, route) in enumerate(written):
            if any(fits_all_of(earlier, route) for _number, earlier in written[:place]):
                self.add_error(
                    f"rail_{number}",
                    _("This is never reached: one before it fits all of these. Put it earlier."),
                )
        if not self.errors and self.routes == self._now:
            self.add_error(None, _("Nothing here differs from what is set now."))
        return cleaned

    def _written(self) -> list[tuple[int, Route]]:
        """With the number of its row, in the order of their places; without one it comes last."""
        found = [
            (self.cleaned_data.get(f"place_{number}") or _PLACE_MAX + 1, number, route)
            for number, route in self._read()
        ]
        found.sort(key=lambda each: each[:2])
        return [(number, route) for _place, number, route in found]

    def _read(self) -> Iterator[tuple[int, Route]]:
        cleaned: dict[str, Any] = self.cleaned_data
        for number in range(1, self._rows + 1):
            rail = cleaned.get(f"rail_{number}")
            if rail:
                yield (
                    number,
                    Route(
                        scheme=cleaned.get(f"scheme_{number}") or None,
                        currency=cleaned.get(f"currency_{number}") or None,
                        programme_id=cleaned.get(f"programme_{number}") or None,
                        rail=rail,
                    ),
                )

    def _add_row(self, number: int, currencies: Sequence[str], programmes: Programmes) -> None:
        place = forms.IntegerField(
            label=_("Order"),
            min_value=1,
            max_value=_PLACE_MAX,
            required=False,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )
        say_limits(place)
        fields: dict[str, forms.Field] = {
            "place": place,
            "scheme": forms.ChoiceField(
                label=_("Paid by"), choices=[("", _("Any")), *Scheme.choices], required=False
            ),
            "currency": forms.ChoiceField(
                label=_("Currency"),
                choices=[("", _("Any")), *((each, each) for each in currencies)],
                required=False,
            ),
            "programme": forms.TypedChoiceField(
                label=_("Terms of a programme"),
                choices=[("", _("Any")), *programmes.items()],
                coerce=int,
                empty_value=None,
                required=False,
            ),
        }
        for name, field in fields.items():
            field.show_hidden_initial = True
            self.fields[f"{name}_{number}"] = field


def _named() -> forms.CharField:
    return forms.CharField(
        label=_("Rail"),
        max_length=40,
        required=False,
        validators=[_RAIL],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )


def _chosen(names: Sequence[str], rails: Rails) -> forms.ChoiceField:
    """Of those there are and those that routes name; how each pays stands beside it."""
    told = [(name, rail_text(name, rails)) for name in names]
    return forms.ChoiceField(
        label=_("Rail"),
        choices=[("", _NONE), *((name, f"{name} ({how})" if how else name) for name, how in told)],
        required=False,
    )
