"""A file of serials: each row looked at, what is wrong with it said by its number, and never what
stands in it, which may be somebody's secret.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.bulk_selection import LISTED_MAX
from counterfoil.portal.access import Office
from counterfoil.portal.handovers.people_files import first_column
from counterfoil.portal.handovers.sealing import Place, file_key
from counterfoil.portal.handovers.sheets import UnreadableFileError
from counterfoil.portal.models import ISSUERS_OWN, VoucherSelection
from counterfoil.portal.orchestrator.vouchers.selecting import forget_unsent, packed
from counterfoil.portal.queries import rows
from counterfoil.portal.serials import joined

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

PROBLEMS_KEPT: Final = 1000
_NAME_CHARACTERS_MAX: Final = 120
_SERIAL: Final = re.compile(r"[0-9]{1,16}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{17,18}", re.ASCII)
_PROBLEMS: Final = {
    "none": gettext_lazy("This is no serial: it has 16 digits."),
    "number": gettext_lazy("This may be a secret number. Name the voucher by its serial."),
    "double": gettext_lazy("This stands in the file before; it counts once."),
    "unknown": gettext_lazy("There is no voucher of that serial."),
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    row: int
    text: Promise


def keep_file(office: Office, file: "UploadedFile[bytes]", act: str) -> VoucherSelection:
    """Raises UnreadableFileError where no row of it names a voucher."""
    content = file.read()
    rows_of = [row for row in first_column(content, rows_max=LISTED_MAX) if row.cells[0]]
    serials: dict[int, int] = {}
    problems: list[tuple[int, str]] = []
    for row in rows_of:
        said = joined(row.cells[0])
        if not _SERIAL.fullmatch(said):
            problems.append((row.number, "number" if _NUMBER.fullmatch(said) else "none"))
        elif int(said) in serials:
            problems.append((row.number, "double"))
        else:
            serials[int(said)] = row.number
    asked = {"issuer_id": office.issuer_id, "serials": list(serials)}
    there = [serial for serial, _state in rows(__package__, "states_of", asked)]
    known = set(there)
    problems += [(row, "unknown") for serial, row in serials.items() if serial not in known]
    if not there:
        raise UnreadableFileError(
            _("No row of this file has the serial of a voucher. Put serials in its first column.")
        )
    forget_unsent(office.issuer_id)
    return VoucherSelection.objects.create(
        issuer_id=office.issuer_id,
        made_by=office.actor,
        name=(file.name or _("a file"))[-_NAME_CHARACTERS_MAX:],
        file_key=file_key(Place(office.issuer_id, ISSUERS_OWN), content),
        act=act,
        vouchers=len(there),
        serials=packed(there),
        problems=[[row, word] for row, word in sorted(problems)[:PROBLEMS_KEPT]],
    )


def problems_of(kept: VoucherSelection) -> Sequence[RowProblem]:
    return [
        RowProblem(int(str(row)), _PROBLEMS[str(word)])
        for row, word in kept.problems
        if word in _PROBLEMS
    ]


def same_file_before(kept: VoucherSelection) -> VoucherSelection | None:
    """The latest one for which the very same was asked."""
    found = VoucherSelection.objects.filter(
        issuer_id=kept.issuer_id,
        file_key=kept.file_key,
        act=kept.act,
        command_id__isnull=False,
    )
    return found.exclude(pk=kept.pk).order_by("-made_at").first()
