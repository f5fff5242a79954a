"""Voucher numbers: made, checked, hashed for lookup, sealed for whoever may read them.

    random digits + check digit --> number --hash key--> number_hash   (finds the voucher)
                                          --seal key--> sealed         (opens to the number)

Nothing here puts a number into an error, a log or a name.
"""

import os
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from stdnum import damm

from counterfoil.errors import CounterfoilError
from counterfoil.keys.digests import mac
from counterfoil.keys.envelope import IssuerKeys, KeyRing

DIGITS_MIN: Final = 16
DIGITS_MAX: Final = 18

_NUMBER: Final = b"number\0"
_NUMBER_WITH_SERIAL: Final = b"number with serial\0"
_NONCE_BYTES: Final = 12
_SERIALS_PER_KEY_BITS: Final = 20
_BOUND_TO: Final = struct.Struct(">qq")


class BrokenSealError(CounterfoilError):
    """What was sealed was altered, belongs to another voucher, or its key is not loaded."""


# After each digit of a number: _AFTER[state + digit's code] is the next state, states counted in
# tens. stdnum stays the authority; a test compares them.
_AFTER: Final = bytes(ord("0")) + bytes(
    10 * int(damm.checksum(f"{first}{digit}"))
    for first in (str(next(d for d in range(10) if damm.checksum(str(d)) == s)) for s in range(10))
    for digit in range(10)
)


def new_numbers(count: int, digits: int) -> list[str]:
    """Distinct random numbers: no leading zero, the last digit a Damm check digit.

    Uniform: 64 random bits of the operating system are taken modulo the 9 * 10^(digits - 2)
    possible bodies, and thrown away when they fall in the last, incomplete run of them.
    """
    if not DIGITS_MIN <= digits <= DIGITS_MAX:
        raise ValueError(f"a voucher number has {DIGITS_MIN} to {DIGITS_MAX} digits")
    lowest = 10 ** (digits - 2)
    bodies = 9 * lowest
    fair = (1 << 64) - (1 << 64) % bodies
    found: dict[int, None] = {}
    while (missing := count - len(found)) > 0:
        drawn = struct.unpack(f"={missing}Q", os.urandom(8 * missing))
        found.update(dict.fromkeys([bits % bodies for bits in drawn if bits < fair]))
    return [_with_check_digit(str(lowest + body)) for body in found]


def check_digit_is_right(number: str) -> bool:
    """Whether these are digits and the last one fits: false for any one wrong digit and for any
    two neighbours exchanged (H. M. Damm, 2004).
    """
    return number.isascii() and number.isdigit() and _damm(number) == 0


def number_hash(keys: IssuerKeys, number: str, serial: int | None = None) -> bytes:
    """16 bytes to find the voucher by, under the active hash key; of ASCII digits as given.

    With `serial`, for an imported short secret that only counts together with it.
    """
    return _number_hash(keys.hash.active_key, number, serial)


def number_hashes(keys: IssuerKeys, numbers: Sequence[str]) -> list[bytes]:
    """`number_hash` of each."""
    short = mac(keys.hash.active_key, _NUMBER).short
    return [short(_bytes(number)) for number in numbers]


def number_hashes_probed(keys: IssuerKeys, number: str, serial: int | None = None) -> list[bytes]:
    """`number_hash` under every version a voucher may still carry, the active one first."""
    ring = keys.hash
    return [_number_hash(ring.keys[version], number, serial) for version in ring.probed]


def seal_number(keys: IssuerKeys, issuer_id: int, serial: int, number: str) -> tuple[int, bytes]:
    """(key version, sealed): a random 12-byte nonce, then AES-256-GCM ciphertext and tag.

    Bound to issuer and serial. Random nonces are good for 2^32 sealings under one key (NIST SP
    800-38D, 8.3), and an issuer with ten million vouchers is ordinary; so the seal key never
    seals: a key derived from it does, another for every 2^20 serials. Each serial would have to
    be sealed 4096 times under one version to reach the bound, so nobody needs to count.
    """
    return keys.seal.active, _sealed(
        keys.seal.active_key, b"number", issuer_id, serial, _bytes(number)
    )


