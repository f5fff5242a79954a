"""The words of organisations: where one stands, and the commission it pays."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from counterfoil.portal.language import page_locale
from counterfoil.portal.models import OrganisationStatus
from counterfoil.portal.words import Word

POINTS_MAX: Final = 10_000  # hundredths of a percent
_PERCENT: Final = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?", re.ASCII)
_TONES: Final[Mapping[str, str]] = {
    OrganisationStatus.SUBMITTED: "wait",
    OrganisationStatus.RETURNED: "wait",
    OrganisationStatus.PROPOSED: "wait",
    OrganisationStatus.APPROVED: "good",
    OrganisationStatus.REJECTED: "bad",
}
_OF_THE_ENGINE: Final[Mapping[str, Word]] = {
    "suspended": Word(pgettext_lazy("organisation", "Suspended"), "bad"),
    "closed": Word(pgettext_lazy("organisation", "Closed")),
}


def organisation_status(status: str) -> Word:
    """Of an application, or of one that the engine has."""
    if status in OrganisationStatus.values:
        return Word(OrganisationStatus(status).label, _TONES.get(status, ""))
    return _OF_THE_ENGINE.get(status, Word(status))


def percent_text(points: int) -> str:
    """Hundredths of a percent as people write them: 250 is `2.5`."""
    return format_decimal(Decimal(points).scaleb(-2).normalize(), "0.##", locale=page_locale())


def commission_text(points: int) -> str:
    if not points:
        return _("none")
    return _("%(percent)s%% on top of the face value") % {"percent": percent_text(points)}


def points_read(text: str) -> int:
    """Raises ValidationError for what is no percentage from 0 to 100, of two digits at most."""
    found = _PERCENT.fullmatch(text.strip())
    points = -1 if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if not 0 <= points <= POINTS_MAX:
        raise ValidationError(
            _("Write a percentage from 0 to 100, such as %(example)s.")
            % {"example": percent_text(250)}
        )
    return points
