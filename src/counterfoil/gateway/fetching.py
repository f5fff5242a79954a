"""Files of banks, fetched from where they arrive and taken in.

    waiting ─▶ known already? ─ no ─▶ taken in, or refused ─▶ put away
                             └─ yes ─▶ put away: whoever took it in was stopped before this

A file is known by its content. Whoever is stopped in between leaves it where it was.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256

import structlog

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.bank_files import BankFileError
from counterfoil.gateway.inbox import Arrived, Inbox
from counterfoil.statements import statement

TakeIn = Callable[[Arrived], object]

_log = structlog.get_logger("counterfoil.gateway.fetching")


def fetch_files(connection: Connection, issuer: Issuer, inbox: Inbox, take_in: TakeIn) -> int:
    """One look. `take_in` takes a file whole or raises BankFileError; what else it raises leaves
    the file, and those after it, to be looked at again. Returns how many files there were.
    """
    seen = inbox.waiting()
    _take(connection, issuer, inbox, take_in, seen)
    late = inbox.acknowledge(seen)
    _take(connection, issuer, inbox, take_in, late)
    return len(seen) + len(late)


def _take(
    connection: Connection,
    issuer: Issuer,
    inbox: Inbox,
    take_in: TakeIn,
    files: Iterable[Arrived],
) -> None:
    for arrived in files:
        is_taken = _is_taken(connection, issuer, arrived) or _took_in(issuer, take_in, arrived)
        inbox.put_away(arrived, is_taken=is_taken)


def _is_taken(connection: Connection, issuer: Issuer, arrived: Arrived) -> bool:
    digest = sha256(arrived.content).digest()
    row = connection.execute(
        statement(__package__, "file_is_taken"),
        {"issuer_id": issuer.issuer_id, "digest": digest},
    ).fetchone()
    connection.rollback()
    return row is not None


def _took_in(issuer: Issuer, take_in: TakeIn, arrived: Arrived) -> bool:
    try:
        take_in(arrived)
    except BankFileError:
        _log.warning("bank_file.refused", issuer=issuer.code, name=arrived.name)
        return False
    _log.info("bank_file.taken", issuer=issuer.code, name=arrived.name)
    return True
