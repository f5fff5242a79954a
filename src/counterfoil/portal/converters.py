"""Parts of addresses: an issuer's code is in capitals, so it is never taken for another page."""

from datetime import date

from django.urls import register_converter
from django.urls.converters import IntConverter, StringConverter


class IssuerCode(StringConverter):
    regex = "[A-Z0-9][A-Z0-9_-]{0,19}"


class Id(IntConverter):
    """No longer than the database's keys are, so that it can always be asked for one."""

    regex = "[0-9]{1,9}"


class Serial(StringConverter):
    regex = "[0-9]{1,18}"


class Sha256(StringConverter):
    regex = "[0-9a-f]{64}"


class Day:
    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """A ValueError, where there is no such day, says that it is another address."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


def register() -> None:
    register_converter(IssuerCode, "issuer")
    register_converter(Day, "day")
    register_converter(Id, "id")
    register_converter(Serial, "serial")
    register_converter(Sha256, "sha256")
