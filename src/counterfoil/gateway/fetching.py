"""Files of banks, fetched from where they arrive and taken in.

    waiting ─▶ taken in, or refused, or taken in before ─▶ put away ─▶ acknowledge

A file is known by its content: whoever is stopped before it is put away leaves it where it was, and
who finds it again puts it away alone.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import structlog
from psycopg import OperationalError
from structlog.contextvars import bound_contextvars

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.gateway.bank_files import BankFileError, FileFormat
from counterfoil.gateway.inbox import Arrived, Inbox
from counterfoil.gateway.taking import FileTakenAlreadyError, take_in
from counterfoil.statements import statement

_SYSTEM: Final = Caller(0, "system:banks")

_log = structlog.get_logger("counterfoil.gateway.fetching")


def fetch_files(
    connection: Connection, issuer: Issuer, *, rail: str, file_format: FileFormat, inbox: Inbox
) -> int:
    """One look. Where the database is away, a file and those after it stay to be looked at again;
    one that fails otherwise stays alone, and its error is raised when all others are dealt with.
    Returns how many were dealt with.
    """
    with bound_contextvars(issuer=issuer.code, rail=rail):
        seen = inbox.waiting()
        _take(connection, issuer, rail, file_format, inbox, seen)
        late = inbox.acknowledge(seen)
        _take(connection, issuer, rail, file_format, inbox, late)
    return len(seen) + len(late)


def _take(  # which files, in which format, of which rail of whom
    connection: Connection,
    issuer: Issuer,
    rail: str,
    file_format: FileFormat,
    inbox: Inbox,
    files: Iterable[Arrived],
) -> None:
    failures = list[Exception]()
    for arrived in files:
        try:
            is_taken = _is_taken(connection, issuer, arrived) or _took_in(
                connection, issuer, rail, file_format, arrived
            )
        except (DatabaseUnavailableError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it was, the next one is looked at
            connection.rollback()
            failures.append(error)
        else:
            inbox.put_away(arrived, is_taken=is_taken)
    if failures:
        raise failures[0]


def _is_taken(connection: Connection, issuer: Issuer, arrived: Arrived) -> bool:
    """Asked first, so that what we bring twice ourselves is not noted as refused."""
    row = connection.execute(
        statement(__package__, "file_is_taken"),
        {"issuer_id": issuer.issuer_id, "digest": sha256(arrived.content).digest()},
    ).fetchone()
    connection.rollback()
    return row is not None


def _took_in(
    connection: Connection, issuer: Issuer, rail: str, file_format: FileFormat, arrived: Arrived
) -> bool:
    try:
        take_in(
            connection,
            issuer,
            _SYSTEM,
            rail=rail,
            file_format=file_format,
            content=arrived.content,
            name=arrived.name,
        )
    except FileTakenAlreadyError:
        return True
    except BankFileError:
        _log.warning("bank_file.refused", issuer=issuer.code, rail=rail)
        return False
    _log.info("bank_file.taken", issuer=issuer.code, rail=rail)
    return True
