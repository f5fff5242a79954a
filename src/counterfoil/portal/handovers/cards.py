"""The numbers as cards to print and cut: eight on a sheet of A4, in a PDF that a password opens
(AES-256, ISO 32000-2).
"""

import io
import secrets
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from typing import Final

import segno
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from PIL import Image

from counterfoil.portal.handovers.opening import Card
from counterfoil.portal.handovers.words import grouped, validity_text
from counterfoil.portal.language import money_text
from counterfoil.portal.uploads import picture_path

COLUMNS: Final = 2
ROWS: Final = 4
CARD_WIDTH: Final = 90.0  # millimetres, all of these
CARD_HEIGHT: Final = 66.0
_LEFT: Final = (210.0 - COLUMNS * CARD_WIDTH) / 2
_TOP: Final = (297.0 - ROWS * CARD_HEIGHT) / 2
_PAD: Final = 5.0
_MARK: Final = 5.0  # how long a cut mark is
_QR: Final = 29.0
_PICTURE: Final = 14.0
_PICTURE_PIXELS: Final = 330
_MASK: Final = (
    3  # one of eight ways to spread the dots; looking for the best takes most of the time
)
_QUIET: Final = 4  # modules of white around a code (ISO/IEC 18004)
_FONT: Final = "Helvetica"
_WIDE: Final = "wide"
_ARABIC: Final = "arabic"
# For letters that the fonts of every reader lack; by family, the package and its file.
_FONTS: Final = {
    _WIDE: ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf"),
    _ARABIC: ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf"),
}
_POINT: Final = 25.4 / 72  # of a millimetre


@dataclass(slots=True)
class _Sheet:
    """A PDF that is drawn on, and the small pictures it has."""

    pdf: FPDF
    issuer_id: int
    issuer_name: str
    pictures: dict[str, io.BytesIO | None] = field(default_factory=dict)
    fitted: dict[tuple[str, float, float, bool], tuple[str, float]] = field(default_factory=dict)

    def say(self, x: float, y: float, said: str, size: float, *, bold: bool = False) -> None:
        """On a line, from its left."""
        self._font(said, size, bold=bold)
        if _is_plain(said):
            self.pdf.text(x, y, said)
        else:  # letter by letter from whichever font has it, and joined as its script wants
            self.pdf.set_xy(x, y - size * _POINT)
            self.pdf.cell(h=size * _POINT * 1.3, text=said)

    def say_within(
        self, x: float, y: float, said: str, size: float, width: float, *, bold: bool = False
    ) -> None:
        """Smaller where it is long, and cut where it is very long."""
        wanted = (said, size, width, bold)
        if wanted not in self.fitted:  # most of it is the same on every card
            self.fitted[wanted] = self._fitted(said, size, width, bold=bold)
        said, size = self.fitted[wanted]
        self.say(x, y, said, size, bold=bold)

    def _fitted(self, said: str, size: float, width: float, *, bold: bool) -> tuple[str, float]:
        least = size * 0.7

        def width_of(end: int) -> float:
            return self._width(f"{said[:end]}...", size, bold=bold)

        while self._width(said, size, bold=bold) > width and size > least:
            size -= 0.5
        if self._width(said, size, bold=bold) <= width:
            return said, size
        fits = bisect_right(range(len(said)), width, key=width_of)
        return f"{said[: max(fits - 1, 0)]}...", size

    def _width(self, said: str, size: float, *, bold: bool = False) -> float:
        self._font(said, size, bold=bold)
        return self.pdf.get_string_width(said)

    def picture(self, digest: str) -> io.BytesIO | None:
        if digest not in self.pictures:
            self.pictures[digest] = _small(self.issuer_id, digest)
        return self.pictures[digest]

    def _font(self, said: str, size: float, *, bold: bool) -> None:
        if _is_plain(said):
            self.pdf.set_text_shaping(use_shaping_engine=False)  # it takes most of the time
            self.pdf.set_fallback_fonts([])
            self.pdf.set_font(_FONT, style="B" if bold else "", size=size)
            return
        for family, (package, name) in _FONTS.items():
            if family not in self.pdf.fonts:
                with as_file(files(package) / "files" / name) as font:
                    self.pdf.add_font(family, fname=font)
        self.pdf.set_fallback_fonts([_ARABIC])
        self.pdf.set_text_shaping(use_shaping_engine=True)
        self.pdf.set_font(_WIDE, size=size)


