"""Named secrets of those who pay, such as a bank's token, in a file of which each line is sealed.

    {"counterfoil_secrets": 1, "secrets": {"bank-token": {"wrapped": …, "set_at": …}}}

The key-encryption key wraps each, bound to its name, whichever provider has that key; so the file
is worth nothing without the provider, and a secret put under another name does not open.
"""

import base64
import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from counterfoil.errors import NotFoundError, WrongSettingError
from counterfoil.keys.provider import KeyProvider

SECRET_BYTES_MAX: Final = 4096
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_FILE_BYTES_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SealedSecret:
    name: str
    set_at: datetime
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecretStore:
    """`path` need not exist until a secret is set."""

    path: Path
    provider: KeyProvider

    def secret(self, name: str) -> str:
        """Raises NotFoundError; KeyProviderError where it does not open."""
        found = self._read().get(name)
        if found is None:
            raise NotFoundError(
                f"There is no secret {name}; `counterfoil rail secret set {name}` keeps one."
            )
        return self.provider.unwrap(found.wrapped, _context(name)).decode()

    def set_secret(self, name: str, secret: str) -> None:
        """In place of what has that name. Raises WrongSettingError for a name or a secret that
        cannot be kept.
        """
        if not _NAME.fullmatch(name):
            raise WrongSettingError(
                "The name of a secret is up to 40 small letters, digits, - and _."
            )
        if not secret or not secret.isascii() or not secret.isprintable():
            raise WrongSettingError(f"The secret {name} must be one line of plain signs.")
        if len(secret) > SECRET_BYTES_MAX:
            raise WrongSettingError(f"The secret {name} has over {SECRET_BYTES_MAX} signs.")
        wrapped = self.provider.wrap(secret.encode(), _context(name))
        with _sole_writer(self.path):
            sealed = SealedSecret(name, datetime.now(UTC).replace(microsecond=0), wrapped)
            _write(self.path, {**self._read(), name: sealed})

    def rewrap(self) -> int:
        """Each anew, by what the provider wraps with now. Returns how many there are."""
        if not self.path.exists():
            return 0
        with _sole_writer(self.path):
            kept = self._read()
            _write(self.path, {name: self._anew(each) for name, each in kept.items()})
        return len(kept)

    def sealed(self) -> list[SealedSecret]:
        """By name; what they are stays sealed."""
        return sorted(self._read().values(), key=lambda each: each.name)

    def _anew(self, each: SealedSecret) -> SealedSecret:
        wrapped = self.provider.rewrap(each.wrapped, _context(each.name))
        return replace(each, wrapped=wrapped)

    def _read(self) -> dict[str, SealedSecret]:
        try:
            with self.path.open("rb") as file:
                text = file.read(_FILE_BYTES_MAX)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise WrongSettingError(f"{self.path} cannot be read: {error.strerror}.") from None
        try:
            return _parsed(text)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise WrongSettingError(
                f"{self.path} is malformed; restore it, or set its secrets anew."
            ) from None


def _context(name: str) -> bytes:
    return b"rail secret\0" + name.encode()


def _parsed(text: bytes) -> dict[str, SealedSecret]:
    document = json.loads(text)
    if document["counterfoil_secrets"] != 1:
        raise ValueError
    return {
        name: SealedSecret(
            name,
            datetime.fromisoformat(each["set_at"]),
            base64.b64decode(each["wrapped"], validate=True),
        )
        for name, each in document["secrets"].items()
    }


@contextmanager
def _sole_writer(path: Path) -> Iterator[None]:
    """Two who set a secret at once must not lose one."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise WrongSettingError(f"{path} cannot be written: {error.strerror}.") from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, secrets: Mapping[str, SealedSecret]) -> None:
    """There whole or not at all."""
    document = {
        "counterfoil_secrets": 1,
        "secrets": {
            each.name: {
                "wrapped": base64.b64encode(each.wrapped).decode("ascii"),
                "set_at": each.set_at.isoformat(),
            }
            for each in secrets.values()
        },
    }
    try:
        # mkstemp makes the file with mode 0600.
        descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise WrongSettingError(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)
