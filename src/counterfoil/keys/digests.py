"""Keyed digests, and the keys of calling systems.

`Mac` is HMAC-SHA-256 with the key absorbed once: the two inner states are kept and copied,
which takes half the time of a new HMAC. A test holds it equal to the standard library's.
"""

import base64
import secrets
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from typing import Final

import msgspec

from counterfoil.keys.envelope import IssuerKeys

_BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_SHORT_BYTES: Final = 16
_API_KEY_PREFIX: Final = "cf_"


_MESSAGE_PACK: Final = msgspec.msgpack.Encoder()


class Mac:
    """HMAC-SHA-256 (RFC 2104) under one key of up to 64 bytes, over `domain` and a message."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, domain: bytes) -> None:
        if len(key) > _BLOCK_BYTES:
            raise ValueError("a MAC key has at most 64 bytes")
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER) + domain)
        self._outer = sha256(block.translate(_OUTER))

    def short(self, message: bytes) -> bytes:
        """The first 16 bytes (RFC 2104, section 5)."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[:_SHORT_BYTES]


@lru_cache(maxsize=4096)
def mac(key: bytes, domain: bytes) -> Mac:
    """The domain must end in what its messages cannot begin with, or have one length."""
    return Mac(key, domain)


def content_hash(keys: IssuerKeys, fields: Sequence[str | int | bool | bytes | None]) -> bytes:
    """16 bytes that are equal when the fields are, type by type; for repeats of a request.

    Keyed, because a plain digest would let anyone who has the table search the number in it.
    """
    return mac(keys.journal.active_key, b"content\0").short(_canonical(fields))


def is_same_content(
    keys: IssuerKeys, recorded: bytes, fields: Sequence[str | int | bool | bytes | None]
) -> bool:
    """Whether `recorded` is the content hash of `fields` under any version of the key.

    A repeat may come after the journal key was rotated, and what is recorded never changes.
    """
    canonical = _canonical(fields)
    ring = keys.journal
    return any(
        compare_digest(recorded, mac(ring.keys[version], b"content\0").short(canonical))
        for version in ring.probed
    )


def identifier_hashes(keys: IssuerKeys, identifier: str) -> list[bytes]:
    """16 bytes that stand for what somebody is called by, such as a telephone number: by the active
    key first, which new ones are kept by, then by those that were active before.
    """
    ring, message = keys.journal, identifier.encode("utf-8", "surrogatepass")
    return [mac(ring.keys[version], b"identifier\0").short(message) for version in ring.probed]


def new_api_key() -> str:
    """`cf_` and 256 random bits in lower-case base 32: safe in shells, headers and on paper."""
    return _API_KEY_PREFIX + base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=").lower()


def api_key_digest(key: str | bytes) -> bytes:
    """SHA-256 of the key, 32 bytes, as text or as it came in a header; what is looked up.

    A slow password hash protects what people choose, by making each guess dear. Among 2^256
    random keys there is nothing to guess, so one digest is enough and costs no caller anything.
    """
    return sha256(key if isinstance(key, bytes) else key.encode("utf-8", "surrogatepass")).digest()


def _canonical(fields: Sequence[str | int | bool | bytes | None]) -> bytes:
    """MessagePack: type and length stand before each field, so that no two lists read the same.

    Integers have 64 bits.
    """
    return _MESSAGE_PACK.encode(fields)
