"""Whether what a rail's settings name can be used from here: addresses answer, folders are ours and
have room.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import httpx

from counterfoil.gateway.rail_settings import RailSettings, is_address

_SECONDS_MAX: Final = 5.0
_ROOM_BYTES: Final = 100_000  # a file of a few hundred payments
_ADDRESSES: Final = ("url", "channel_url", "operations_url", "mapper_url", "bulk_url")
_EITHER: Final = (("out", "out"), ("in_", "in"), ("archive", "archive"))


def faults_of(settings: RailSettings) -> list[str]:
    """A sentence for each key that names what cannot be used. Nothing is sent or taken."""
    return [sentence for key, text in _places(settings) if (sentence := _fault(key, text))]


def _places(settings: RailSettings) -> Iterator[tuple[str, str]]:
    for field, key in (*((name, name) for name in _ADDRESSES), *_EITHER):
        text = getattr(settings, field, None)
        if text is not None:
            yield key, text


def _fault(key: str, text: str) -> str | None:
    return _unreachable(key, text) if is_address(text) else _unwritable(key, Path(text))


def _unreachable(key: str, address: str) -> str | None:
    """Any answer will do: what answers is asked for its options, which takes nothing away."""
    try:
        httpx.options(address, timeout=_SECONDS_MAX, trust_env=False)
    except httpx.HTTPError as error:
        return f"{key}: nothing answers there ({type(error).__name__})."
    return None


def _unwritable(key: str, folder: Path) -> str | None:
    if not folder.is_dir():
        return f"{key}: {folder} is not a folder."
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return f"{key}: {folder} cannot be written to."
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(bytes(_ROOM_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return f"{key}: {folder} cannot be written to: {error.strerror}."
    return None
