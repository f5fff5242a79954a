"""What commands, the journal and the trail are about: keys such as `acceptor:7`, as people name
them, and where each is shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from counterfoil.portal.access import Office
from counterfoil.portal.exporting.lists import LISTS
from counterfoil.portal.language import day_text
from counterfoil.portal.models import reference_of
from counterfoil.portal.names import names_of
from counterfoil.portal.queries import rows
from counterfoil.portal.words import command_word

_ID_MAX: Final = 2**31 - 1
Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Subject:
    """`url` is empty where nothing shows it; `code` is what machines call it, beside its name."""

    text: str
    url: str = ""
    code: str = ""


def subjects_of(office: Office, keys: Iterable[str]) -> dict[str, Subject]:
    """Two queries, however many they are."""
    wanted = set(keys)
    names = _names(office, wanted)
    return {key: _subject(office, key, names) for key in wanted}


def _names(office: Office, keys: set[str]) -> Names:
    """Of those whose key does not say their name."""
    ids: dict[str, set[str]] = {}
    for key in keys:
        kind, _colon, rest = key.partition(":")
        ids.setdefault(kind, set()).add(rest.partition(":")[0])
    paid = {each: each.rpartition("-")[2] for each in ids.get("payout", ())}
    found = rows(
        __package__,
        "subject_names",
        {
            "issuer_id": office.issuer_id,
            "acceptors": _numbers({*ids.get("acceptor", ()), *paid.values()}),
            "clients": _numbers(ids.get("client", ())),
            "accounts": _numbers(ids.get("funding", ())),
            "provisions": _numbers(ids.get("provision", ())),
            "commands": _uuids(ids.get("command", ())),
            "profiles": _uuids(ids.get("profile", ())),
            "organisations": _numbers(ids.get("organisation", ())),
            "organisation_profiles": _uuids(ids.get("organisation-profile", ())),
            "purchases": _uuids(ids.get("purchase", ())),
            "sales": _uuids(ids.get("sale", ())),
            "acceptor_groups": list(ids.get("acceptor-group", ())),
            "groups": list(ids.get("group", ())),
            "programmes": list(ids.get("programme", ())),
        },
    )
    names = {(kind, key): name for kind, key, name in found}
    names |= {("payout", key): names.get(("acceptor", paid[key]), "") for key in paid}
    people = names_of(key for key in keys if key.startswith("person:"))
    return names | {("person", key.removeprefix("person:")): name for key, name in people.items()}


def _subject(office: Office, key: str, names: Names) -> Subject:
    kind, _colon, rest = key.partition(":")
    short = rest.partition(":")[0]
    told = _TOLD.get(kind)
    if told is None:
        return Subject(key)
    page, text = told
    name = office.name if kind == "issuer" else names.get((kind, short), "")
    code = short if kind in _CODED and name and name.upper() != short.upper() else ""
    return Subject(text(short, name), _url(page, office, kind, short), code)


def _url(page: str, office: Office, kind: str, name: str) -> str:
    """Empty for a page that cannot be."""
    if not page:
        return ""
    try:
        parts = [] if kind in _ALONE else name.split("-") if kind == "payout" else [name]
        return reverse(page, args=[office.code, *parts])
    except NoReverseMatch:
        return ""


def _voucher_text(serial: str, _name: str) -> str:
    groups = "\N{NO-BREAK SPACE}".join(
        serial[start : start + 4] for start in range(0, len(serial), 4)
    )
    return _("Voucher %(serial)s") % {"serial": groups}


def _provision_text(key: str, name: str) -> str:
    if not name:
        return _("Provision %(key)s") % {"key": key}
    return _("Provision %(key)s of %(name)s") % {"key": key, "name": name}


def _payout_text(key: str, name: str) -> str:
    if not name:
        return _("Payout %(key)s") % {"key": key}
    return _("Payout %(key)s, %(name)s") % {"key": key, "name": name}


def _purchase_text(number: str) -> str:
    return (
        _("Purchase %(number)s") % {"number": reference_of(int(number))}
        if number
        else _("Purchase")
    )


def _day(key: str) -> str:
    """What is none stays as it is."""
    try:
        return day_text(date.fromisoformat(key))
    except ValueError:
        return key


Text = Callable[[str, str], str]
# Of each kind the page that shows it, and its words: from its key, and its name if it has one.
_TOLD: Final[Mapping[str, tuple[str, Text]]] = {
    "acceptor": ("merchant", lambda key, name: name or _("Merchant %(key)s") % {"key": key}),
    "acceptors": ("merchants", lambda _key, _name: _("Merchants and agents")),
    "acceptor-group": (
        "merchant-groups",
        lambda key, name: name or _("Group of merchants %(key)s") % {"key": key},
    ),
    "purchase": ("purchase", lambda _key, name: _purchase_text(name)),
    "sale": ("", lambda _key, name: _purchase_text(name)),
    "approvals": ("approval-rules", lambda _key, _name: _("Approval rules")),
    "issuer": ("overview", lambda key, name: name or key),
    "profile": ("application", lambda _key, name: name or _("Application of a merchant")),
    "organisation": (
        "organisation",
        lambda key, name: name or _("Organisation %(key)s") % {"key": key},
    ),
    "organisation-profile": (
        "organisation-application",
        lambda _key, name: name or _("Application of an organisation"),
    ),
    "client": ("client", lambda key, name: name or _("Calling system %(key)s") % {"key": key}),
    "client-name": ("clients", lambda key, _name: _("Calling system %(key)s") % {"key": key}),
    "funding": (
        "money-account",
        lambda _key, name: _("Account %(name)s") % {"name": name} if name else _("New account"),
    ),
    "group": ("voucher-group", lambda key, name: name or _("Voucher %(key)s") % {"key": key}),
    "provision": ("provision", _provision_text),
    "allocation": ("allocation", lambda key, _name: _("Allocation %(key)s") % {"key": key}),
    "programme": ("programme", lambda key, name: name or _("Programme %(key)s") % {"key": key}),
    "voucher": ("voucher", _voucher_text),
    "vouchers": ("vouchers", lambda _key, _name: _("Vouchers")),
    "bulk": ("bulk", lambda key, _name: _("Bulk change %(key)s") % {"key": key}),
    "payout": ("payout", _payout_text),
    "payout-run": ("payout-run", lambda key, _name: _("Payout run %(key)s") % {"key": key}),
    "payout-terms": ("payout-terms", lambda _key, _name: _("Payout terms")),
    "bank-days": ("payout-terms", lambda _key, _name: _("Days on which banks rest")),
    "earning-rules": ("earnings", lambda _key, _name: _("What agents earn")),
    "earning-rule": ("earnings", lambda _key, _name: _("What agents earn")),
    "incentives": ("earnings", lambda _key, _name: _("Budget for what agents earn")),
    "handover": ("", lambda key, _name: _("Handover %(number)s") % {"number": key[:8]}),
    "payout-routes": ("payout-routes", lambda _key, _name: _("Which rail pays whom")),
    "bank": ("bank", lambda _key, _name: _("Bank")),
    "exception": (
        "difference",
        lambda key, _name: _("Difference %(key)s with the bank") % {"key": key},
    ),
    "period": ("period", lambda key, _name: _("Period up to %(day)s") % {"day": _day(key)}),
    "key": ("data-keys", lambda _key, _name: _("Data keys")),
    "list": ("", lambda key, _name: str(LISTS.get(key, key))),
    "settings": ("settings", lambda _key, _name: _("Settings")),
    "trail": ("trail", lambda _key, _name: _("Trail")),
    "person": ("person", lambda _key, name: name or _("Person")),
    "command": (
        "command",
        lambda _key, kind: str(command_word(kind)) if kind else _("Change"),
    ),
}
# Shown on a page that is not of one alone.
_ALONE: Final = frozenset(
    {
        "acceptors",
        "acceptor-group",
        "approvals",
        "bank",
        "client-name",
        "bank-days",
        "earning-rule",
        "earning-rules",
        "incentives",
        "issuer",
        "key",
        "payout-routes",
        "payout-terms",
        "settings",
        "trail",
        "vouchers",
    }
)
# Whose key is a code that people know.
_CODED: Final = frozenset({"acceptor-group", "group", "programme"})


def _numbers(keys: Iterable[str]) -> list[int]:
    """What can be an id, of at most 9 digits."""
    return [
        number
        for key in keys
        if key.isascii()
        and key.isdigit()
        and len(key) <= len(str(_ID_MAX))
        and (number := int(key)) <= _ID_MAX
    ]


def _uuids(keys: Iterable[str]) -> list[UUID]:
    found = []
    for key in keys:
        try:
            found.append(UUID(key))
        except ValueError:
            continue
    return found
