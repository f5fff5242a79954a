"""What pages of purchases show."""

from datetime import datetime

from django import template

from counterfoil.portal.orchestrator.vouchers.design import last_day as last_day_of
from counterfoil.portal.templatetags.counterfoil import date_text

register = template.Library()


@register.inclusion_tag("portal/parts/when.html")
def last_day(ends_at: datetime | None) -> dict[str, str | None]:
    """On which stock is still held: it ends at midnight."""
    return date_text(None if ends_at is None else last_day_of(ends_at))
