"""The people in a table: which column is what, and what is wrong in which row."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.portal.handovers.sealing import Called
from counterfoil.portal.handovers.sheets import Row, UnreadableFileError, rows_of

PEOPLE_MAX: Final = 10_000
REFERENCE_CHARACTERS_MAX: Final = 60
NAME_CHARACTERS_MAX: Final = 120
_REFERENCES: Final = frozenset(
    {
        *("reference", "ref", "personreference", "id", "identifier", "code", "number", "no"),
        *("beneficiaryid", "householdid", "casenumber", "caseid"),
        *("referencia", "identificador", "codigo", "numero", "nro", "cedula", "documento"),
    }
)
_NAMES: Final = frozenset(
    {
        *("name", "names", "fullname", "person", "beneficiary", "beneficiaryname", "headname"),
        *("nombre", "nombres", "nombrecompleto", "persona", "beneficiario", "nombreyapellido"),
        *("nombresyapellidos", "nombreyapellidos"),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` is the one that a spreadsheet shows."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class PeopleFile:
    people: Sequence[Called]
    problems: Sequence[Problem]


def people_in(content: bytes) -> PeopleFile:
    """Raises UnreadableFileError for what is no table of people."""
    rows = rows_of(content, rows_max=PEOPLE_MAX + 1)
    if not rows:
        raise UnreadableFileError(_("This file is empty. Choose the one with the people in it."))
    head, *others = rows
    reference, name = _column(head, _REFERENCES), _column(head, _NAMES)
    if reference is None or name is None:
        raise UnreadableFileError(
            _("Name the columns in the first row: “reference” above one, “name” above the other.")
        )
    if not others:
        raise UnreadableFileError(_("Nobody stands below the first row."))
    people, problems = [], []
    for row in others:
        called = Called(_cell(row, reference), _cell(row, name))
        problem = problem_of(called)
        if problem:
            problems.append(Problem(row.number, problem))
        else:
            people.append(called)
    return PeopleFile(people, problems)


def problem_of(called: Called) -> str:
    """Empty where nothing is wrong."""
    if not called.reference:
        return _("The reference is missing.")
    if not called.name:
        return _("The name is missing.")
    if len(called.reference) > REFERENCE_CHARACTERS_MAX:
        return _("The reference is longer than %(most)s characters.") % {
            "most": REFERENCE_CHARACTERS_MAX
        }
    if len(called.name) > NAME_CHARACTERS_MAX:
        return _("The name is longer than %(most)s characters.") % {"most": NAME_CHARACTERS_MAX}
    if not (called.reference.isprintable() and called.name.isprintable()):
        return _("There are signs in it that cannot be printed.")
    return ""


def first_column(content: bytes, *, rows_max: int) -> list[Row]:
    """Of a table of serials or references: its first column, or the one that is headed so."""
    rows = rows_of(content, rows_max=rows_max + 1)
    if not rows:
        return []
    at = _column(rows[0], _REFERENCES | {"serial", "serials", "voucher", "serie", "vale"})
    listed = rows if at is None else rows[1:]
    return [Row(row.number, (_cell(row, at or 0),)) for row in listed]


def _column(head: Row, words: frozenset[str]) -> int | None:
    for place, cell in enumerate(head.cells):
        if _word(cell) in words:
            return place
    return None


def _word(cell: str) -> str:
    """Without accents, signs and blanks."""
    plain = unicodedata.normalize("NFKD", cell.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""
