"""What a file is, by what is in it: a PDF or a picture, and nothing that is two things at once.

Names and declared types are the sender's words and are not asked. A picture is kept up to its
own end; what hangs behind it, where other kinds of files hide, is cut off.
"""

import io
import re
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import Image

PIXELS_MAX: Final = 64_000_000  # a good telephone's picture; decoded it is below 256 MB
_HEAD_BYTES: Final = 1024
_TAIL_BYTES: Final = 2048
_PDF_START: Final = re.compile(rb"%PDF-[12]\.[0-9]")
_PDF_END: Final = re.compile(rb"startxref\s+[0-9]+\s+%%EOF[\s\x00]*\Z")
# What another program would take the file for, in the places where it would look.
_FOREIGN_HEAD: Final = re.compile(
    rb"<!doctype|<html|<script|<svg|<\?xml|<\?php|%PDF-", re.IGNORECASE
)
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_END_BYTES: Final = 22  # and a comment of a length it tells in its last two


# ITU-T T.81, table B.1.
_MARKER: Final = 0xFF
_END_OF_IMAGE: Final = 0xD9
_START_OF_SCAN: Final = 0xDA


class Kind(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"

    @property
    def extension(self) -> str:
        return {"pdf": "pdf", "jpeg": "jpg"}.get(self.value.split("/")[1], self.value[6:])


PICTURES: Final = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})


class NotAcceptedError(ValueError):
    """No kind of file that is kept, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Recognised:
    kind: Kind
    content: bytes  # up to where the file of that kind ends


def recognised(content: bytes) -> Recognised:
    """Raises NotAcceptedError."""
    if _PDF_START.match(content):
        return Recognised(Kind.PDF, _checked_pdf(content))
    kind = _picture_kind(content)
    if kind is None:
        raise NotAcceptedError("no PDF, JPEG, PNG or WebP")
    _check_picture(content)
    picture = content[: _PICTURE_ENDS[kind](content)]
    _check_picture(picture)
    if _FOREIGN_HEAD.search(picture[:_HEAD_BYTES]) or _ends_as_zip(picture):
        raise NotAcceptedError("two kinds of file at once")
    return Recognised(kind, picture)


def _checked_pdf(content: bytes) -> bytes:
    if not _PDF_END.search(content[-_TAIL_BYTES:]):
        raise NotAcceptedError("a PDF without its end")
    head = _PDF_START.sub(b"", content[:_HEAD_BYTES], count=1)
    if _FOREIGN_HEAD.search(head) or _ends_as_zip(content):
        raise NotAcceptedError("two kinds of file at once")
    return content


def _ends_as_zip(content: bytes) -> bool:
    """An archive is read from its end: its last record, and a comment that fills the rest."""
    at = content.rfind(_ZIP_END)
    comment = int.from_bytes(content[at + 20 : at + _ZIP_END_BYTES], "little")
    return at >= 0 and at + _ZIP_END_BYTES + comment == len(content)


def _picture_kind(content: bytes) -> Kind | None:
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    return None


def _check_picture(content: bytes) -> None:
    """Its structure, without decoding: a picture that would fill the memory is never unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size, which is ours to judge, and of metadata
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
                width, height = image.size
                if width * height <= PIXELS_MAX:
                    image.verify()
    except Exception as error:  # hostile files upset decoders in unnamed ways
        raise NotAcceptedError("a damaged picture") from error
    if width * height > PIXELS_MAX:
        raise NotAcceptedError("a picture of too many pixels")


def _jpeg_end(content: bytes) -> int:
    """Past the end-of-image marker: segments are stepped over by their length, scans by looking
    for the next marker, which their data cannot contain (ITU-T T.81, B.1.1).
    """
    at = 2
    while at + 4 <= len(content):
        if content[at] != _MARKER:
            raise NotAcceptedError("a damaged picture")
        marker = content[at + 1]
        if marker == _MARKER:
            at += 1
            continue
        if marker == _END_OF_IMAGE:
            return at + 2
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        at += 2 + length
        if marker == _START_OF_SCAN:
            at = _scan_end(content, at)
    if content[at : at + 2] == b"\xff\xd9":
        return at + 2
    raise NotAcceptedError("a picture without its end")


_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _scan_end(content: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(content, at)
    if found is None:
        raise NotAcceptedError("a picture without its end")
    return found.start()


def _png_end(content: bytes) -> int:
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    raise NotAcceptedError("a picture without its end")


def _webp_end(content: bytes) -> int:
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise NotAcceptedError("a picture without its end")
    return end


_PICTURE_ENDS: Final = {Kind.JPEG: _jpeg_end, Kind.PNG: _png_end, Kind.WEBP: _webp_end}
