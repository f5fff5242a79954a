"""Tables that people send, read as text: CSV in the encodings that spreadsheets write, and XLSX.

Nothing is believed: how much is unpacked is counted while it is, no formula is worked out, no other
file is looked at, and there is an end to rows, columns and what stands in a cell.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final
from xml.parsers import expat

from django.utils.translation import gettext as _

BYTES_MAX: Final = 5 * 1024 * 1024
UNPACKED_BYTES_MAX: Final = 24 * 1024 * 1024  # of one part of a workbook
_PARTS_MAX: Final = 500
_PIECE_BYTES: Final = 64 * 1024
_COLUMNS_MAX: Final = 30
_CELL_CHARACTERS_MAX: Final = 500
_STRINGS_MAX: Final = 200_000
_DIGITS_MAX: Final = 15  # a spreadsheet counts no further
_ENCODINGS: Final = ("utf-8-sig", "cp1252")
_COLUMN: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"


class UnreadableFileError(ValueError):
    """Says in the language of the page what is wrong with the file and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the one that a spreadsheet shows beside it."""

    number: int
    cells: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Row({self.number}, …)"


def rows_of(content: bytes, *, rows_max: int) -> list[Row]:
    """Rows in which something stands. Raises UnreadableFileError, also where there are more."""
    if not content:
        raise UnreadableFileError(_("This file is empty. Choose the one with the people in it."))
    if len(content) > BYTES_MAX:
        raise UnreadableFileError(_("This file is larger than 5 MB. Divide it."))
    if content.startswith(b"PK"):
        found = _xlsx_rows(content)
    elif content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        raise UnreadableFileError(_not_a_table())
    else:
        found = _csv_rows(content)
    kept: list[Row] = []
    for row in found:
        if not any(row.cells):
            continue
        if len(kept) == rows_max:
            raise UnreadableFileError(
                _("This file has more than %(most)s rows. Divide it.") % {"most": rows_max - 1}
            )
        kept.append(row)
    return kept


def _not_a_table() -> str:
    return _("This is not a table we can read. Save it as XLSX or CSV, without a password.")


def _tidy(cell: str) -> str:
    return " ".join(cell[:_CELL_CHARACTERS_MAX].split())


# --------------------------------------------------------------------- CSV


def _csv_rows(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    if "\x00" in text:
        raise UnreadableFileError(_not_a_table())
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableFileError(_not_a_table()) from error
        if cells is None:
            return
        yield Row(number, tuple(_tidy(cell) for cell in cells[:_COLUMNS_MAX]))


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(
        _("The letters in this file cannot be read. Save it as CSV UTF-8, or as XLSX.")
    )


# -------------------------------------------------------------------- XLSX


def _xlsx_rows(content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if len(book.infolist()) > _PARTS_MAX:
                raise UnreadableFileError(_not_a_table())
            sheet = _first_sheet(book)
            strings = _Strings()
            if "xl/sharedStrings.xml" in book.namelist():
                _parse(book, "xl/sharedStrings.xml", strings)
            cells = _Cells(strings.found)
            yield from _parse_rows(book, sheet, cells)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        KeyError,
        NotImplementedError,
        RuntimeError,  # encrypted parts
        EOFError,
        OSError,
        UnicodeDecodeError,
    ) as error:
        raise UnreadableFileError(_not_a_table()) from error


def _first_sheet(book: zipfile.ZipFile) -> str:
    """The name of the part that the workbook shows first."""
    sheets = _Attributes("sheet", _RELATION)
    _parse(book, "xl/workbook.xml", sheets)
    relations = _Attributes("Relationship", "Id", "Target")
    _parse(book, "xl/_rels/workbook.xml.rels", relations)
    wanted = sheets.found[0][0] if sheets.found else ""
    target = next((target for name, target in relations.found if name == wanted), "")
    if not target:
        raise UnreadableFileError(_not_a_table())
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


class _Part:
    """What is picked up while a part is parsed; names come without their namespaces."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, said: str) -> None: ...


class _Attributes(_Part):
    def __init__(self, element: str, *names: str) -> None:
        self.found: list[tuple[str, ...]] = []
        self._element, self._names = element, names

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._element and len(self.found) < _PARTS_MAX:
            self.found.append(tuple(attributes.get(each, "") for each in self._names))


