"""Before and after of an entry, line by line, as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.money import is_currency
from counterfoil.portal.language import amount_text
from counterfoil.portal.orchestrator.trail.reading import Entry

_LABELS: Final = {
    "amount": gettext_lazy("amount"),
    "amount_minor": gettext_lazy("amount, in the smallest unit"),
    "language": gettext_lazy("language"),
    "time_zone": gettext_lazy("time zone"),
    "merchants_apply": gettext_lazy("merchants may apply"),
    "on_behalf_of": gettext_lazy("in the name of"),
    "role": gettext_lazy("role"),
    "scopes": gettext_lazy("may"),
    "name": gettext_lazy("name"),
}
_UNSAID: Final = frozenset({"command", "kind"})  # said beside it
_CHARACTERS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    before: str
    after: str


def lines_of(entry: Entry) -> list[Line]:
    """Of what differs; nested values one line each."""
    before, after = _flat(entry.before), _flat(entry.after)
    return [
        Line(_label(name), before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys((*before, *after))
        if before.get(name, "") != after.get(name, "")
    ]


def _flat(values: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _with_money(values).items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        elif not (not prefix and name in _UNSAID):
            found[f"{prefix}{name}"] = _text(value)
    return found


def _with_money(values: Mapping[str, object]) -> Mapping[str, object]:
    """An amount and its currency are one thing to people."""
    minor, currency = values.get("amount_minor"), values.get("currency")
    if not isinstance(minor, int) or not isinstance(currency, str) or not is_currency(currency):
        return values
    rest = {k: v for k, v in values.items() if k not in {"amount_minor", "currency"}}
    return {"amount": f"{currency} {amount_text(minor, currency)}", **rest}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case list():
            text = ", ".join(_text(each) for each in value)
        case _:
            text = str(value)
    return text if len(text) <= _CHARACTERS_MAX else f"{text[:_CHARACTERS_MAX]}…"


def _label(name: str) -> str:
    own = _LABELS.get(name.rpartition(".")[2])
    return name.replace(".", " · ").replace("_", " ") if own is None else str(own)
