"""Papers drawn as PDF: the same bytes whenever they are asked for.

The fonts come with packages of their own, so that names are legible wherever they are from.
"""

from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.translation import gettext as _

from counterfoil.money import Money
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.models import Paper, PaperKind
from counterfoil.portal.purchases.papers import (
    PaperContent,
    Party,
    content_of,
    local_date,
    reference,
)
from counterfoil.portal.templatetags.counterfoil import count

if TYPE_CHECKING:
    from fpdf import FPDF

_SANS: Final = ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf")
_ARABIC: Final = ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf")
_MARGIN: Final = 20  # all lengths in millimetres
_WIDTH: Final = 170
_GAP: Final = 6
_SMALL, _PLAIN, _STRONG, _LARGE = 9, 10, 12, 19  # points
_LINE: Final = {_SMALL: 5, _PLAIN: 5, _STRONG: 7, _LARGE: 10}
_SOFT: Final = 95  # of 255, as grey as what is secondary
_RIGHT_COLUMN: Final = 95  # where it begins
_LABELS: Final = 56  # how wide
_COLUMNS: Final = (66, 24, 38, 42)  # what, how many, each, together


def rendered(paper: Paper) -> bytes:
    with translation.override(paper.language):
        content = content_of(paper)
        sheet = _sheet(paper, str(content))
        _head(sheet, paper, content)
        _parties(sheet, content)
        _facts(sheet, _facts_of(paper, content))
        if content.lines:
            _table(sheet, content)
        _totals(sheet, _totals_of(paper, content), content.currency)
        _foot(sheet, paper, content)
        return bytes(sheet.output())


def _sheet(paper: Paper, text: str) -> "FPDF":
    """With the second font only where the first lacks a letter of the text: it is a quarter of the
    time that a paper takes.
    """
    # They take a second to load, and few processes draw papers.
    from fpdf import FPDF  # noqa: PLC0415
    from fpdf.fonts import TTFFont  # noqa: PLC0415

    sheet = FPDF(format="A4")
    sheet.set_margin(_MARGIN)
    sheet.set_creation_date(paper.issued_at)
    sheet.set_lang(paper.language)
    sheet.set_title(f"{_title(paper)} {reference(paper)}")
    _add_font(sheet, "sans", _SANS)
    sans = sheet.fonts["sans"]
    if not isinstance(sans, TTFFont) or any(ord(letter) not in sans.cmap for letter in text):
        _add_font(sheet, "arabic", _ARABIC)
        sheet.set_fallback_fonts(["arabic"])
    sheet.set_text_shaping(use_shaping_engine=True)
    sheet.add_page()
    sheet.set_font("sans", size=_PLAIN)
    return sheet


def _add_font(sheet: "FPDF", family: str, source: tuple[str, str]) -> None:
    package, name = source
    with as_file(files(package) / "files" / name) as font:
        sheet.add_font(family, fname=font)


def _title(paper: Paper) -> str:
    return str(PaperKind(paper.kind).label)


def _head(sheet: "FPDF", paper: Paper, content: PaperContent) -> None:
    _write(sheet, content.issuer.name, size=_PLAIN)
    sheet.ln(_GAP)
    _write(sheet, f"{_title(paper)} {reference(paper)}", size=_LARGE)
    _rule(sheet)
    sheet.ln(_GAP)


def _parties(sheet: "FPDF", content: PaperContent) -> None:
    top = sheet.get_y()
    ends = []
    for left, label, party in (
        (_MARGIN, _("From"), content.issuer),
        (_MARGIN + _RIGHT_COLUMN, _("To"), content.buyer),
    ):
        sheet.set_y(top)
        for number, text in enumerate([label, *_party_lines(party)]):
            _write(
                sheet,
                text,
                left=left,
                width=_WIDTH - _RIGHT_COLUMN,
                size=_PLAIN if number == 1 else _SMALL,
                is_soft=number != 1,
            )
        ends.append(sheet.get_y())
    sheet.set_y(max(ends) + _GAP)


def _party_lines(party: Party) -> list[str]:
    tax = _("Tax number %(number)s") % {"number": party.tax_id} if party.tax_id else ""
    return [text for text in (party.name, party.address, tax, party.contact) if text]


def _facts_of(paper: Paper, content: PaperContent) -> list[tuple[str, str]]:
    found = [(_("Date"), day_text(local_date(paper)))]
    if content.purchase:
        found.append((_("Purchase"), content.purchase))
    if content.until is not None:
        found.append((_("Stock is held until"), day_text(content.until)))
    if content.bank_reference:
        found.append((_("Bank reference"), content.bank_reference))
    if content.value_date is not None:
        found.append((_("Value date"), day_text(content.value_date)))
    return found


