"""Files of a bank that people bring to the portal, taken in by a worker.

    waiting ─▶ leased ─▶ taken in, or refused ─▶ what was in it is forgotten

A file is known by its content: whoever is killed between taking it in and saying so finds it taken,
and only says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

import structlog

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.gateway.bank_files import BankFileError, FileFormat
from counterfoil.gateway.taking import take_in
from counterfoil.keys.seals import Parts, Seals
from counterfoil.statements import statement

# What a page says of them, in its own language.
NOT_SEALED: Final = "It was not brought by this portal, or was changed since."
NO_RAIL: Final = "No rail of this name reads files."
TAKEN_ALREADY: Final = "That file was taken in already."
_DOMAIN: Final = "bank file"

_log = structlog.get_logger("counterfoil.gateway.brought")


@dataclass(frozen=True, slots=True)
class BroughtFile:
    """`seal` is that of the portal which vouches for who brought it."""

    brought_id: UUID
    rail: str
    name: str
    content: bytes = field(repr=False)
    brought_by: str
    seal: bytes = field(repr=False)


def sealed_parts(  # who brings which content to whom, and as what
    issuer_id: int, brought_id: UUID, rail: str, name: str, digest: bytes, brought_by: str
) -> Parts:
    return _DOMAIN, issuer_id, str(brought_id), rail, name, digest, brought_by


def take_brought_file(
    connection: Connection, issuer: Issuer, seals: Seals, formats: Mapping[str, FileFormat]
) -> bool:
    """The one that waits longest. Whether there was one. `formats` are those of the rails that are
    files, by their names.
    """
    row = connection.execute(
        statement(__package__, "lease_brought"), {"issuer_id": issuer.issuer_id}
    ).fetchone()
    connection.commit()
    if row is None:
        return False
    brought = BroughtFile(*row)
    digest = sha256(brought.content).digest()
    why = _why_not(connection, issuer, seals, formats, brought, digest)
    connection.execute(
        statement(__package__, "end_brought"),
        {
            "issuer_id": issuer.issuer_id,
            "brought_id": brought.brought_id,
            "digest": digest,
            "why": why,
            "otherwise": TAKEN_ALREADY,
        },
    )
    connection.commit()
    _log.info("bank_file.brought", issuer=issuer.code, rail=brought.rail, is_taken=why is None)
    return True


def _why_not(  # who vouches for what, and who can read it
    connection: Connection,
    issuer: Issuer,
    seals: Seals,
    formats: Mapping[str, FileFormat],
    brought: BroughtFile,
    digest: bytes,
) -> str | None:
    """None where it is taken in, now or before."""
    parts = sealed_parts(
        issuer.issuer_id,
        brought.brought_id,
        brought.rail,
        brought.name,
        digest,
        brought.brought_by,
    )
    if not seals.holds(brought.seal, *parts):
        return NOT_SEALED
    file_format = formats.get(brought.rail)
    if file_format is None:
        return NO_RAIL
    if _is_taken(connection, issuer, digest):
        return None
    try:
        take_in(
            connection,
            issuer,
            Caller(0, brought.brought_by),
            rail=brought.rail,
            file_format=file_format,
            content=brought.content,
            name=brought.name,
        )
    except BankFileError as error:
        return str(error)
    return None


def _is_taken(connection: Connection, issuer: Issuer, digest: bytes) -> bool:
    row = connection.execute(
        statement(__package__, "file_is_taken"),
        {"issuer_id": issuer.issuer_id, "digest": digest},
    ).fetchone()
    connection.rollback()
    return row is not None
