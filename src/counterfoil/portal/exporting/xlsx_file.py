"""A table as a workbook of one sheet: written row by row into a file that is no one's else."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from xlsxwriter import Workbook

from counterfoil.money import Money, decimal_text, minor_digits
from counterfoil.portal.exporting.columns import Cell, Heading, Kind

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDTHS: Final = {
    Kind.TEXT: 28,
    Kind.MONEY: 16,
    Kind.CURRENCY: 10,
    Kind.NUMBER: 12,
    Kind.MOMENT: 24,
    Kind.DAY: 14,
}
_CELL_CHARACTERS_MAX: Final = 32_767  # the format's own limit
_DIGITS_MAX: Final = 15  # a spreadsheet counts no further
_TITLE_CHARACTERS_MAX: Final = 31
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\']")
# Written plainly, whatever it looks like: no formulas, no links, no texts that become numbers. What
# is a cell of text stays one, so that nothing is put before it as in a CSV file.
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx_file(
    title: str, headings: Sequence[Heading], pages: Iterable[Sequence[Sequence[Cell]]]
) -> IO[bytes]:
    """Open at its beginning; it is gone when it is closed."""
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    book = Workbook(file, _OPTIONS)
    sheet = _Sheet(book, title)
    sheet.head(headings)
    for page in pages:
        for row in page:
            sheet.add(row)
    sheet.finish(len(headings))
    book.close()
    file.seek(0)
    return file


class _Sheet:
    """The one sheet of a book, and the next row of it."""

    def __init__(self, book: Workbook, title: str) -> None:
        self._book = book
        self._sheet: Worksheet = book.add_worksheet(
            _NOT_IN_TITLES.sub(" ", title)[:_TITLE_CHARACTERS_MAX]
        )
        self._row = 0
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._whole = book.add_format({"num_format": "#,##0"})
        self._money: dict[int, Format] = {}

    def head(self, headings: Sequence[Heading]) -> None:
        """Stays in sight; money and numbers are headed where they stand."""
        for place, heading in enumerate(headings):
            numbers = heading.kind in {Kind.MONEY, Kind.NUMBER}
            bold = self._book.add_format({"bold": True, "align": "right" if numbers else "left"})
            width = max(_WIDTHS[heading.kind], len(heading.text) + 2)
            self._sheet.set_column(place, place, width)
            self._sheet.write_string(0, place, heading.text, bold)
        self._sheet.freeze_panes(1, 0)
        self._row = 1

    def add(self, row: Sequence[Cell]) -> None:
        for place, cell in enumerate(row):
            if cell is not None:
                self._write(place, cell)
        self._row += 1

    def finish(self, columns: int) -> None:
        self._sheet.autofilter(0, 0, max(self._row - 1, 1), columns - 1)

    def _write(self, place: int, cell: str | int | datetime | date | Money) -> None:
        match cell:
            case str():
                self._text(place, cell)
            case Money():
                self._amount(place, cell)
            case datetime():
                self._sheet.write_datetime(self._row, place, cell, self._moment)
            case date():
                self._sheet.write_datetime(self._row, place, cell, self._day)
            case int():
                self._sheet.write_number(self._row, place, cell, self._whole)

    def _amount(self, place: int, money: Money) -> None:
        digits = minor_digits(money.currency)
        if digits not in self._money:
            point = "." + "0" * digits if digits else ""
            self._money[digits] = self._book.add_format({"num_format": f"#,##0{point}"})
        number = decimal_text(money.amount_minor, money.currency)
        if len(str(abs(money.amount_minor))) > _DIGITS_MAX:
            self._text(place, number)
        else:
            self._sheet.write_number(self._row, place, Decimal(number), self._money[digits])

    def _text(self, place: int, said: str) -> None:
        self._sheet.write_string(self._row, place, said[:_CELL_CHARACTERS_MAX])
