"""Files of people: as spreadsheets write them, as people get them wrong, and as an enemy would."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.portal.conftest import Portal
from tests.portal.handovers.scene import csv_file, given_scene, sheet_rows
from xlsxwriter import Workbook

from counterfoil.portal.handovers import sheets
from counterfoil.portal.handovers.people_files import people_in
from counterfoil.portal.handovers.sheets import UnreadableFileError, rows_of

HEAD: Final = [["reference", "name"]]
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


def book(rows: list[list[object]]) -> bytes:
    """As a spreadsheet program writes it."""
    file = io.BytesIO()
    written = Workbook(file, {"in_memory": True})
    sheet = written.add_worksheet()
    for row, cells in enumerate(rows):
        sheet.write_row(row, 0, cells)
    written.close()
    return file.getvalue()


def raw_book(sheet: str, *, more: Mapping[str, bytes] | None = None) -> bytes:
    """Whatever is in its sheet."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="t"'
            ' Target="worksheets/sheet1.xml"/></Relationships>',
        )
        made.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in (more or {}).items():
            made.writestr(name, content)
    return file.getvalue()


def called(content: bytes) -> list[tuple[str, str]]:
    found = people_in(content)
    assert list(found.problems) == []
    return [(each.reference, each.name) for each in found.people]


@pytest.mark.parametrize(
    "content",
    [
        b"reference,name\nHH-1,Jos\xc3\xa9 N\xc3\xba\xc3\xb1ez\n",
        b"\xef\xbb\xbfReference;Full name\r\nHH-1;Jos\xc3\xa9 N\xc3\xba\xc3\xb1ez\r\n",
        "Código\tNombre completo\nHH-1\tJosé Núñez\n".encode("utf-16"),
        "Nombre;Referencia\nJosé Núñez;HH-1\n".encode("cp1252"),
        b'No.,"NAME",Village\nHH-1,"Jos\xc3\xa9  N\xc3\xba\xc3\xb1ez",Kitale\n\n',
        book([["ID", "Name"], ["HH-1", "José Núñez"]]),
    ],
)
def test_what_spreadsheets_write_is_read(content: bytes) -> None:
    assert called(content) == [("HH-1", "José Núñez")]


def test_numbers_in_a_workbook_are_as_people_see_them() -> None:
    assert called(book([["ref", "name"], [4021, "A"], [4022.0, "B"], ["007", "C"]])) == [
        ("4021", "A"),
        ("4022", "B"),
        ("007", "C"),
    ]


def test_each_row_that_is_wrong_is_named_by_its_number() -> None:
    content = "reference,name\nHH-1,Asha\n,Nobody\n\nHH-3,\nHH-4," + "x" * 200 + "\nHH-5,a\u202eb"
    found = people_in(content.encode())
    assert [each.row for each in found.problems] == [3, 5, 6, 7]
    assert [each.reference for each in found.people] == ["HH-1"]


def test_rows_in_a_workbook_keep_their_numbers() -> None:
    found = people_in(book([["reference", "name"], ["A", "a"], [], ["", "nobody"]]))
    assert [each.row for each in found.problems] == [4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"one,two\n1,2\n", "Name the columns"),
        (b"reference,name\n", "Nobody stands"),
        (b"%PDF-1.7 not a table", "not a table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook", "not a table"),
        (b"PK\x03\x04 broken", "not a table"),
        (b"reference,name\n\x00\x00,b\n", "not a table"),
        (b"\xff\xfe\x00\xd8\x00", "letters"),
        (b"\x81\x8d\x8f\x90", "letters"),
        (b"reference,name\n" + b"x" * (5 * 1024 * 1024), "5 MB"),
        (b'reference,name\n"' + b"x" * 200_000, "not a table"),
    ],
)
def test_what_is_no_table_of_people_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFileError, match=said):
        people_in(content)


def test_more_than_ten_thousand_people_are_too_many() -> None:
    rows = "\n".join(f"P{number},n" for number in range(10_001))
    with pytest.raises(UnreadableFileError, match=r"more than 10000 rows|more than 10,000 rows"):
        people_in(f"reference,name\n{rows}".encode())


def test_a_million_rows_end_where_they_are_too_many() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 400_000))
    content = raw_book(f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>')
    assert len(content) < 5 * 1024 * 1024
    with pytest.raises(UnreadableFileError, match=r"rows|too large"):
        people_in(content)


def test_a_bomb_is_not_unpacked() -> None:
    filler = b" " * (100 * 1024 * 1024)
    content = raw_book(f'<worksheet xmlns="{_MAIN}"><sheetData>', more={"xl/bomb.bin": filler})
    with pytest.raises(UnreadableFileError, match="not a table"):
        people_in(content)
    sheet = f'<worksheet xmlns="{_MAIN}">' + " " * (60 * 1024 * 1024) + "</worksheet>"
    with pytest.raises(UnreadableFileError, match="too large when it is opened"):
        people_in(raw_book(sheet))


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><worksheet>&c;</worksheet>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><worksheet/>',
        "<worksheet><not closed",
        "",
    ],
)
def test_document_types_and_broken_markup_are_refused(sheet: str) -> None:
    with pytest.raises(UnreadableFileError, match="not a table"):
        rows_of(raw_book(sheet), rows_max=10)


def test_a_workbook_of_a_thousand_parts_is_refused() -> None:
    parts = {f"xl/part{number}.xml": b"" for number in range(sheets._PARTS_MAX + 1)}  # noqa: SLF001
    with pytest.raises(UnreadableFileError, match="not a table"):
        rows_of(raw_book("<worksheet/>", more=parts), rows_max=10)


def test_what_a_sheet_refers_to_may_not_be_there() -> None:
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetData><row r="99999999999"><c t="s" r="ZZZZZZ1">'
        "<v>99</v></c><c t='s'><v>-1</v></c><c><f>1+1</f></c></row></sheetData></worksheet>"
    )
    assert rows_of(raw_book(sheet), rows_max=10) == []


def test_names_are_never_formulas_or_markup(portal: Portal) -> None:
    scene = given_scene(portal)
    people = [("=1+1", "<script>alert(1)</script>"), ("@SUM(A1)", "+cmd|' /C calc'!A0")]
    begun = scene.begin(file=csv_file(people))
    page = scene.browser.get(begun.headers["Location"]).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    handover_id = scene.hand_out(file=csv_file(people))
    assert "<script>alert" not in scene.get(f"handovers/{handover_id}")
    rows = sheet_rows(scene.fetch(handover_id))
    assert [tuple(row[:2]) for row in rows] == people  # cells of text, as they were written
    assert begun.status_code == 302


def test_the_page_names_the_rows_that_are_wrong(portal: Portal) -> None:
    scene = given_scene(portal)
    answer = scene.begin(file=SimpleUploadedFile("p.csv", b"reference,name\n,Nobody\nA,\n"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Row 2" in page
    assert "Row 3" in page
