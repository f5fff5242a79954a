"""What is kept of people and of keys, sealed: the database alone opens none of it.

All keys come from the portal's secret, each for one use. What opens the numbers of a handover needs
the password of the distributor as well, which nothing keeps.
"""

import hmac
import os
import unicodedata
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_SALT_BYTES: Final = 16
# RFC 7914: 64 MiB and a third of a second a try.
SCRYPT_N: Final = 2**16
SCRYPT_R: Final = 8
SCRYPT_P: Final = 1

_PEOPLE: Final = b"counterfoil people of handovers 1"
_REFERENCES: Final = b"counterfoil references of people 1"
_FILES: Final = b"counterfoil files of people 1"
_WRAPPED: Final = b"counterfoil keys of handovers 1"


class WrongPasswordError(Exception):
    """That password does not open it."""


class NotOursError(Exception):
    """It was not sealed by this portal for this place, or was changed since."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose people they are."""

    issuer_id: int
    organisation_id: int

    @property
    def bound(self) -> bytes:
        return b"%d %d" % (self.issuer_id, self.organisation_id)


class Called(msgspec.Struct, frozen=True, array_like=True):
    """What an organisation calls one of its people. Not shown where objects are written down."""

    reference: str
    name: str

    def __repr__(self) -> str:
        return "Called(…)"


def seal_called(place: Place, handover_id: UUID, line: int, called: Called) -> bytes:
    """It opens only where it was put."""
    nonce = os.urandom(_NONCE_BYTES)
    plain = msgspec.msgpack.encode(called)
    return nonce + AESGCM(_key(_PEOPLE)).encrypt(nonce, plain, _bound(place, handover_id, line))


def open_called(place: Place, handover_id: UUID, line: int, sealed: bytes) -> Called:
    """Raises NotOursError."""
    nonce, box = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        plain = AESGCM(_key(_PEOPLE)).decrypt(nonce, box, _bound(place, handover_id, line))
    except (InvalidTag, ValueError) as error:
        raise NotOursError from error
    return msgspec.msgpack.decode(plain, type=Called)


def reference_key(place: Place, reference: str) -> bytes:
    """The same for the same reference of that organisation, however it is written; 32 bytes."""
    same = " ".join(unicodedata.normalize("NFKC", reference).casefold().split())
    return hmac.digest(_key(_REFERENCES), place.bound + b"\0" + same.encode(), "sha256")


def file_key(place: Place, content: bytes) -> bytes:
    """By which the same file is known again; 32 bytes."""
    return hmac.digest(_key(_FILES), place.bound + b"\0" + content, "sha256")


def wrap_key(place: Place, handover_id: UUID, password: str, private_key: bytes) -> bytes:
    """For who knows the password, and has this portal's secret."""
    salt, nonce = _new_salt(), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_password_key(password, salt)).encrypt(
        nonce, private_key, _bound(place, handover_id, 0)
    )
    return salt + nonce + sealed


def unwrap_key(place: Place, handover_id: UUID, password: str, wrapped: bytes) -> bytes:
    """Raises WrongPasswordError."""
    salt, rest = wrapped[:_SALT_BYTES], wrapped[_SALT_BYTES:]
    nonce, sealed = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
    try:
        return AESGCM(_password_key(password, salt)).decrypt(
            nonce, sealed, _bound(place, handover_id, 0)
        )
    except (InvalidTag, ValueError) as error:
        raise WrongPasswordError from error


def _bound(place: Place, handover_id: UUID, line: int) -> bytes:
    return b"%b %b %d" % (place.bound, handover_id.bytes, line)


def _key(label: bytes) -> bytes:
    secret = settings.SECRET_KEY.encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=label).derive(secret)


def _new_salt() -> bytes:
    return os.urandom(_SALT_BYTES)


def _password_key(password: str, salt: bytes) -> bytes:
    typed = unicodedata.normalize("NFKC", password).encode()
    stretched = Scrypt(salt=salt, length=_KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(
        typed
    )
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=_key(_WRAPPED), info=_WRAPPED).derive(
        stretched
    )
