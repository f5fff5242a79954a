"""Vouchers on paper, in words."""

from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.portal.handovers.opening import Face
from counterfoil.portal.language import page_locale


def grouped(digits: str) -> str:
    """In groups of four, as it is read aloud."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def validity_text(face: Face) -> str:
    if face.waits and face.valid_for_days is not None:
        text = ngettext(
            "Valid for %(days)s day from its activation",
            "Valid for %(days)s days from its activation",
            face.valid_for_days,
        )
        return text % {"days": face.valid_for_days}
    if face.expires_at is None:
        return _("Valid without an end")
    day = timezone.localtime(face.expires_at).date()
    return _("Valid until %(day)s") % {"day": format_date(day, "long", locale=page_locale())}
