"""The numbers as a workbook that spreadsheets open with a password: AES-256, ECMA-376 agile
encryption.
"""

import io
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from msoffcrypto.format.ooxml import OOXMLFile
from xlsxwriter import Workbook

from counterfoil.money import decimal_text
from counterfoil.portal.handovers.opening import Card
from counterfoil.portal.handovers.words import grouped, validity_text

_WIDTHS: Final = (18, 32, 26, 24, 12, 10, 28, 24)
# A name is a cell of text, whatever it looks like: never a formula, a link or a number.
_OPTIONS: Final = {
    "in_memory": True,  # nothing of it is written where it could be found
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def encrypted_sheet(cards: Sequence[Card], *, password: str) -> bytes:
    plain, sealed = io.BytesIO(), io.BytesIO()
    _write(plain, cards)
    plain.seek(0)
    OOXMLFile(plain).encrypt(password, sealed)
    return sealed.getvalue()


def _write(file: io.BytesIO, cards: Sequence[Card]) -> None:
    book = Workbook(file, _OPTIONS)
    sheet = book.add_worksheet(_("Vouchers"))
    bold = book.add_format({"bold": True})
    headings = (
        _("Reference"),
        _("Name"),
        _("Voucher"),
        _("Number"),
        _("Amount"),
        _("Currency"),
        _("Validity"),
        _("Serial"),
    )
    for place, (heading, width) in enumerate(zip(headings, _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    sheet.freeze_panes(1, 0)
    for row, card in enumerate(cards, 1):
        face = card.face
        for place, cell in enumerate(
            (
                card.called.reference,
                card.called.name,
                face.name,
                grouped(card.number),
                decimal_text(face.amount_minor, face.currency),
                face.currency,
                validity_text(face),
                grouped(str(face.serial)),
            )
        ):
            sheet.write_string(row, place, cell)
    sheet.autofilter(0, 0, max(len(cards), 1), len(headings) - 1)
    book.close()