class _Strings(_Part):
    """The texts that cells refer to by their number; how they are read aloud is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._said: list[str] = []
        self._in_text = self._in_reading = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if name == "si":
            self._said = []
        elif name == "rPh":
            self._in_reading = True
        elif name == "t":
            self._in_text = not self._in_reading

    def end(self, name: str) -> None:
        if name == "si":
            if len(self.found) == _STRINGS_MAX:
                raise UnreadableFileError(_not_a_table())
            self.found.append(_tidy("".join(self._said)))
        elif name == "rPh":
            self._in_reading = False
        elif name == "t":
            self._in_text = False

    def text(self, said: str) -> None:
        if self._in_text:
            self._said.append(said)


class _Cells(_Part):
    """Rows of a sheet, each as soon as it ends."""

    def __init__(self, strings: list[str]) -> None:
        self.ready: list[Row] = []
        self._strings = strings
        self._number = 0
        self._row: dict[int, str] = {}
        self._column = self._kind = ""
        self._said: list[str] = []
        self._in_value = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            told = attributes.get("r", "")
            self._number = int(told) if told.isdecimal() and len(told) < 8 else self._number + 1  # noqa: PLR2004
            self._row = {}
        elif name == "c":
            self._column, self._kind = attributes.get("r", ""), attributes.get("t", "n")
            self._said = []
        elif name in {"v", "t"}:
            self._in_value = True

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._in_value = False
        elif name == "c":
            place = _place(self._column, len(self._row))
            if place < _COLUMNS_MAX:
                self._row[place] = self._value("".join(self._said))
        elif name == "row":
            width = max(self._row, default=-1) + 1
            cells = tuple(self._row.get(place, "") for place in range(width))
            self.ready.append(Row(self._number, cells))

    def text(self, said: str) -> None:
        if self._in_value:
            self._said.append(said)

    def _value(self, said: str) -> str:
        if self._kind == "s":
            known = said.isdecimal() and len(said) < 8 and int(said) < len(self._strings)  # noqa: PLR2004
            return self._strings[int(said)] if known else ""
        return _plain_number(said) if self._kind == "n" else _tidy(said)


def _place(column: str, otherwise: int) -> int:
    found = _COLUMN.fullmatch(column)
    if found is None:
        return otherwise
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _plain_number(said: str) -> str:
    """As a person sees it: 4021 rather than 4021.0."""
    try:
        number = float(said)
    except ValueError:
        return _tidy(said)
    if number.is_integer() and abs(number) < 10**_DIGITS_MAX:
        return str(int(number))
    return _tidy(said)


def _parse(book: zipfile.ZipFile, name: str, part: _Part) -> None:
    parser = _parser(part)
    with book.open(name) as file:
        for piece in _pieces(file):
            parser.Parse(piece, False)  # noqa: FBT003  # expat takes no names
        parser.Parse(b"", True)  # noqa: FBT003


def _parse_rows(book: zipfile.ZipFile, name: str, cells: _Cells) -> Iterator[Row]:
    parser = _parser(cells)
    with book.open(name) as file:
        for piece in _pieces(file):
            parser.Parse(piece, False)  # noqa: FBT003
            yield from cells.ready
            cells.ready.clear()
        parser.Parse(b"", True)  # noqa: FBT003
        yield from cells.ready


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Whatever the archive says of its size, it is counted."""
    left = UNPACKED_BYTES_MAX
    while piece := file.read(_PIECE_BYTES):
        left -= len(piece)
        if left < 0:
            raise UnreadableFileError(
                _("This file is too large when it is opened. Keep only the people in it.")
            )
        yield piece


def _parser(part: _Part) -> expat.XMLParserType:
    """Without document types, in which bombs and other files hide."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def no_types(*_args: object) -> None:
        raise UnreadableFileError(_not_a_table())

    def begin(name: str, attributes: dict[str, str]) -> None:
        part.begin(name.rpartition(" ")[2], attributes)

    def end(name: str) -> None:
        part.end(name.rpartition(" ")[2])

    parser.StartDoctypeDeclHandler = no_types
    parser.EntityDeclHandler = no_types
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = part.text
    return parser
