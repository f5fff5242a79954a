"""Sealing for somebody's eyes: with a public key, so that who seals cannot open it again.

X25519 (RFC 7748) with a key pair made for this one box, HKDF-SHA-256 (RFC 5869) over both public
keys, AES-256-GCM. A box is the public key of the maker's pair, a nonce and the ciphertext.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counterfoil.errors import KeyProviderError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_LABEL: Final = b"counterfoil sealed box 1"


def new_box_key() -> tuple[bytes, bytes]:
    """(private, public), 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def seal_box(public_key: bytes, plain: bytes, *, bound_to: bytes) -> bytes:
    """For who has the private key. It opens only where the same `bound_to` is given."""
    ours = X25519PrivateKey.generate()
    shared = ours.exchange(X25519PublicKey.from_public_bytes(public_key))
    ephemeral = ours.public_key().public_bytes_raw()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_derived(shared, ephemeral, public_key)).encrypt(nonce, plain, bound_to)
    return ephemeral + nonce + sealed


def open_box(private_key: bytes, box: bytes, *, bound_to: bytes) -> bytes:
    """Raises KeyProviderError where it was sealed for another, bound to something else, or
    changed since.
    """
    private = X25519PrivateKey.from_private_bytes(private_key)
    ephemeral, nonce = box[:KEY_BYTES], box[KEY_BYTES : KEY_BYTES + _NONCE_BYTES]
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        key = _derived(shared, ephemeral, private.public_key().public_bytes_raw())
        return AESGCM(key).decrypt(nonce, box[KEY_BYTES + _NONCE_BYTES :], bound_to)
    except (InvalidTag, ValueError) as error:
        raise KeyProviderError("That box does not open with this key.") from error


def _derived(shared: bytes, ephemeral: bytes, public_key: bytes) -> bytes:
    info = _LABEL + ephemeral + public_key
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(shared)
