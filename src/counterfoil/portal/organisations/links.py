"""The link by which somebody without an account goes on with the application of an organisation.
Each mail brings a new one and makes the one before worthless; of the link only its digest is kept.
"""

import secrets

from django.urls import reverse
from django.utils import timezone

from counterfoil.portal.merchants.links import TOKEN_BYTES, VALID_FOR, ApplyingAt, token_digest
from counterfoil.portal.models import OrganisationApplication, OrganisationProfile
from counterfoil.portal.organisations.mails import mail


def send_link(
    at: ApplyingAt,
    email: str,
    *,
    template: str,
    language: str,
    told: str = "",
    profile: OrganisationProfile | None = None,
) -> None:
    """Whether that address is known or not, the same happens. A profile is where it leads."""
    now = timezone.now()
    OrganisationApplication.objects.filter(
        issuer_id=at.issuer_id, profile=None, expires_at__lt=now
    ).delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    fresh: dict[str, object] = {
        "token_digest": token_digest(token),
        "expires_at": now + VALID_FOR,
        "mailed_at": now,
        "language": language,
    }
    if profile is not None:
        # Whoever had it before goes on by a link to nothing of theirs.
        OrganisationApplication.objects.filter(issuer_id=at.issuer_id, profile=profile).exclude(
            email=email.lower()
        ).update(profile=None)
        fresh["profile"] = profile
    OrganisationApplication.objects.update_or_create(
        issuer_id=at.issuer_id, email=email.lower(), defaults=fresh
    )
    path = reverse("apply-organisation-home", args=[at.code, token])
    link = {"url": f"{at.origin}{path}", "days": VALID_FOR.days, "issuer": at.name, "told": told}
    mail(template, [email], link, language=language, issuer_id=at.issuer_id)


def application_of(issuer_id: int, token: str) -> OrganisationApplication | None:
    """None for a link that was never sent, was replaced, or is too old."""
    return (
        OrganisationApplication.objects.select_related("profile")
        .filter(
            issuer_id=issuer_id, token_digest=token_digest(token), expires_at__gt=timezone.now()
        )
        .first()
    )


def application_for(profile: OrganisationProfile) -> OrganisationApplication | None:
    return OrganisationApplication.objects.filter(profile=profile).first()
