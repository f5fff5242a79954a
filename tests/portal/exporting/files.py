"""Files as a spreadsheet reads them, and lists walked page by page."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeVar, cast
from uuid import UUID
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.test import Client

from counterfoil.portal.listing import Listing, Place, Row, Wanted
from counterfoil.portal.pager import Part

if TYPE_CHECKING:
    from collections.abc import Iterable


Parts = Mapping[str, bytes]
P = TypeVar("P", bound=Place)
R = TypeVar("R", bound=Row)
_NEXT: Final = re.compile(r'rel="next" href="([^"]+)"')
_ROWS_MAX: Final = 5000  # of the lists of tests
_SHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def csv_of(answer: HttpResponseBase) -> list[list[str]]:
    """The lines, the headings first; with the mark by which a spreadsheet knows UTF-8."""
    said = _body(answer)
    assert said.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(said.decode().removeprefix("\ufeff"))))


def parts_of_book(answer: HttpResponseBase) -> Parts:
    with ZipFile(io.BytesIO(_body(answer))) as book:
        return {name: book.read(name) for name in book.namelist()}


def sheet_of(parts: Parts) -> list[dict[str, tuple[str, str, str]]]:
    """Each row as its cells by their column: type, how it is shown, and what stands in it."""
    formats = _formats(parts["xl/styles.xml"])
    sheet = ET.fromstring(parts["xl/worksheets/sheet1.xml"])  # noqa: S314  # we wrote it
    return [
        {
            re.sub(r"\d", "", cell.attrib["r"]): (
                cell.attrib.get("t", "n"),
                formats[int(cell.attrib.get("s", 0))],
                "".join(cell.itertext()),
            )
            for cell in row
        }
        for row in sheet.iter(f"{_SHEET}row")
    ]


def _body(answer: HttpResponseBase) -> bytes:
    said = b"".join(cast("Iterable[bytes]", answer))
    answer.close()
    return said


def _formats(styles: bytes) -> list[str]:
    root = ET.fromstring(styles)  # noqa: S314  # we wrote it
    codes = {
        each.attrib["numFmtId"]: each.attrib["formatCode"] for each in root.iter(f"{_SHEET}numFmt")
    }
    cells = root.find(f"{_SHEET}cellXfs")
    assert cells is not None
    return [codes.get(each.attrib["numFmtId"], each.attrib["numFmtId"]) for each in cells]


def pages_of(browser: Client, address: str, query: str = "") -> Iterator[str]:
    """Every page of a list, as its pager leads from one to the next."""
    following: str | None = query
    while following is not None:
        answer = browser.get(address + following)
        assert answer.status_code == 200
        page = answer.content.decode()
        yield page
        found = _NEXT.search(page)
        following = found[1].replace("&amp;", "&") if found else None


def walked(listing: Listing[P, R], place: P, query: str, *, at_once: int) -> list[R]:
    """A whole list in one order, some rows at a time; each page begins where the last one ended."""
    form = listing.form(QueryDict(query), place)
    after: Mapping[str, Part] = form.order.first
    found: list[R] = []
    while True:
        some = listing.read(place, Wanted(form.filters, form.order.name, after, at_once))
        found += some
        assert len(found) <= _ROWS_MAX, "it does not come to an end"
        if len(some) < at_once:
            return found
        after = dict(zip(form.order.first, some[-1].key, strict=True))


def proved(listing: Listing[P, R], place: P, *, rows: int) -> dict[str, list[R]]:
    """Each order of a list, proven to give every row once, however many are fetched at a time."""
    orders: Sequence[str] = [order.name for order in listing.form(QueryDict(), place).orders]
    all_of = {name: walked(listing, place, f"sort={name}", at_once=1000) for name in orders}
    for name, found in all_of.items():
        assert len(found) == rows, (name, len(found))
        assert len({row.key for row in found}) == rows, name
        for at_once in (1, 2, 3):
            piecemeal = walked(listing, place, f"sort={name}", at_once=at_once)
            assert [row.key for row in piecemeal] == [row.key for row in found], (name, at_once)
        for least in (True, False):
            after = {
                part: _end(of, least=least) for part, of in _order(listing, place, name).items()
            }
            listing.read(place, Wanted(_nothing(listing, place), name, after, 5))  # no fault
    for one, other in pairwise(orders):
        assert _as_set(all_of[one], listing) == _as_set(all_of[other], listing), (one, other)
    return all_of


def _order(listing: Listing[P, R], place: P, name: str) -> Mapping[str, Part]:
    return listing.form(QueryDict(f"sort={name}"), place).order.first


def _nothing(listing: Listing[P, R], place: P) -> Mapping[str, object]:
    return listing.form(QueryDict(), place).filters


def _end(of: Part, *, least: bool) -> Part:
    """The least or the largest that can stand in a token for such a part of a key."""
    match of:
        case int():
            return 1 - 2**63 if least else 2**63 - 1
        case datetime():
            return (datetime.min if least else datetime.max).replace(tzinfo=UTC)  # noqa: DTZ901
        case date():
            return date.min if least else date.max
        case UUID():
            return UUID(int=0 if least else 2**128 - 1)
        case _:
            return "" if least else "'\uffff"


def _as_set(found: Sequence[R], listing: Listing[P, R]) -> set[tuple[object, ...]]:
    return {tuple(column.value(row) for column in listing.columns) for row in found}
