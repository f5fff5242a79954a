"""Currencies with no decimals, with two and with three, and how amounts are written in them: by a
list of its own, which the product does not read.
"""

from random import Random
from typing import Final

DIGITS: Final = {"JPY": 0, "RWF": 0, "EUR": 2, "KES": 2, "KWD": 3, "TND": 3}


def drawn_currencies(chance: Random) -> list[str]:
    """One; in every third history two, with other decimals."""
    first = chance.choice(list(DIGITS))
    others = [each for each in DIGITS if DIGITS[each] != DIGITS[first]]
    return [first, chance.choice(others)] if chance.random() < 0.35 else [first]


def text_of(minor: int, currency: str) -> str:
    digits = DIGITS[currency]
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}}" if digits else str(whole)


def minor_of(text: str, currency: str) -> int:
    """Of an amount with all of its decimals, and no more."""
    minor = int(text.replace(".", ""))
    assert text_of(minor, currency) == text, f"{text} is no amount in {currency}"
    return minor


def minor_of_short(text: str, currency: str) -> int:
    """As Mojaloop writes amounts: no decimals that are zeros behind the last one."""
    whole, _, part = text.partition(".")
    minor = int(whole + part.ljust(DIGITS[currency], "0"))
    full = text_of(minor, currency)
    short = full.rstrip("0").removesuffix(".") if "." in full else full
    assert short == text, f"{text} is no amount in {currency}"
    return minor
