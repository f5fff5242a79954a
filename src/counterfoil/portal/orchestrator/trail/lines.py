"""Before and after of an entry, line by line, as people read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.money import Money, is_currency
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.subjects import Subject
from counterfoil.portal.orchestrator.trail.fields import KEYS, UNSAID, label_of, word_of
from counterfoil.portal.orchestrator.trail.reading import Entry

_CHARACTERS_MAX: Final = 300
# Amounts that stand beside their currency, and what they are then called.
_MINOR: Final[Mapping[str, str]] = {
    "amount_minor": "amount",
    "amount_minor_from": "amount_from",
    "amount_minor_max": "amount_max",
    "daily_amount_minor_max": "daily_amount_max",
    "denominations": "amounts",
}
Subjects = Mapping[str, Subject]


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    before: str
    after: str


def lines_of(entry: Entry, subjects: Subjects) -> list[Line]:
    """Of what differs; nested values one line each. `subjects` are those of `keys_of`."""
    before, after = (
        {name: _text(name, value, entry, subjects) for name, value in _said(values, entry)}
        for values in (entry.before, entry.after)
    )
    return [
        Line(label_of(name), before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys((*before, *after))
        if before.get(name, "") != after.get(name, "")
    ]


def keys_of(entry: Entry) -> set[str]:
    """What it names, such as `person:3`: to be looked up for all entries of a page at once."""
    return {
        key
        for values in (entry.before, entry.after)
        for name, value in _said(values, entry)
        for each in (value if isinstance(value, list) else [value])
        if (key := _key(name, each)) is not None
    }


def _said(values: Mapping[str, object], entry: Entry) -> Iterator[tuple[str, object]]:
    """But for what stands beside it: its kind, what it is about, and who did it."""
    for name, value in _flat(values):
        is_kind = name == "kind" and entry.event.startswith("command.")
        is_code = name == "code" and entry.subject.partition(":")[2] == value
        is_beside = _key(name, value) in {entry.subject, entry.actor}
        if not (name in UNSAID or is_kind or is_code or is_beside):
            yield name, value


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in _with_money(values).items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _with_money(values: Mapping[str, object]) -> Mapping[str, object]:
    """An amount and its currency are one thing to people."""
    currency = values.get("currency")
    if not isinstance(currency, str) or not is_currency(currency):
        return values
    found: dict[str, object] = {}
    for name, value in values.items():
        whole = _money(value, currency) if name in _MINOR else None
        found[name if whole is None else _MINOR[name]] = value if whole is None else whole
    if "amount" in found:
        del found["currency"]
    return found


def _money(value: object, currency: str) -> str | None:
    amounts = value if isinstance(value, list) else [value]
    whole = [Money(each, currency) for each in amounts if type(each) is int]
    if not whole or len(whole) != len(amounts):
        return None
    return ", ".join(money_text(each) for each in whole)


def _key(name: str, value: object) -> str | None:
    kind = KEYS.get(name.rpartition(".")[2])
    if kind is None or value in (None, "") or not isinstance(value, str | int):
        return None
    return f"{kind}:{value}" if kind else str(value)


def _text(name: str, value: object, entry: Entry, subjects: Subjects) -> str:
    key = _key(name, value)
    if key is not None and (subject := subjects.get(key)) is not None:
        return subject.text
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case list():
            text = ", ".join(_text(name, each, entry, subjects) for each in value)
        case dict():
            said = (
                _text(f"{name}.{part}", each, entry, subjects)
                for part, each in _with_money(value).items()
            )
            text = " ".join(filter(None, said))
        case str() | int():
            text = word_of(name, value, event=entry.event)
        case _:
            text = str(value)
    return text if len(text) <= _CHARACTERS_MAX else f"{text[:_CHARACTERS_MAX]}…"
