"""Seals: what the process that vouches for a person writes beside what that person did.

Whoever may write a row but does not have the key cannot make its seal; whoever changes a sealed
row breaks it.
"""

import hmac
from dataclasses import dataclass, field
from typing import Self

import msgspec

_DOMAIN = b"counterfoil seals"
Parts = tuple[str | bytes | int, ...]


@dataclass(frozen=True, slots=True)
class Seals:
    """HMAC-SHA-256 (RFC 2104) over the parts, each with its type and length before it."""

    _key: bytes = field(repr=False)

    @classmethod
    def of_secret(cls, secret: str) -> Self:
        """`secret` is what the portal's processes share; this key is of no other use."""
        return cls(hmac.digest(secret.encode(), _DOMAIN, "sha256"))

    def seal(self, *parts: str | bytes | int) -> bytes:
        """32 bytes."""
        return hmac.digest(self._key, msgspec.msgpack.encode(parts), "sha256")

    def holds(self, seal: bytes, *parts: str | bytes | int) -> bool:
        return hmac.compare_digest(seal, self.seal(*parts))
