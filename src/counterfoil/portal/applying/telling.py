"""What the trail keeps of a profile. It is only added to and never forgets, so that what people
can be reached by stands there masked: enough to see that it changed.
"""

from collections.abc import Mapping
from typing import Final

from counterfoil.portal.applying.kinds import Profile
from counterfoil.portal.models import MerchantDocument, OrganisationDocument
from counterfoil.portal.trail import Actor, record

_SHOWN_DIGITS: Final = 4


def tell(
    profile: Profile,
    by: Actor,
    event: str,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    reason: str = "",
) -> None:
    record(
        profile.issuer_id,
        by.name,
        event,
        subject=profile.subject,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        reason=reason,
        address=by.address,
    )


def told_document(document: MerchantDocument | OrganisationDocument) -> dict[str, object]:
    return {
        "document": document.kind,
        "file": document.upload.name,
        "expires_on": None if document.expires_on is None else document.expires_on.isoformat(),
    }


def masked_email(address: str) -> str:
    """`a…@example.org`."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…{at}{domain}" if address else ""


def masked_number(number: str) -> str:
    """`…0001`: of an account or a telephone."""
    return f"…{number[-_SHOWN_DIGITS:]}" if number else ""
