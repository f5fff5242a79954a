"""What papers are drawn with: the same bytes whenever they are asked for.

The fonts come with packages of their own, so that names are legible wherever they are from.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fpdf import FPDF

_SANS: Final = ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf")
_ARABIC: Final = ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf")
MARGIN: Final = 20  # all lengths in millimetres
WIDTH: Final = 170
GAP: Final = 6
SMALL, PLAIN, STRONG, LARGE = 9, 10, 12, 19  # points
_LINE: Final = {SMALL: 5, PLAIN: 5, STRONG: 7, LARGE: 10}
_SOFT: Final = 95  # of 255, as grey as what is secondary
_LABELS: Final = 56  # how wide
_FIRST_MARK: Final = 0x300  # letters of Latin below it stand each for itself


def sheet_of(title: str, language: str, at: datetime, text: str) -> "FPDF":
    """What takes most of the time is left out where no letter of `text`, all that stands on it,
    needs it: the second font, and the shaping of scripts whose letters join or carry marks.
    """
    # They take a second to load, and few processes draw papers.
    from fpdf import FPDF  # noqa: PLC0415
    from fpdf.fonts import TTFFont  # noqa: PLC0415

    sheet = FPDF(format="A4")
    sheet.set_margin(MARGIN)
    sheet.set_creation_date(at)
    sheet.set_lang(language)
    sheet.set_title(title)
    _add_font(sheet, "sans", _SANS)
    sans = sheet.fonts["sans"]
    if not isinstance(sans, TTFFont) or any(ord(letter) not in sans.cmap for letter in text):
        _add_font(sheet, "arabic", _ARABIC)
        sheet.set_fallback_fonts(["arabic"])
    needs_shaping = any(ord(letter) >= _FIRST_MARK for letter in text)
    sheet.set_text_shaping(use_shaping_engine=needs_shaping)
    sheet.add_page()
    sheet.set_font("sans", size=PLAIN)
    return sheet


def _add_font(sheet: "FPDF", family: str, source: tuple[str, str]) -> None:
    package, name = source
    with as_file(files(package) / "files" / name) as font:
        sheet.add_font(family, fname=font)


def head(sheet: "FPDF", issuer: str, title: str) -> None:
    write(sheet, issuer, size=PLAIN)
    sheet.ln(GAP)
    write(sheet, title, size=LARGE)
    rule(sheet)
    sheet.ln(GAP)


def facts(sheet: "FPDF", found: Sequence[tuple[str, str]]) -> None:
    for label, text in found:
        top = sheet.get_y()
        write(sheet, label, width=_LABELS, size=SMALL, is_soft=True)
        sheet.set_y(top)
        write(sheet, text, left=MARGIN + _LABELS, width=WIDTH - _LABELS)
    sheet.ln(GAP)


def row(
    sheet: "FPDF", cells: Sequence[str], columns: Sequence[int], *, is_soft: bool = False
) -> None:
    """`columns` are their widths; all but the first are amounts."""
    top, left = room(sheet), MARGIN
    bottoms = []
    for number, (text, width) in enumerate(zip(cells, columns, strict=True)):
        sheet.set_y(top)
        write(
            sheet,
            text,
            left=left,
            width=width,
            size=SMALL if is_soft else PLAIN,
            is_soft=is_soft,
            align="R" if number else "L",
        )
        bottoms.append(sheet.get_y())
        left += width
    sheet.set_y(max(bottoms) + 1)


def room(sheet: "FPDF") -> float:
    """Where the next row begins: on a page of its own where this one is full."""
    if sheet.will_page_break(GAP * 3):
        sheet.add_page()
    return sheet.get_y()


def totals(sheet: "FPDF", found: Sequence[tuple[str, str]]) -> None:
    """The last of them is what the paper is about."""
    for number, (label, text) in enumerate(found, 1):
        is_last = number == len(found)
        top = room(sheet)
        size = STRONG if is_last else PLAIN
        write(sheet, label, width=WIDTH - _LABELS, size=size, is_soft=not is_last, align="R")
        sheet.set_y(top)
        left = MARGIN + WIDTH - _LABELS
        write(sheet, text, left=left, width=_LABELS, size=size, align="R")
    sheet.ln(GAP)


def rule(sheet: "FPDF") -> None:
    sheet.set_draw_color(200)
    sheet.line(MARGIN, sheet.get_y() + 1, MARGIN + WIDTH, sheet.get_y() + 1)
    sheet.ln(3)


def write(
    sheet: "FPDF",
    text: str,
    *,
    left: int = MARGIN,
    width: int = WIDTH,
    size: int = PLAIN,
    is_soft: bool = False,
    align: str = "L",
) -> None:
    """As many lines as it takes; the next text begins below them."""
    sheet.set_font("sans", size=size)
    sheet.set_text_color(_SOFT if is_soft else 0)
    sheet.set_x(left)
    # One line is set as one: to look for where it could break is most of the time of a paper.
    is_one = "\n" not in text and sheet.get_string_width(text) <= width - 2 * sheet.c_margin
    set_text = sheet.cell if is_one else sheet.multi_cell
    set_text(width, _LINE[size], text, align=align, new_x="LMARGIN", new_y="NEXT")
