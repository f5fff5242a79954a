"""The link by which somebody without an account goes on with an application. Each mail brings a new
one and makes the one before worthless; of the link only its digest is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from counterfoil.portal.access import Office
from counterfoil.portal.applying.kinds import A, Kind, Profile, kind_of
from counterfoil.portal.models import Application, OrganisationApplication, portal_settings

_VALID_FOR: Final = timedelta(days=30)
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class ApplyingAt:
    """An issuer, and where its pages are: `https://vouchers.example.org`."""

    issuer_id: int
    code: str
    name: str
    origin: str


def applying_at(request: HttpRequest, office: Office) -> ApplyingAt:
    origin = request.build_absolute_uri("/").rstrip("/")
    return ApplyingAt(office.issuer_id, office.code, office.name, origin)


def send_link(  # of what is applied for, where, to whom, and the mail that brings it
    kind: Kind[Application] | Kind[OrganisationApplication],
    at: ApplyingAt,
    email: str,
    *,
    template: str,
    language: str,
    told: str = "",
    profile: Profile | None = None,
) -> None:
    """Whether that address is known or not, the same happens. A profile is where it leads."""
    now, found = timezone.now(), kind.applications.objects.filter(issuer_id=at.issuer_id)
    found.filter(profile=None, expires_at__lt=now).delete()
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    fresh: dict[str, object] = {
        "token_digest": _digest(token),
        "expires_at": now + _VALID_FOR,
        "mailed_at": now,
        "language": language,
    }
    if profile is not None:
        # Whoever had it before goes on by a link to nothing of theirs.
        found.filter(profile=profile).exclude(email=email.lower()).update(profile=None)
        fresh["profile"] = profile
    kind.applications.objects.update_or_create(
        issuer_id=at.issuer_id, email=email.lower(), defaults=fresh
    )
    path = reverse(f"{kind.page}-home", args=[at.code, token])
    link = {"url": f"{at.origin}{path}", "days": _VALID_FOR.days, "issuer": at.name, "told": told}
    kind.mail(template, [email], link, language=language, issuer_id=at.issuer_id)


def application_of(kind: Kind[A], issuer_id: int, token: str) -> A | None:
    """None for a link that was never sent, was replaced, or is too old."""
    found = kind.applications.objects.select_related("profile").filter(
        issuer_id=issuer_id, token_digest=_digest(token), expires_at__gt=timezone.now()
    )
    return found.first()


def application_for(profile: Profile) -> Application | OrganisationApplication | None:
    return kind_of(profile).applications.objects.filter(profile=profile).first()


def language_of(profile: Profile) -> str:
    application = application_for(profile)
    if application is not None and application.language:
        return application.language
    return portal_settings(profile.issuer_id).language


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
