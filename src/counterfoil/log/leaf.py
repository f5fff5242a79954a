"""One leaf of the integrity log, as bytes that never change their meaning.

A leaf is the version byte 0x01, then a CBOR array (RFC 8949) in the deterministic encoding of
section 4.2.1, of exactly fifteen items in the order of `Leaf`. docs/integrity-log.md describes
it field by field for whoever writes a verifier.

Actor, acceptor, holder and reference stand in it as commitments:

    salt       = HMAC-SHA-256(leaf key, leaf number as 8 bytes, big-endian)
    commitment = SHA-256(salt || tag byte || value in UTF-8), its first 16 bytes

so that the salt of one leaf may be shown without opening any other.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple, Never

import cbor2

from counterfoil.errors import CounterfoilError

VERSION: Final = 1
COMMITMENT_BYTES: Final = 16
DIGEST_BYTES: Final = 32

_UINT_MAX: Final = (1 << 64) - 1
_CURRENCY_LETTERS: Final = 3
_ITEMS: Final = 15
_RANGE_ITEMS: Final = 3

_LEAF_HEAD: Final = bytes((VERSION, 0x80 | _ITEMS))
_RANGE_HEAD: Final = bytes((0x80 | _RANGE_ITEMS,))
_CURRENCY_HEAD: Final = bytes((0x60 | _CURRENCY_LETTERS,))
_DIGEST_HEAD: Final = bytes((0x58, DIGEST_BYTES))
_COMMITMENT_HEAD: Final = bytes((0x40 | COMMITMENT_BYTES,))
_NULL: Final = b"\xf6"

_BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_UINT_8: Final = tuple(
    bytes((value,)) if value < 24 else bytes((0x18, value))  # noqa: PLR2004 RFC 8949, section 3
    for value in range(256)
)
_UINT_16: Final = struct.Struct(">BH").pack
_UINT_32: Final = struct.Struct(">BI").pack
_UINT_64: Final = struct.Struct(">BQ").pack
_ROW: Final = struct.Struct(">QQB")


class MalformedLeafError(CounterfoilError):
    """Bytes are not a leaf that this version can have written."""


class Tag(IntEnum):
    """What a commitment is to: the byte in front of the value. The numbers never change."""

    ACTOR = 1
    ACCEPTOR = 2
    HOLDER = 3
    REFERENCE = 4


@dataclass(frozen=True, slots=True)
class SerialRange:
    """The run of serials a chunk of bulk work covers, and how many of them it changed."""

    first: int
    last: int
    count: int


class Leaf(NamedTuple):
    """Times in microseconds since 1970-01-01 UTC; None where a field does not apply.

    A named tuple, because a frozen dataclass of fifteen fields takes five times as long to make,
    and one is made for every operation.
    """

    leaf_number: int
    at_microseconds: int
    issuer_id: int
    action: int
    serial: int | None = None
    group_id: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    state_after: int | None = None
    serials: SerialRange | None = None
    rows: bytes | None = None
    actor: bytes | None = None
    acceptor: bytes | None = None
    holder: bytes | None = None
    reference: bytes | None = None


def encode_leaf(leaf: Leaf) -> bytes:
    """Raises MalformedLeafError for a field out of its bounds.

    Written out, because it runs once for every operation and cbor2 takes twice as long; a test
    holds it equal to cbor2.
    """
    serials, rows = leaf.serials, leaf.rows
    if rows is not None and len(rows) != DIGEST_BYTES:
        raise MalformedLeafError("The digest of the rows of a leaf is not 32 bytes.")
    return b"".join(
        (
            _LEAF_HEAD,
            _uint(leaf.leaf_number),
            _event(leaf.at_microseconds, leaf.issuer_id, leaf.action),
            _uint(leaf.serial),
            _value(leaf.group_id, leaf.amount_minor, leaf.currency, leaf.state_after),
            _NULL if serials is None else _range(serials),
            _NULL if rows is None else _DIGEST_HEAD + rows,
            _commitment_item(leaf.actor),
            _commitment_item(leaf.acceptor),
            _commitment_item(leaf.holder),
            _commitment_item(leaf.reference),
        )
    )


def decode_leaf(body: bytes) -> Leaf:
    """Raises MalformedLeafError for another version and for anything `encode_leaf` never writes."""
    if body[:1] != _LEAF_HEAD[:1]:
        raise MalformedLeafError("A leaf begins with a version that is not known here.")
    try:
        items = cbor2.loads(body[1:])
    except (cbor2.CBORDecodeError, ValueError, RecursionError):
        raise MalformedLeafError("A leaf is not CBOR.") from None
    if type(items) is not list or len(items) != _ITEMS:
        raise MalformedLeafError("A leaf is not an array of fifteen items.")
    leaf = _leaf(items)
    if bytes((VERSION,)) + cbor2.dumps(items) != body:
        raise MalformedLeafError("A leaf is not in the deterministic encoding.")
    return leaf


def leaf_salt(key: bytes, leaf_number: int) -> bytes:
    """32 bytes; whoever is shown them can test guesses at the commitments of this leaf only."""
    return _leaf_key_mac(key).of(leaf_number.to_bytes(8, "big"))


def commitment(salt: bytes, tag: Tag, value: str) -> bytes:
    """16 bytes."""
    return sha256(salt + bytes((tag,)) + value.encode()).digest()[:COMMITMENT_BYTES]


def commitments(
    salt: bytes,
    *,
    actor: str | None = None,
    acceptor: str | None = None,
    holder: str | None = None,
    reference: str | None = None,
) -> tuple[bytes | None, bytes | None, bytes | None, bytes | None]:
    """`commitment` of each in the order of `Leaf`."""
    return (
        None if actor is None else sha256(salt + b"\x01" + actor.encode()).digest()[:16],
        None if acceptor is None else sha256(salt + b"\x02" + acceptor.encode()).digest()[:16],
        None if holder is None else sha256(salt + b"\x03" + holder.encode()).digest()[:16],
        None if reference is None else sha256(salt + b"\x04" + reference.encode()).digest()[:16],
    )


def rows_digest(rows: Iterable[tuple[int, int, int]]) -> bytes:
    """SHA-256 over (serial, amount_minor, state after) of each voucher, in serial order.

    Each row is 17 bytes: two 8-byte integers and one byte, big-endian.
    """
    return sha256(b"".join([_ROW.pack(*row) for row in rows])).digest()


class _Mac:
    """HMAC-SHA-256 (RFC 2104) with the key absorbed once and its two states copied."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        if len(key) > _BLOCK_BYTES:
            raise ValueError("a MAC key has at most 64 bytes")
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER))
        self._outer = sha256(block.translate(_OUTER))

    def of(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


@lru_cache(maxsize=1024)
def _leaf_key_mac(key: bytes) -> _Mac:
    return _Mac(key)


@lru_cache(maxsize=64)
def _event(at_microseconds: int, issuer_id: int, action: int) -> bytes:
    """Three items that all leaves of a batch share."""
    return _uint(at_microseconds) + _uint(issuer_id) + _uint(action)


@lru_cache(maxsize=4096)
def _value(
    group_id: int | None, amount_minor: int | None, currency: str | None, state_after: int | None
) -> bytes:
    """Four items that most vouchers of a group share."""
    if currency is not None and not _is_currency(currency):
        raise MalformedLeafError("The currency of a leaf is not three capital letters.")
    text = _NULL if currency is None else _CURRENCY_HEAD + currency.encode()
    return _uint(group_id) + _uint(amount_minor) + text + _uint(state_after)


def _uint(value: int | None) -> bytes:
    """The shortest head of major type 0, or null (RFC 8949, 4.2.1)."""
    if value is None:
        return _NULL
    if 0 <= value < 1 << 8:
        return _UINT_8[value]
    if 0 <= value < 1 << 16:
        return _UINT_16(0x19, value)
    if 0 <= value < 1 << 32:
        return _UINT_32(0x1A, value)
    if 0 <= value <= _UINT_MAX:
        return _UINT_64(0x1B, value)
    raise MalformedLeafError("A number in a leaf is negative or above 64 bits.")


def _range(serials: SerialRange) -> bytes:
    if not _is_range(serials):
        raise MalformedLeafError("The range of a leaf counts more serials than it spans.")
    return _RANGE_HEAD + _uint(serials.first) + _uint(serials.last) + _uint(serials.count)


def _commitment_item(value: bytes | None) -> bytes:
    if value is None:
        return _NULL
    if len(value) != COMMITMENT_BYTES:
        raise MalformedLeafError("A commitment in a leaf is not 16 bytes.")
    return _COMMITMENT_HEAD + value


def _is_range(serials: SerialRange) -> bool:
    return 1 <= serials.count <= serials.last - serials.first + 1


def _is_currency(text: str) -> bool:
    return len(text) == _CURRENCY_LETTERS and text.isascii() and text.isalpha() and text.isupper()


def _leaf(items: list[Any]) -> Leaf:
    return Leaf(
        leaf_number=_given_number(items[0]),
        at_microseconds=_given_number(items[1]),
        issuer_id=_given_number(items[2]),
        action=_given_number(items[3]),
        serial=_number(items[4]),
        group_id=_number(items[5]),
        amount_minor=_number(items[6]),
        currency=_currency(items[7]),
        state_after=_number(items[8]),
        serials=_serials(items[9]),
        rows=_digest(items[10], DIGEST_BYTES),
        actor=_digest(items[11], COMMITMENT_BYTES),
        acceptor=_digest(items[12], COMMITMENT_BYTES),
        holder=_digest(items[13], COMMITMENT_BYTES),
        reference=_digest(items[14], COMMITMENT_BYTES),
    )


def _given_number(item: object) -> int:
    # Not isinstance: true is an int to Python and a simple value to CBOR.
    if type(item) is int and 0 <= item <= _UINT_MAX:
        return item
    return _refuse("a number")


def _number(item: object) -> int | None:
    return None if item is None else _given_number(item)


def _currency(item: object) -> str | None:
    if item is None or (isinstance(item, str) and _is_currency(item)):
        return item
    return _refuse("a currency")


def _digest(item: object, length: int) -> bytes | None:
    if item is None or (isinstance(item, bytes) and len(item) == length):
        return item
    return _refuse("a digest")


def _serials(item: object) -> SerialRange | None:
    if item is None:
        return None
    if type(item) is not list or len(item) != _RANGE_ITEMS:
        return _refuse("a range")
    serials = SerialRange(*(_given_number(number) for number in item))
    return serials if _is_range(serials) else _refuse("a range")


def _refuse(expected: str) -> Never:
    raise MalformedLeafError(f"A leaf has something else where {expected} belongs.")
