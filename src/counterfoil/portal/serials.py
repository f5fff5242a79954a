"""Serials as people write them: with spaces, points or hyphens between the digits."""

import re
from typing import Final

SERIAL_OR_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s\u00a0\u202f.-]+")


def joined(written: str) -> str:
    """Without what stands between."""
    return _BETWEEN.sub("", written)
