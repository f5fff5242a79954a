"""Providers of the key-encryption key, which wraps every data key before it is stored.

`LocalKeyProvider` is a file, the default to try it; `TransitKeyProvider` asks an OpenBao or
Vault server. A provider is asked at start and on rotation, never while a voucher waits. Each
wrapping is bound to a context, so a wrapped key copied to another row does not open there.
"""

import base64
import binascii
import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote, urlsplit

import httpx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil.errors import KeyProviderError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_WRAPPING_FORMAT: Final = b"\x01"
_HEADER_BYTES: Final = 3
_FILE_BYTES_MAX: Final = 1_000_000
_ASK_SECONDS_MAX: Final = 5.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class _KeyFile:
    active: int
    keys: Mapping[int, bytes] = field(repr=False)


class LocalKeyProvider:
    """Versioned 256-bit keys in a JSON file that only its owner can read.

    A wrapped key is: format 0x01, key version (2 bytes), nonce (12), AES-256-GCM ciphertext and
    tag; associated data are the first three bytes and the context.
    """

    name: Final = "local"

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Raises KeyProviderError when the file is missing (and not to be created), readable by
        others, or malformed.
        """
        self._path = path
        if create and not path.exists():
            _create_key_file(path)
        self._file = _key_file(path)

    def __repr__(self) -> str:
        return f"LocalKeyProvider({str(self._path)!r})"

    def wrap(self, key: bytes, context: bytes) -> bytes:
        header = _WRAPPING_FORMAT + self._file.active.to_bytes(2, "big")
        nonce = os.urandom(_NONCE_BYTES)
        sealer = AESGCM(self._file.keys[self._file.active])
        return header + nonce + sealer.encrypt(nonce, key, header + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        header, rest = wrapped[:_HEADER_BYTES], wrapped[_HEADER_BYTES:]
        if header[:1] != _WRAPPING_FORMAT or len(rest) < _NONCE_BYTES + _TAG_BYTES:
            raise KeyProviderError("A wrapped key is not one that the local key file has wrapped.")
        version = int.from_bytes(header[1:], "big")
        if version not in self._file.keys:
            self._file = _key_file(self._path)  # another process may have added it
        if version not in self._file.keys:
            raise KeyProviderError(
                f"Key file {self._path} has no version {version}; restore the file that had it."
            )
        opener = AESGCM(self._file.keys[version])
        try:
            return opener.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + context)
        except InvalidTag:
            raise KeyProviderError(
                f"A wrapped key does not open with version {version} of {self._path}; "
                "give the key file this database was made with."
            ) from None

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        return self.wrap(self.unwrap(wrapped, context), context)

    def add_version(self) -> int:
        """Add a key and make it the one that wraps; older ones still unwrap. Returns its version.

        What is wrapped already stays so until `envelope.rewrap_all`.
        """
        with _sole_writer(self._path):
            current = _key_file(self._path)  # another process may have added one meanwhile
            version = max(current.keys) + 1
            keys = {**current.keys, version: os.urandom(_KEY_BYTES)}
            draft = _draft(self._path, _KeyFile(version, keys))
            draft.replace(self._path)
            _keep_directory(self._path.parent)
        self._file = _key_file(self._path)
        return version


class TransitKeyProvider:
    """The transit engine of OpenBao or Vault, by its HTTP API, at the mount `transit`.

    The key must be of an AEAD type (`aes256-gcm96` is the engine's default): the context goes
    as `associated_data`. Source: OpenBao and Vault, "Transit secrets engine (API)".
    """

    name: Final = "transit"

    def __init__(self, url: str, token: str, key_name: str) -> None:
        """Raises KeyProviderError for a URL that would send keys in clear over a network."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise KeyProviderError(
                "The transit URL must begin with https://, or name this machine's loopback."
            )
        self._key_name = key_name
        self._server = httpx.Client(
            base_url=url, headers={"X-Vault-Token": token}, timeout=_ASK_SECONDS_MAX
        )

    def __repr__(self) -> str:
        return f"TransitKeyProvider({str(self._server.base_url)!r}, key_name={self._key_name!r})"

    def close(self) -> None:
        self._server.close()

    def wrap(self, key: bytes, context: bytes) -> bytes:
        asked = {"plaintext": _text64(key), "associated_data": _text64(context)}
        return self._ask("encrypt", asked, "ciphertext").encode()

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        asked = {"ciphertext": wrapped.decode("latin-1"), "associated_data": _text64(context)}
        try:
            return base64.b64decode(self._ask("decrypt", asked, "plaintext"), validate=True)
        except binascii.Error:
            raise KeyProviderError("The transit server's answer is not base64.") from None

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Decrypt and encrypt anew: the engine's own `/rewrap` takes no associated data, so it
        cannot open what was bound to a context (hashicorp/vault issues 29532 and 31791).
        """
        return self.wrap(self.unwrap(wrapped, context), context)

    def _ask(self, verb: str, asked: Mapping[str, str], wanted: str) -> str:
        path = f"/v1/transit/{verb}/{quote(self._key_name, safe='')}"
        try:
            response = self._server.post(path, json=asked)
        except httpx.HTTPError as error:
            raise KeyProviderError(
                f"The transit server at {self._server.base_url} does not answer "
                f"({type(error).__name__}); start it or correct the URL."
            ) from None
        if response.status_code != httpx.codes.OK:
            raise KeyProviderError(
                f"The transit server refused to {verb} with key {self._key_name} "
                f"(HTTP {response.status_code}); check the token, its policy and the key's name."
            )
        try:
            answer = response.json()["data"][wanted]
        except (ValueError, KeyError, TypeError):
            answer = None
        if not isinstance(answer, str):
            raise KeyProviderError(f"The transit server's answer carries no {wanted}.")
        return answer


KeyProvider: TypeAlias = LocalKeyProvider | TransitKeyProvider


def _key_file(path: Path) -> _KeyFile:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_FILE_BYTES_MAX)
    except OSError as error:
        raise KeyProviderError(f"Key file {path} cannot be read: {error.strerror}.") from None
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
        raise KeyProviderError(f"Key file {path} can be read by others; run chmod 600 on it.")
    try:
        return _parsed(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyProviderError(f"Key file {path} is malformed; restore it from its copy.") from None


def _parsed(text: bytes) -> _KeyFile:
    document = json.loads(text)
    keys = {
        int(version): base64.b64decode(key, validate=True)
        for version, key in document["keys"].items()
    }
    active = document["active"]
    if (
        document["counterfoil_key_file"] != 1
        or type(active) is not int
        or active not in keys
        or not all(0 < version < 1 << 16 for version in keys)
        or not all(len(key) == _KEY_BYTES for key in keys.values())
    ):
        raise ValueError
    return _KeyFile(active, keys)


def _create_key_file(path: Path) -> None:
    """Appear complete or not at all; when another process is first, its file stands."""
    draft = _draft(path, _KeyFile(1, {1: os.urandom(_KEY_BYTES)}))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise KeyProviderError(f"Key file {path} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink()
    _keep_directory(path.parent)


def _draft(path: Path, content: _KeyFile) -> Path:
    document = {
        "counterfoil_key_file": 1,
        "active": content.active,
        "keys": {str(version): _text64(key) for version, key in content.keys.items()},
    }
    try:
        # mkstemp makes the file with mode 0600.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise KeyProviderError(f"Key file {path} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


@contextmanager
def _sole_writer(path: Path) -> Iterator[None]:
    """Two processes adding a version at once must not lose one: a lost key is lost data."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _keep_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
