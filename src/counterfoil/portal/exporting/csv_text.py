"""A table as CSV: UTF-8 with a mark, so that spreadsheets read its letters, and no formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from counterfoil.money import Money, decimal_text
from counterfoil.portal.exporting.columns import Cell, Heading
from counterfoil.portal.spreadsheets import harmless


def csv_text(
    headings: Sequence[Heading], pages: Iterable[Sequence[Sequence[Cell]]]
) -> Iterator[str]:
    """In pieces, one for each page of rows."""
    yield "\ufeff" + _lines([[harmless(heading.text) for heading in headings]])
    for page in pages:
        yield _lines([_text(cell) for cell in row] for row in page)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case Money():
            return decimal_text(cell.amount_minor, cell.currency)
        case datetime():
            return cell.isoformat(" ", "seconds")
        case _:
            return str(cell)
