"""Which vouchers a bulk change does next: a chunk of a list, a provision, a group, an allocation or
a programme, in the order of their serials.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from counterfoil.engine.arrays import Int2s
from counterfoil.engine.bulk_selection import closing_states, selected_states
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.statements import statement
from counterfoil.voucher import Action, State

CHUNK_VOUCHERS: Final = 1000
_STRETCH_VOUCHERS: Final = 20_000  # what one look for vouchers goes through at most


@dataclass(frozen=True, slots=True)
class Bulk:
    """`asked` is how many serials were listed; None for a whole provision, group, allocation or
    programme.
    """

    bulk_id: int
    action: Action
    provision_id: int | None
    group_id: int | None
    asked: int | None
    extend_until: datetime | None
    actor: str
    client_id: int
    reason: str
    next_serial: int
    serial_last: int
    done: int
    refused: int
    status: str
    programme_id: int | None
    organisation_id: int | None
    allocation_id: int | None

    @property
    def states(self) -> list[State]:
        """Which of its vouchers are looked at."""
        if self.programme_id is not None:
            return closing_states(self.action)
        return selected_states(self.action)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The vouchers to change now, and where the next look begins."""

    serials: list[int]
    next_serial: int


def next_chunk(connection: Connection, issuer: Issuer, bulk: Bulk) -> Chunk | None:
    """None when all is done."""
    if bulk.asked is not None:
        found = _listed(connection, issuer, bulk)
        return Chunk(found, found[-1] + 1) if found else None
    look = _look_in_run if bulk.allocation_id is None else _look_in_allocation
    looked = look(connection, issuer, bulk, bulk.next_serial)
    while looked is not None and not looked.serials:
        looked = look(connection, issuer, bulk, looked.next_serial)
    return looked


def _look_in_allocation(
    connection: Connection, issuer: Issuer, bulk: Bulk, next_serial: int
) -> Chunk | None:
    """One stretch of its ranges, which may have none of the vouchers wanted; None past the last."""
    row = connection.execute(
        statement(__package__, "bulk_in_allocation"),
        {
            "issuer_id": issuer.issuer_id,
            "allocation_id": bulk.allocation_id,
            "next_serial": next_serial,
            "serial_last": bulk.serial_last,
            "states": Int2s(bulk.states),
            "rows_max": _STRETCH_VOUCHERS,
            "vouchers_max": CHUNK_VOUCHERS,
        },
    ).fetchone()
    connection.commit()
    if row is None or row[0] is None:
        return None
    last_looked_at, found = row
    return _chunk(found, last_looked_at)


def _look_in_run(
    connection: Connection, issuer: Issuer, bulk: Bulk, next_serial: int
) -> Chunk | None:
    """The same of a run of serials of its provision, group or programme."""
    run = _next_run(connection, issuer, bulk, next_serial)
    if run is None:
        return None
    row = connection.execute(
        statement(__package__, "bulk_in_range"),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": bulk.provision_id,
            "group_id": bulk.group_id,
            "programme_id": bulk.programme_id,
            "serial_first": run[0],
            "serial_last": run[1],
            "states": Int2s(bulk.states),
            "rows_max": _STRETCH_VOUCHERS,
            "vouchers_max": CHUNK_VOUCHERS,
        },
    ).fetchone()
    connection.commit()
    last_looked_at, found = (None, []) if row is None else row
    return _chunk(found, run[1] if last_looked_at is None else last_looked_at)


def _chunk(found: list[int], last_looked_at: int) -> Chunk:
    """A full one may have stopped short of where was looked."""
    full = len(found) == CHUNK_VOUCHERS
    return Chunk(found, (found[-1] if full else last_looked_at) + 1)


def _next_run(
    connection: Connection, issuer: Issuer, bulk: Bulk, next_serial: int
) -> tuple[int, int] | None:
    row = connection.execute(
        statement(__package__, "bulk_range"),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": bulk.provision_id,
            "group_id": bulk.group_id,
            "programme_id": bulk.programme_id,
            "next_serial": next_serial,
            "serial_last": bulk.serial_last,
        },
    ).fetchone()
    connection.commit()
    return None if row is None else (row[0], row[1])


def _listed(connection: Connection, issuer: Issuer, bulk: Bulk) -> list[int]:
    rows = connection.execute(
        statement(__package__, "bulk_listed"),
        {
            "issuer_id": issuer.issuer_id,
            "bulk_id": bulk.bulk_id,
            "next_serial": bulk.next_serial,
            "vouchers_max": CHUNK_VOUCHERS,
        },
    ).fetchall()
    connection.commit()
    return [serial for (serial,) in rows]
