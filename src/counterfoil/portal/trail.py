"""The trail of the portal's own changes: written in the transaction that makes the change."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from counterfoil.portal.models import TrailEntry

_ADDRESS_CHARACTERS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: `person:7` with its id, or `cli:root` without one."""

    name: str
    person_id: int | None = None
    address: str = ""


def record(
    issuer_id: int | None,
    actor: str,
    event: str,
    *,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    address: str = "",
) -> None:
    """`actor` as in `person:7` or `cli:root`; `address` is where the request came from."""
    TrailEntry.objects.create(
        issuer_id=issuer_id,
        actor=actor,
        event=event,
        subject=subject,
        before=before,
        after=after,
        reason=reason,
        address=address,
    )


def address_of(request: HttpRequest) -> str:
    """Where a request came from; a proxy on this machine has said so by X-Forwarded-For."""
    return str(request.META.get("REMOTE_ADDR", ""))[:_ADDRESS_CHARACTERS_MAX]
