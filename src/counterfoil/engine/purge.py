"""Retention: some time after a voucher has ended, its number and what was said of its holder go.

A tombstone stays: serial, amount and how it ended, for the ledger and the log. The journal says
which vouchers ended and when; it is read once, in order, so nothing goes through the vouchers.
"""

from typing import Final

from counterfoil.engine.apply import Extra, apply
from counterfoil.engine.arrays import Int2s
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller, Change
from counterfoil.statements import statement
from counterfoil.voucher import Action

STRETCH_OPERATIONS: Final = 2000
_ENDS: Final = (
    Action.REDEEM,
    Action.SETTLE,
    Action.CANCEL,
    Action.EXPIRE,
    Action.LAPSE,
    Action.REPLACE,
)
_RETENTION: Final = Caller(0, "system:retention")


def purge_retained(
    connection: Connection, issuer: Issuer, *, limit: int = STRETCH_OPERATIONS
) -> int:
    """Work off up to `limit` entries of the journal that are old enough, in one transaction.

    Returns how many entries: fewer than `limit` means that nothing more is due now.
    """
    rows = connection.execute(
        statement(__package__, "retained"),
        {
            "issuer_id": issuer.issuer_id,
            "operations_max": limit,
            "ends": Int2s(_ENDS),
            "redeems": Action.REDEEM,
        },
        binary=True,
    ).fetchall()
    connection.commit()
    if not rows:
        return 0
    serials = [serial for _operation_id, serial in rows if serial is not None]
    changes = [
        # A voucher is purged once, so its serial makes the reference.
        Change(
            caller=_RETENTION,
            reference=f"~purge:{serial}",
            action=Action.PURGE,
            serial=serial,
            reason="retention",
        )
        for serial in serials
    ]
    moved = Extra("move_purge_cursor", {"next_operation": rows[-1][0] + 1})
    apply(connection, issuer, changes, bulk=True, extras=[moved])
    return len(rows)
