"""Money as integer minor units and a currency. The only place that divides.

The number of minor-unit digits of a currency comes from the CLDR data in Babel; amounts
travel as decimal strings and become integers here, never by way of a float.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

from counterfoil.errors import CurrencyMismatchError, MalformedAmountError

AMOUNT_MINOR_MAX: Final = 10**18 - 1
NO_CURRENCY: Final = "XXX"  # ISO 4217's own code for it

_DECIMAL: Final = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.([0-9]{1,4}))?", re.ASCII)
_ALPHA_3: Final = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`amount_minor` whole minor units of `currency` (ISO 4217 alphabetic)."""

    amount_minor: int
    currency: str

    def __add__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._same_currency(other)
        return type(self)(self.amount_minor - other.amount_minor, self.currency)

    def __mul__(self, count: int) -> Self:
        return type(self)(self.amount_minor * count, self.currency)

    def __str__(self) -> str:
        return f"{decimal_text(self.amount_minor, self.currency)} {self.currency}"

    def _same_currency(self, other: Self) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} do not add up.")


@cache
def known_currencies() -> frozenset[str]:
    """Currencies that are somewhere legal tender today, by CLDR."""
    current = {
        code
        for periods in get_global("territory_currencies").values()
        for code, _start, end, tender in periods
        if end is None and tender
    }
    return frozenset(current & list_currencies())


def is_currency(text: str) -> bool:
    return bool(_ALPHA_3.fullmatch(text)) and text in known_currencies()


@cache
def minor_digits(currency: str) -> int:
    return get_currency_precision(currency)


def points_of(amount_minor: int, points: int) -> int:
    """So many hundredths of a percent of an amount; half a minor unit counts as a whole one."""
    return (amount_minor * points * 2 + 10_000) // 20_000


def share_of(amount_minor: int, part: int, whole: int) -> int:
    """What falls on the first `part` of `whole` equal things; all of them have the amount exactly.
    The difference of two of these is what falls on those between them.
    """
    return amount_minor * part // whole


def whole_parts(amount_minor: int, part_minor: int) -> int:
    """How often a part goes into an amount."""
    return amount_minor // part_minor


def parse_amount(text: str, currency: str) -> Money:
    """An amount such as `10`, `10.5` or `10.00`; digits beyond the currency's must be zero.

    Raises MalformedAmountError for anything else, signs, exponents and separators included.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise MalformedAmountError(f"{text!r:.40} is not an amount; write it like 10.00.")
    whole, _, fraction = text.partition(".")
    digits = minor_digits(currency)
    kept, beyond = fraction[:digits], fraction[digits:]
    if beyond.strip("0"):
        raise MalformedAmountError(f"{currency} has {digits} digits after the point.")
    amount_minor = int(whole + kept.ljust(digits, "0"))
    if amount_minor > AMOUNT_MINOR_MAX:
        raise MalformedAmountError("That amount is too large.")
    return Money(amount_minor, currency)


def decimal_text(amount_minor: int, currency: str) -> str:
    """The decimal string of the wire: `1050` euro cents are `10.50`."""
    digits = minor_digits(currency)
    if digits == 0:
        return str(amount_minor)
    sign = "-" if amount_minor < 0 else ""
    text = str(abs(amount_minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"
