"""Serials of vouchers as people read them."""

from django import template

register = template.Library()


@register.filter
def serial(number: int) -> str:
    """In groups of four: `1000 0000 0000 0042`."""
    digits = str(number)
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
