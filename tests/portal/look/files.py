"""Files as people send them, and as those do who mean harm."""

import io
import zipfile
import zlib
from typing import Final

from PIL import Image

PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>"
    b"endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)
HTML: Final = b"<!doctype html><script>alert(document.cookie)</script>"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    *,
    comment: bytes = b"",
    exif: bytes = b"",
    progressive: bool = False,
) -> bytes:
    written = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(
        written, kind, comment=comment, exif=exif, progressive=progressive
    )
    return written.getvalue()


def archive(comment: bytes = b"") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("run.class", "harm")
        file.comment = comment
    return written.getvalue()


def bomb(side: int = 20_000) -> bytes:
    """A PNG of 50 kB that would fill 50 MB as bits, and over a gigabyte as colours."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return len(data).to_bytes(4, "big") + checked + zlib.crc32(checked).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes(side // 8 + 1) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


HOSTILE: Final[dict[str, tuple[str, bytes]]] = {
    "a page named as a PDF": ("receipt.pdf", HTML),
    "a drawing that runs": ("logo.svg", SVG),
    "a drawing named as a picture": ("logo.png", SVG),
    "a PDF with a page in its head": ("receipt.pdf", PDF.replace(b"1 0 obj", HTML + b"1 0 obj", 1)),
    "a PDF with an archive behind it": ("receipt.pdf", PDF + archive()),
    "an archive whose comment ends a PDF": (
        "receipt.pdf",
        PDF + archive(b"\nstartxref\n9\n%%EOF\n"),
    ),
    "a PDF cut short": ("receipt.pdf", PDF[:-20]),
    "a picture with a page in its comment": ("shop.jpg", picture(comment=HTML)),
    "a picture that is a PDF too": ("shop.jpg", picture(comment=PDF)),
    "a picture cut short": ("shop.jpg", picture()[:-200]),
    "a bomb": ("shop.png", bomb()),
    "a damaged picture": ("shop.png", picture("PNG").replace(b"IDAT", b"IDAX")),
    "the head of a picture alone": ("shop.jpg", b"\xff\xd8\xff\xe0"),
    "a picture of a kind we do not keep": ("shop.gif", picture("GIF")),
    "an archive named as a picture": ("shop.png", archive()),
    "a program": ("receipt.pdf", b"\x7fELF" + bytes(200)),
    "nothing": ("receipt.pdf", b""),
    "too much": ("receipt.pdf", PDF[:-40] + bytes(11 * 1024 * 1024) + PDF[-40:]),
}
