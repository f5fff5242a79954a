"""Taking in merchants and agents from a file: all rows, or all good ones when asked to skip."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from counterfoil.engine.acceptors import ACCEPTOR_STATUSES, AcceptorDesign, create_acceptors
from counterfoil.engine.catalogue import CODE_PATTERN
from counterfoil.engine.database import Connection
from counterfoil.engine.importing import (
    Columns,
    ImportResult,
    Progress,
    check_not_imported,
    digest_of,
    has_control_characters,
    record_file,
    refuse_bad,
    table_rows,
    write_bad_rows,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.errors import RowError

COLUMNS: Final = Columns(("name", "kind", "account", "fsp", "groups", "status"))
_KIND: Final = "acceptors"
_KINDS: Final = ("merchant", "agent")
_TEXT_CHARACTERS_MAX: Final = 200
_SEPARATOR: Final = re.compile(r"[;|]")
_GROUP_CODE: Final = re.compile(CODE_PATTERN, re.ASCII)


def import_acceptors(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    path: Path,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Register what a file lists under name, kind, account, fsp, groups (separated by `;` or
    `|`) and status.

    Raises BadRowsError naming every bad row and column, ConflictError for the same file twice
    and for a file that is no such table. One transaction.
    """
    digest = digest_of(path)
    issuer.begin(connection)
    connection.rollback()
    check_not_imported(connection, issuer.issuer_id, _KIND, digest, path)
    connection.rollback()
    designs, bad = _designs(path, issuer)
    if bad and not skip_bad:
        refuse_bad(path, bad)
    if designs:
        record_file(connection, issuer.issuer_id, _KIND, digest, len(designs))
        create_acceptors(connection, issuer, caller, designs)
    if progress is not None:
        progress(len(designs), len(designs))
    bad_file = write_bad_rows(path, COLUMNS, bad) if bad else None
    return ImportResult(len(designs), tuple(bad), bad_file)


def _designs(path: Path, issuer: Issuer) -> tuple[list[AcceptorDesign], list[RowError]]:
    designs: list[AcceptorDesign] = []
    bad: list[RowError] = []
    rows_by_key: dict[tuple[str, str], int] = {}
    for row, values in table_rows(path, COLUMNS):
        wrong = [RowError(row, column, message) for column, message in _wrong(issuer, values)]
        name, kind, account, fsp, groups, status = values
        first = rows_by_key.setdefault((name, account), row)
        if first != row:
            wrong.append(RowError(row, "name", f"row {first} has the same name and account."))
        bad += wrong
        if not wrong:
            designs.append(
                AcceptorDesign(
                    name=name,
                    kind=kind,
                    account=account,
                    fsp=fsp,
                    groups=tuple(_codes(groups)),
                    status=status,
                )
            )
    return designs, bad


def _wrong(issuer: Issuer, values: Sequence[str]) -> list[tuple[str, str]]:
    name, kind, account, fsp, groups, status = values
    wrong = [
        (column, f"a text of 1 to {_TEXT_CHARACTERS_MAX} characters is needed.")
        for column, text in (("name", name), ("account", account), ("fsp", fsp))
        if not 0 < len(text) <= _TEXT_CHARACTERS_MAX or has_control_characters([text])
    ]
    if kind not in _KINDS:
        wrong.append(("kind", f"write {' or '.join(_KINDS)}."))
    if status not in ACCEPTOR_STATUSES:
        wrong.append(("status", f"write one of {', '.join(ACCEPTOR_STATUSES)}."))
    if not all(_GROUP_CODE.fullmatch(code) for code in _codes(groups)):
        wrong.append(("groups", "a code is up to 40 letters, digits, spaces, -, . or _."))
    if (name, account) in issuer.catalogue.acceptors:
        wrong.append(("name", "there is an acceptor with this name and account."))
    return wrong


def _codes(groups: str) -> list[str]:
    return sorted({code.strip() for code in _SEPARATOR.split(groups) if code.strip()})
