"""Papers and pictures of the demonstration, drawn here: nothing in them is anybody's."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

# The colours of the portal's light look.
_PAPER, _INK, _SOFT, _LINE = "#faf9f6", "#16191f", "#565d69", "#e3e0d8"
_GREEN, _PALE_GREEN = "#0b6b50", "#e2f1eb"
_BROWN, _PALE_BROWN = "#8f4a06", "#fbefdc"
_BLUE, _PALE_BLUE = "#2b4c9b", "#e6ecf9"

_WIDTH, _HEIGHT = 1280, 416  # twice what a page shows
_PHOTO: Final = (900, 1200)
_TURNED_DEGREES: Final = 1.4

_PAGE: Final = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R >> >> >>"
)
_Draw = Callable[[ImageDraw.ImageDraw], None]


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """One page (A4) in one of the fonts that every reader has (ISO 32000-1, 9.6.2.2)."""
    shown = [b"BT /F1 20 Tf 64 760 Td (%s) Tj" % _escaped(title), b"/F1 11 Tf 0 -20 Td"]
    shown += [b"0 -18 Td (%s) Tj" % _escaped(line) for line in lines]
    shown += [b"/F1 9 Tf 0 -40 Td (Specimen of a demonstration. Not a document.) Tj ET"]
    text = b"\n".join(shown)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start, count = len(written), len(objects) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n" % count
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)
    return bytes(written)


def _escaped(text: str) -> bytes:
    plain = text.encode("cp1252", "replace")
    return plain.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def photo(title: str, lines: Sequence[str]) -> bytes:
    """A paper as somebody photographs it: a little askew."""
    sheet = Image.new("RGB", _PHOTO, _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((60, 60, _PHOTO[0] - 60, _PHOTO[1] - 60), outline=_GREEN, width=4)
    draw.text((110, 120), title, fill=_INK, font=ImageFont.load_default(44))
    draw.line((110, 200, _PHOTO[0] - 110, 200), fill=_LINE, width=3)
    for number, line in enumerate(lines):
        draw.text((110, 240 + 60 * number), line, fill=_SOFT, font=ImageFont.load_default(32))
    draw.text((110, _PHOTO[1] - 140), "SPECIMEN", fill=_BROWN, font=ImageFont.load_default(36))
    turned = sheet.rotate(_TURNED_DEGREES, Image.Resampling.BICUBIC, fillcolor=_SOFT)
    return _written(turned, "JPEG")


def picture(name: str) -> bytes:
    """Of a voucher: `food` or `school`."""
    ground, draw = _PICTURES[name]
    drawn = Image.new("RGB", (_WIDTH, _HEIGHT), ground)
    draw(ImageDraw.Draw(drawn))
    return _written(drawn, "PNG")


def _food(draw: ImageDraw.ImageDraw) -> None:
    """Hills, the sun, and a basket with maize and bread in it."""
    draw.ellipse((930, 40, 1110, 220), fill=_PALE_BROWN)
    draw.ellipse((-300, 250, 800, 900), fill="#bfe0d3")
    draw.ellipse((500, 290, 1700, 900), fill="#a5d3c2")
    for x, tall in ((520, 140), (585, 200), (650, 170), (715, 190)):
        draw.ellipse((x, 270 - tall, x + 56, 290), fill="#e9b949", outline=_BROWN, width=4)
        draw.polygon([(x - 6, 280), (x + 20, 180), (x + 34, 280)], fill=_GREEN)
    draw.ellipse((590, 190, 800, 330), fill="#c9853f", outline=_BROWN, width=4)
    draw.rounded_rectangle((470, 240, 830, 376), 34, fill=_GREEN)
    for x in range(490, 820, 44):
        draw.line((x, 258, x + 22, 360), fill=_PALE_GREEN, width=5)
        draw.line((x + 22, 258, x, 360), fill=_PALE_GREEN, width=5)
    draw.rounded_rectangle((450, 226, 850, 260), 17, fill="#08553f")


def _school(draw: ImageDraw.ImageDraw) -> None:
    """An open book, a pencil over it, and others beside it."""
    for left, colour in ((150, _GREEN), (205, _BROWN), (260, "#4c6cb8")):
        draw.rounded_rectangle((left, 130, left + 46, 360), 6, fill=colour)
        draw.line((left + 8, 170, left + 38, 170), fill=_PAPER, width=4)
    draw.polygon([(420, 130), (640, 170), (640, 366), (420, 320)], fill=_PAPER)
    draw.polygon([(860, 130), (640, 170), (640, 366), (860, 320)], fill="#ffffff")
    draw.line((640, 170, 640, 366), fill=_BLUE, width=6)
    for row in range(5):
        y = 172 + 30 * row
        draw.line((450, y, 612, y + 30), fill="#b9c7ea", width=5)
        draw.line((830, y, 668, y + 30), fill="#b9c7ea", width=5)
    draw.line((420, 130, 640, 170, 860, 130), fill=_BLUE, width=6, joint="curve")
    draw.polygon([(900, 300), (1090, 70), (1130, 104), (940, 334)], fill="#e9b949")
    draw.polygon([(900, 300), (940, 334), (884, 352)], fill=_PALE_BROWN)
    draw.polygon([(890, 334), (902, 344), (884, 352)], fill=_INK)
    draw.polygon([(1090, 70), (1108, 48), (1148, 82), (1130, 104)], fill=_BROWN)


_PICTURES: Final[Mapping[str, tuple[str, _Draw]]] = {
    "food": (_PALE_GREEN, _food),
    "school": (_PALE_BLUE, _school),
}


def _written(image: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    image.save(written, kind)
    return written.getvalue()
