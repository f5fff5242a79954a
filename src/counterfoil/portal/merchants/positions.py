"""Where on the map something is, as people copy it from one: `-1.2921, 36.8219`."""

import re
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Position = tuple[Decimal, Decimal]  # latitude north, longitude east, in degrees

_DIGITS: Final = Decimal("0.000001")  # a tenth of a metre
_LATITUDE_MAX: Final = 90
_LONGITUDE_MAX: Final = 180
_PAIR: Final = re.compile(
    r"\s*([+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*°?\s*([NS]?)"
    r"(?:\s*[,;]\s*|\s+)"
    r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*°?\s*([EWO]?)\s*",
    re.ASCII | re.IGNORECASE,
)


def position(text: str) -> Position | None:
    """None where nothing is written. Raises ValidationError for what is nowhere on Earth."""
    if not text.strip():
        return None
    found = _PAIR.fullmatch(text.replace("−", "-"))  # noqa: RUF001  # the minus of maps
    if found is None:
        raise ValidationError(_wanted())
    north, south_word, east, west_word = found.groups()
    latitude = _signed(north, is_negative=south_word.upper() == "S")
    longitude = _signed(east, is_negative=west_word.upper() in {"W", "O"})
    if abs(latitude) > _LATITUDE_MAX or abs(longitude) > _LONGITUDE_MAX:
        raise ValidationError(_wanted())
    return latitude, longitude


def _signed(text: str, *, is_negative: bool) -> Decimal:
    number = Decimal(text).quantize(_DIGITS)
    return -abs(number) if is_negative else number


def position_text(latitude: Decimal, longitude: Decimal) -> str:
    return f"{_plain(latitude)}, {_plain(longitude)}"


def _plain(number: Decimal) -> str:
    text = format(number.normalize(), "f")
    return "0" if text == "-0" else text


def _wanted() -> str:
    return _("Copy the two numbers from a map, like -1.2921, 36.8219.")
