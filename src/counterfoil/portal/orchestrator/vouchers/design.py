"""A voucher's design in words: each of its facts, and what differs between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.engine.groups import GroupDesign
from counterfoil.money import Money
from counterfoil.portal.language import amount_text, money_text, page_locale
from counterfoil.portal.orchestrator.changes import Change
from counterfoil.portal.queries import rows

UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_TICK: Final = timedelta(microseconds=1)
_PICTURE_CHARACTERS: Final = 8
_NAMES_SHOWN_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Names:
    """What programmes and groups of merchants are called, by code."""

    programmes: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about a design; `text` is empty where there is nothing of it."""

    label: str
    text: str


def names_of_issuer(issuer_id: int) -> Names:
    found = rows(__package__, "names", {"issuer_id": issuer_id})
    return Names(
        {code: name for kind, code, name in found if kind == "programme"},
        {code: name for kind, code, name in found if kind == "group"},
    )


def facts(design: GroupDesign, names: Names) -> list[Fact]:
    """In the order of the form; always the same labels, so that two designs can be compared."""
    currency = design.currency
    return [
        Fact(_("Name"), design.name),
        Fact(_("Description"), design.description),
        Fact(_("Picture"), picture_text(design.picture)),
        Fact(_("Programme"), named(design.programme, names.programmes)),
        Fact(_("Currency"), currency),
        Fact(_("Amounts"), amounts_text(design)),
        Fact(_("Redeemed in a day at most"), _money(design.daily_amount_minor_max, currency)),
        Fact(_("Vouchers redeemed in a day at most"), _count(design.daily_count_max)),
        Fact(_("Valid"), validity_text(design)),
        Fact(_("Time to activate"), duration_text(design.hold_seconds)),
        Fact(_("Unused value"), unused_text(design.unused_value)),
        Fact(_("Accepted by"), accepted_text(design, names)),
        Fact(_("Merchants are paid"), settlement_text(design.settlement)),
        Fact(_("Warn when stock is down to"), _count(design.restock_level)),
        Fact(_("Digits of the number"), str(design.number_digits)),
    ]


def differences(before: GroupDesign | None, after: GroupDesign, names: Names) -> list[Change]:
    """Of a new voucher every fact; of a new version only what is another."""
    now = facts(after, names)
    if before is None:
        return [Change(fact.label, None, fact.text) for fact in now if fact.text]
    return [
        Change(fact.label, was.text or None, fact.text or None)
        for was, fact in zip(facts(before, names), now, strict=True)
        if was.text != fact.text
    ]


def amounts_text(design: GroupDesign) -> str:
    """`10.00 · 20.00 KES`, or any amount."""
    currency = design.currency
    if design.denominations:
        *lower, highest = sorted(design.denominations)
        amounts = [amount_text(each, currency) for each in lower]
        return " · ".join([*amounts, money_text(Money(highest, currency))])
    if design.amount_minor_max is None:
        return _("any amount, each voucher made when it is asked for")
    return _("any amount up to %(most)s, each voucher made when it is asked for") % {
        "most": _money(design.amount_minor_max, currency)
    }


def validity_text(design: GroupDesign) -> str:
    if design.valid_until is not None:
        return _("until %(day)s") % {"day": last_moment_text(design.valid_until)}
    if design.valid_for_days is None:
        return ""
    return ngettext(
        "%(days)s day from activation", "%(days)s days from activation", design.valid_for_days
    ) % {"days": _count(design.valid_for_days)}


def last_moment_text(ends_at: datetime) -> str:
    """Of what ends at midnight the last day on which it is valid; else the moment."""
    local = timezone.localtime(ends_at)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return format_date(last_day(ends_at), "medium", locale=page_locale())
    return format_datetime(local, "medium", tzinfo=local.tzinfo, locale=page_locale())


def last_day(ends_at: datetime) -> date:
    return timezone.localtime(ends_at - _TICK).date()


def duration_text(seconds: int) -> str:
    """In the largest unit that says it without a rest: `3 days`, `90 minutes`."""
    for unit, size in UNITS:
        number, rest = divmod(seconds, size)
        if number and not rest:
            return format_unit(number, f"duration-{unit}", length="long", locale=page_locale())
    return ""


def accepted_text(design: GroupDesign, names: Names) -> str:
    match design.accepts:
        case "any":
            return _("every approved merchant and agent")
        case "groups":
            listed = [named(code, names.groups) for code in design.accepts_names]
            return ngettext(
                "merchants of the group %(names)s", "merchants of the groups %(names)s", len(listed)
            ) % {"names": _listed(listed)}
        case _:
            return _listed(list(design.accepts_names))


def settlement_text(settlement: str) -> str:
    if settlement == "instant":
        return _("at once, voucher by voucher")
    return _("later, with their next payout")


def unused_text(unused_value: str) -> str:
    return {
        "issuer": _("goes back to the available funds"),
        "buyer": _("of sold vouchers goes back to the organisation that bought them"),
        "breakage": _("of sold vouchers stays with the issuer as income"),
    }[unused_value]


def picture_text(picture: str | None) -> str:
    """Enough of its digest to tell one from another."""
    if not picture:
        return ""
    return _("picture %(mark)s") % {"mark": picture[:_PICTURE_CHARACTERS]}


def named(code: str | None, names: Mapping[str, str]) -> str:
    if not code:
        return ""
    name = names.get(code, "")
    return code if name in {"", code} else f"{name} ({code})"


def _listed(names: list[str]) -> str:
    if len(names) > _NAMES_SHOWN_MAX:
        more = len(names) - _NAMES_SHOWN_MAX
        names = [
            *names[:_NAMES_SHOWN_MAX],
            ngettext("%(more)s more", "%(more)s more", more) % {"more": _count(more)},
        ]
    return format_list(names, locale=page_locale()) if names else ""


def _money(amount_minor: int | None, currency: str) -> str:
    return "" if amount_minor is None else money_text(Money(amount_minor, currency))


def _count(number: int | None) -> str:
    return "" if number is None else format_decimal(number, locale=page_locale())