def seal_numbers(
    keys: IssuerKeys, issuer_id: int, serials: Sequence[int], numbers: Sequence[str]
) -> tuple[int, list[bytes]]:
    """`seal_number` of each number with its serial."""
    key, nonces = keys.seal.active_key, os.urandom(_NONCE_BYTES * len(numbers))
    sealed = []
    for at, (serial, number) in enumerate(zip(serials, numbers, strict=True)):
        nonce = nonces[at * _NONCE_BYTES : (at + 1) * _NONCE_BYTES]
        sealer = _sealer(key, serial >> _SERIALS_PER_KEY_BITS)
        bound_to = b"number" + _BOUND_TO.pack(issuer_id, serial)
        sealed.append(nonce + sealer.encrypt(nonce, _bytes(number), bound_to))
    return keys.seal.active, sealed


def unseal_number(
    keys: IssuerKeys, issuer_id: int, serial: int, version: int, sealed: bytes
) -> str:
    """Raises BrokenSealError."""
    opener = _opener(keys.seal, version, serial)
    return _opened(opener, sealed, b"number", issuer_id, serial)


def seal_text(
    keys: IssuerKeys, issuer_id: int, serial: int, text: str, *, field: str
) -> tuple[int, bytes]:
    """(key version, sealed) of personal data, bound to issuer, serial and the field's name."""
    return keys.personal.active, _sealed(
        keys.personal.active_key, b"text:" + field.encode(), issuer_id, serial, _bytes(text)
    )


def unseal_text(
    keys: IssuerKeys, issuer_id: int, serial: int, version: int, sealed: bytes, *, field: str
) -> str:
    """Raises BrokenSealError."""
    opener = _opener(keys.personal, version, serial)
    return _opened(opener, sealed, b"text:" + field.encode(), issuer_id, serial)


def _with_check_digit(body: str) -> str:
    return f"{body}{_damm(body)}"


def _damm(digits: str) -> int:
    state = 0
    for code in digits.encode("ascii"):
        state = _AFTER[state + code]
    return state // 10


def _number_hash(key: bytes, number: str, serial: int | None) -> bytes:
    if serial is None:
        return mac(key, _NUMBER).short(_bytes(number))
    message = b"%d:%b" % (serial, _bytes(number))
    return mac(key, _NUMBER_WITH_SERIAL).short(message)


@lru_cache(maxsize=4096)
def _sealer(key: bytes, serial_block: int) -> AESGCM:
    info = b"counterfoil seal " + serial_block.to_bytes(8, "big", signed=True)
    return AESGCM(HKDFExpand(algorithm=SHA256(), length=32, info=info).derive(key))


def _sealed(key: bytes, what: bytes, issuer_id: int, serial: int, clear: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    sealer = _sealer(key, serial >> _SERIALS_PER_KEY_BITS)
    return nonce + sealer.encrypt(nonce, clear, what + _BOUND_TO.pack(issuer_id, serial))


def _opener(ring: KeyRing, version: int, serial: int) -> AESGCM:
    if version not in ring.keys:
        raise BrokenSealError(f"Key version {version} is not loaded; load the issuer's keys anew.")
    return _sealer(ring.keys[version], serial >> _SERIALS_PER_KEY_BITS)


def _opened(opener: AESGCM, sealed: bytes, what: bytes, issuer_id: int, serial: int) -> str:
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        clear = opener.decrypt(nonce, rest, what + _BOUND_TO.pack(issuer_id, serial))
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
        raise BrokenSealError(
            f"What is sealed for serial {serial} of issuer {issuer_id} does not open: "
            "it was altered, or belongs to another voucher."
        ) from None
    return clear.decode("utf-8", "surrogatepass")


def _bytes(text: str) -> bytes:
    """Total, because an encoding error would carry the number in its message."""
    return text.encode("utf-8", "surrogatepass")