def encrypted_cards(
    cards: Sequence[Card], *, issuer_id: int, issuer_name: str, password: str
) -> bytes:
    """Any reader asks for the password before it shows anything."""
    pdf = FPDF(format="A4", unit="mm")
    pdf.set_auto_page_break(auto=False)
    pdf.set_title(_("Vouchers"))
    pdf.set_encryption(
        owner_password=secrets.token_urlsafe(24),
        user_password=password,
        encryption_method=EncryptionMethod.AES_256,
        permissions=AccessPermission.all(),
        encrypt_metadata=True,
    )
    sheet = _Sheet(pdf, issuer_id, issuer_name)
    pdf.c_margin = 0
    for place, card in enumerate(cards):
        on_page = place % (COLUMNS * ROWS)
        if on_page == 0:
            pdf.add_page()
            _cut_marks(pdf)
        x = _LEFT + on_page % COLUMNS * CARD_WIDTH
        y = _TOP + on_page // COLUMNS * CARD_HEIGHT
        _draw(sheet, card, x, y)
    return bytes(pdf.output())


def _draw(sheet: _Sheet, card: Card, x: float, y: float) -> None:
    face, pdf = card.face, sheet.pdf
    left, right, wide = x + _PAD, x + CARD_WIDTH - _PAD, CARD_WIDTH - 2 * _PAD
    beside = wide - _QR - 2  # what there is left of the code
    text = left
    picture = sheet.picture(face.picture) if face.picture else None
    if picture is not None:
        pdf.image(picture, left, y + _PAD, _PICTURE, _PICTURE)
        text += _PICTURE + 2
    sheet.say_within(text, y + 10, face.name, 12, beside - (text - left), bold=True)
    sheet.say_within(text, y + 15, sheet.issuer_name, 8, beside - (text - left))
    money = money_text(face.money).replace("\N{NO-BREAK SPACE}", " ")
    sheet.say_within(left, y + 28, money, 19, beside, bold=True)
    sheet.say_within(left, y + 34, validity_text(face), 8.5, beside)
    if face.waits:
        sheet.say_within(left, y + 38.5, _("Activated when it is handed over"), 8.5, beside)
    _code(pdf, card.number, right - _QR, y + _PAD - 1)
    sheet.say(left, y + 44, _("Number"), 7)
    sheet.say_within(left, y + 50.5, grouped(card.number), 17, wide, bold=True)
    pdf.set_draw_color(190)
    pdf.set_line_width(0.2)
    pdf.line(left, y + 53.5, right, y + 53.5)
    person = " · ".join(said for said in (card.called.reference, card.called.name) if said)
    sheet.say_within(left, y + 58, person, 9, wide)
    serial = _("Serial %(serial)s") % {"serial": grouped(str(face.serial))}
    sheet.say(left, y + 62, serial, 7)


def _code(pdf: FPDF, number: str, x: float, y: float) -> None:
    """The number as a QR code, drawn as bars from dot to dot."""
    matrix = segno.make_qr(number, error="q", boost_error=False, mask=_MASK).matrix
    module = _QR / (len(matrix) + 2 * _QUIET) * pdf.k
    bars = []
    for row, dots in enumerate(matrix):
        start = None
        for column, dot in enumerate((*dots, 0)):
            if dot and start is None:
                start = column
            elif not dot and start is not None:
                bars.append(f"{start} {row} {column - start} 1 re")
                start = None
    left = x * pdf.k + _QUIET * module
    top = (pdf.h - y) * pdf.k - _QUIET * module
    move = f"{module:.4f} 0 0 {-module:.4f} {left:.3f} {top:.3f} cm"
    pdf._out(f"q 0 g {move} {' '.join(bars)} f Q")  # noqa: SLF001  # a call for each bar takes ages


def _cut_marks(pdf: FPDF) -> None:
    """At the ends of each cut, outside of the cards."""
    pdf.set_draw_color(120)
    pdf.set_line_width(0.2)
    right, bottom = _LEFT + COLUMNS * CARD_WIDTH, _TOP + ROWS * CARD_HEIGHT
    for column in range(COLUMNS + 1):
        x = _LEFT + column * CARD_WIDTH
        pdf.line(x, _TOP - 1 - _MARK, x, _TOP - 1)
        pdf.line(x, bottom + 1, x, bottom + 1 + _MARK)
    for row in range(ROWS + 1):
        y = _TOP + row * CARD_HEIGHT
        pdf.line(_LEFT - 1 - _MARK, y, _LEFT - 1, y)
        pdf.line(right + 1, y, right + 1 + _MARK, y)


def _small(issuer_id: int, digest: str) -> io.BytesIO | None:
    """Square, and no larger than print needs; None where it is not kept here."""
    try:
        with Image.open(picture_path(issuer_id, digest)) as image:
            plain = Image.new("RGB", image.size, "white")
            plain.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    except FileNotFoundError:
        return None
    side = min(plain.size)
    left, top = (plain.width - side) // 2, (plain.height - side) // 2
    square = plain.crop((left, top, left + side, top + side))
    square.thumbnail((_PICTURE_PIXELS, _PICTURE_PIXELS))
    written = io.BytesIO()
    square.save(written, "JPEG", quality=85)
    return written


def _is_plain(said: str) -> bool:
    """Whether the fonts of every reader have its letters."""
    return said.isascii() or said == said.encode("latin-1", "ignore").decode("latin-1")
