"""Files in one archive that is sent while it is made: only one of them is in memory at a time. They
are encrypted, so that pressing them together would not make them smaller.
"""

import io
from collections.abc import Iterator
from zipfile import ZIP_STORED, ZipFile

from django.utils.translation import gettext as _


class _Outlet(io.RawIOBase):
    """Takes what an archive writes, and gives it away; it cannot go back in it."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._written.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        found, self._written = b"".join(self._written), []
        return found


def zipped(files: Iterator[bytes]) -> Iterator[bytes]:
    """PDFs, by their number."""
    outlet, name = _Outlet(), _("cards")
    with ZipFile(outlet, "w", ZIP_STORED) as archive:
        for number, content in enumerate(files, 1):
            archive.writestr(f"{name}-{number:02}.pdf", content)
            yield outlet.taken()
    yield outlet.taken()
