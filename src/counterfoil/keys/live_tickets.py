"""Tickets to watch redemptions live: what the portal gives a browser, and the API takes.

The portal knows who somebody is and what they may see; the API only reads whom the ticket lets in,
to what, and until when. It lasts a minute, so a role that was taken away counts within one.
"""

import base64
import binascii
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

import msgspec

from counterfoil.keys.seals import Seals

TICKET_SECONDS: Final = 60
_COOKIE: Final = "counterfoil_live"
_SEALED_FOR: Final = "live ticket"
_TEXT_MAX: Final = 500


class AudienceKind(StrEnum):
    ISSUER = "issuer"
    ORGANISATION = "organisation"
    ACCEPTOR = "acceptor"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose redemptions: all of an issuer (subject 0), an organisation's, or an acceptor's."""

    issuer_id: int
    kind: AudienceKind
    subject_id: int = 0

    @property
    def name(self) -> str:
        """In an address; it lets nobody in."""
        return f"{self.issuer_id}.{self.kind}.{self.subject_id}"

    @property
    def cookie(self) -> str:
        """Of its own, so that two pages in one browser do not take each other's."""
        return f"{_COOKIE}.{self.name}"

    @classmethod
    def named(cls, name: str) -> Self | None:
        issuer_id, _, rest = name.partition(".")
        kind, _, subject_id = rest.partition(".")
        if not (_is_number(issuer_id) and _is_number(subject_id) and kind in set(AudienceKind)):
            return None
        return cls(int(issuer_id), AudienceKind(kind), int(subject_id))


def new_ticket(seals: Seals, audience: Audience, *, seconds: int = TICKET_SECONDS) -> str:
    ends_at = int(time.time()) + seconds
    seal = seals.seal(_SEALED_FOR, audience.name, ends_at)
    content = msgspec.msgpack.encode((audience.name, ends_at, seal))
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def ticket_seconds(seals: Seals, audience: Audience, ticket: str) -> float:
    """How long it still lets in there: 0 where it does not, whatever the reason."""
    try:
        padded = ticket[:_TEXT_MAX] + "=" * (-len(ticket) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
        name, ends_at, seal = msgspec.msgpack.decode(content, type=tuple[str, int, bytes])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        return 0
    if name != audience.name or not seals.holds(seal, _SEALED_FOR, name, ends_at):
        return 0
    return max(ends_at - time.time(), 0)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004  # of an int
