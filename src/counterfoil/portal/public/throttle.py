"""How often mails are asked for: by one address on the net, for one e-mail, at one issuer."""

import hashlib
from typing import Final

from django.core.cache import cache

_HOUR_SECONDS: Final = 3600
_BY_ADDRESS_MAX: Final = 20
_FOR_EMAIL_MAX: Final = 4
_AT_ISSUER_MAX: Final = 500


def asks_too_often(issuer_id: int, address: str) -> bool:
    """Counts this one; whoever is told so learns nothing of any e-mail."""
    return (
        _count(f"apply:address:{address}") > _BY_ADDRESS_MAX
        or _count(f"apply:issuer:{issuer_id}") > _AT_ISSUER_MAX
    )


def is_mailed_too_often(issuer_id: int, email: str) -> bool:
    """Nobody is told: then no mail goes, and the page says what it always says."""
    digest = hashlib.sha256(email.lower().encode()).hexdigest()
    return _count(f"apply:email:{issuer_id}:{digest}") > _FOR_EMAIL_MAX


def _count(key: str) -> int:
    """How often in this hour, this time included."""
    cache.add(key, 0, timeout=_HOUR_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it lapsed between the two
        return 1