def _facts(sheet: "FPDF", facts: Sequence[tuple[str, str]]) -> None:
    for label, text in facts:
        top = sheet.get_y()
        _write(sheet, label, width=_LABELS, size=_SMALL, is_soft=True)
        sheet.set_y(top)
        _write(sheet, text, left=_MARGIN + _LABELS, width=_WIDTH - _LABELS)
    sheet.ln(_GAP)


def _table(sheet: "FPDF", content: PaperContent) -> None:
    _row(sheet, (_("Voucher"), _("Quantity"), _("Each"), _("Together")), is_soft=True)
    _rule(sheet)
    for line in content.lines:
        _row(
            sheet,
            (
                line.text,
                count(line.count),
                money_text(Money(line.unit_minor, content.currency)),
                money_text(Money(line.total_minor, content.currency)),
            ),
        )
    _rule(sheet)


def _row(sheet: "FPDF", cells: Sequence[str], *, is_soft: bool = False) -> None:
    top, left = _room(sheet), _MARGIN
    bottoms = []
    for number, (text, width) in enumerate(zip(cells, _COLUMNS, strict=True)):
        sheet.set_y(top)
        _write(
            sheet,
            text,
            left=left,
            width=width,
            size=_SMALL if is_soft else _PLAIN,
            is_soft=is_soft,
            align="R" if number else "L",
        )
        bottoms.append(sheet.get_y())
        left += width
    sheet.set_y(max(bottoms) + 1)


def _room(sheet: "FPDF") -> float:
    """Where the next row begins: on a page of its own where this one is full."""
    if sheet.will_page_break(_GAP * 3):
        sheet.add_page()
    return sheet.get_y()


def _totals_of(paper: Paper, content: PaperContent) -> list[tuple[str, int]]:
    """The last of them is what the paper is about."""
    face, total = content.face_minor, content.total.amount_minor
    match paper.kind:
        case PaperKind.RECEIPT:
            return _receipt_totals(content, face, total)
        case PaperKind.COMMISSION:
            return [
                (_("Face value of the vouchers sold"), content.money_minor),
                (_("Commission"), content.commission_minor),
            ]
        case PaperKind.CREDIT_NOTE:
            return [(_("Paid back"), content.money_minor)]
        case _:
            return [
                (_("Face value"), face),
                (_("Commission"), content.commission_minor),
                (_("Total to pay"), total),
            ]


def _receipt_totals(content: PaperContent, face: int, total: int) -> list[tuple[str, int]]:
    found = [
        (_("Face value"), face),
        (_("Commission"), content.commission_minor),
        (_("Total of the purchase"), total),
    ]
    if content.from_balance_minor > 0:
        found.append((_("From the balance, or still missing"), content.from_balance_minor))
    elif content.from_balance_minor < 0:
        found.append((_("Stays on the balance"), -content.from_balance_minor))
    return [*found, (_("Received"), content.money_minor)]


def _totals(sheet: "FPDF", totals: Sequence[tuple[str, int]], currency: str) -> None:
    for number, (label, amount_minor) in enumerate(totals, 1):
        is_last = number == len(totals)
        top = _room(sheet)
        size = _STRONG if is_last else _PLAIN
        _write(sheet, label, width=_WIDTH - _LABELS, size=size, is_soft=not is_last, align="R")
        sheet.set_y(top)
        text = money_text(Money(amount_minor, currency))
        left = _MARGIN + _WIDTH - _LABELS
        _write(sheet, text, left=left, width=_LABELS, size=size, align="R")
    sheet.ln(_GAP)


def _foot(sheet: "FPDF", paper: Paper, content: PaperContent) -> None:
    """How to pay, where there is something to be paid."""
    if paper.kind != PaperKind.PRO_FORMA:
        return
    _rule(sheet)
    sheet.ln(2)
    _write(sheet, _("How to pay"), size=_STRONG)
    if content.account:
        _write(sheet, _("Into %(account)s") % {"account": content.account})
    _write(sheet, _("Give the reference %(code)s.") % {"code": content.purchase})
    if content.how_to_pay:
        _write(sheet, content.how_to_pay)
    _write(
        sheet,
        _("This is not an invoice for tax: it says what the vouchers cost until that day."),
        size=_SMALL,
        is_soft=True,
    )


def _rule(sheet: "FPDF") -> None:
    sheet.set_draw_color(200)
    sheet.line(_MARGIN, sheet.get_y() + 1, _MARGIN + _WIDTH, sheet.get_y() + 1)
    sheet.ln(3)


def _write(
    sheet: "FPDF",
    text: str,
    *,
    left: int = _MARGIN,
    width: int = _WIDTH,
    size: int = _PLAIN,
    is_soft: bool = False,
    align: str = "L",
) -> None:
    """As many lines as it takes; the next text begins below them."""
    sheet.set_font("sans", size=size)
    sheet.set_text_color(_SOFT if is_soft else 0)
    sheet.set_x(left)
    sheet.multi_cell(width, _LINE[size], text, align=align, new_x="LMARGIN", new_y="NEXT")
