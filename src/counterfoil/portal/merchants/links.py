"""The link by which somebody without an account goes on with an application. Each mail brings a new
one and makes the one before worthless; of the link only its digest is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from counterfoil.portal.merchants.mails import mail
from counterfoil.portal.models import Application, MerchantProfile

VALID_FOR: Final = timedelta(days=30)
TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class ApplyingAt:
    """An issuer, and where its pages are: `https://vouchers.example.org`."""

    issuer_id: int
    code: str
    name: str
    origin: str


def send_link(
    at: ApplyingAt,
    email: str,
    *,
    template: str,
    language: str,
    told: str = "",
    profile: MerchantProfile | None = None,
) -> None:
    """Whether that address is known or not, the same happens. A profile is where it leads."""
    now = timezone.now()
    old = Application.objects.filter(issuer_id=at.issuer_id, profile=None, expires_at__lt=now)
    old.delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    fresh: dict[str, object] = {
        "token_digest": token_digest(token),
        "expires_at": now + VALID_FOR,
        "mailed_at": now,
        "language": language,
    }
    if profile is not None:
        fresh["profile"] = profile
    Application.objects.update_or_create(
        issuer_id=at.issuer_id, email=email.lower(), defaults=fresh
    )
    path = reverse("apply-home", args=[at.code, token])
    link = {"url": f"{at.origin}{path}", "days": VALID_FOR.days, "issuer": at.name, "told": told}
    mail(template, [email], link, language=language, issuer_id=at.issuer_id)


def application_of(issuer_id: int, token: str) -> Application | None:
    """None for a link that was never sent, was replaced, or is too old."""
    return (
        Application.objects.select_related("profile")
        .filter(
            issuer_id=issuer_id, token_digest=token_digest(token), expires_at__gt=timezone.now()
        )
        .first()
    )


def application_for(profile: MerchantProfile) -> Application | None:
    return Application.objects.filter(profile=profile).first()


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
