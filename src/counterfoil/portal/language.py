"""How the language of the page writes amounts, and reads them."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_decimal_symbol, get_group_symbol
from django.utils.translation import get_language, to_locale

from counterfoil.errors import MalformedAmountError
from counterfoil.money import Money, decimal_text, minor_digits, parse_amount

_NUMBER: Final = "#,##0.00"  # CLDR's pattern; the currency decides the digits after the point
_SPACES: Final = re.compile(r"[\s'\u2019]+")  # what parts the thousands besides
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]*)?", re.ASCII)
_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]*)?", re.ASCII)
_FRACTION_DIGITS: Final = 2  # what is taken where the currency has fewer: 1250.00 yen


def page_locale() -> Locale:
    """The language of the page as Babel knows it; English is the world's: 21 Nov 2026."""
    language = get_language() or "en"
    return Locale.parse("en_001" if language == "en" else to_locale(language))


def amount_text(amount_minor: int, currency: str) -> str:
    """As people write it; the currency stands beside it."""
    value = Decimal(decimal_text(amount_minor, currency))
    return format_currency(value, currency, _NUMBER, locale=page_locale())


def money_text(money: Money) -> str:
    """With its currency behind it, on one line: the one way in which pages and mails write it."""
    sign = "\N{MINUS SIGN}" if money.amount_minor < 0 else ""
    number = amount_text(abs(money.amount_minor), money.currency)
    return f"{sign}{number}\N{NO-BREAK SPACE}{money.currency}"


def day_text(day: date) -> str:
    return format_date(day, "medium", locale=page_locale())


def read_amount(text: str, currency: str) -> Money:
    """An amount as the language writes it (1,250.00; in Spanish 1.250,00), or a plain decimal.

    Raises MalformedAmountError for anything else, and for what the two ways read differently.
    """
    bare = _SPACES.sub("", text.replace(currency, "").strip())
    locale = page_locale()
    group, point = get_group_symbol(locale), get_decimal_symbol(locale)
    as_here = bare.translate({ord(group): ",", ord(point): "."})
    readings = {_decimal(as_here, currency), None if "," in bare else _decimal(bare, currency)}
    amounts = {parse_amount(reading, currency) for reading in readings if reading is not None}
    if len(amounts) != 1:
        raise MalformedAmountError("That is no amount, or two.")
    return amounts.pop()


def _decimal(text: str, currency: str) -> str | None:
    """With its groups taken out, if they are where groups can be. Three digits after a point are
    none of an amount that has two: who writes 1.250 may mean a thousand.
    """
    if not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
        return None
    whole, _, fraction = text.replace(",", "").partition(".")
    if len(fraction) > max(minor_digits(currency), _FRACTION_DIGITS):
        return None
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if fraction else whole
