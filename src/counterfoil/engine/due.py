"""The sweep: vouchers whose validity is over expire, holds that nobody activated lapse.

    due (index, oldest first) ─▶ apply(EXPIRE …) ─▶ vouchers moved, money freed, due rows struck

The `due` table says where to look, never what to do: the batch decides under the head, so a
row that is out of date is only struck, and two sweeps at once do no harm.
"""

from typing import Final

from counterfoil.engine.apply import Extra, apply
from counterfoil.engine.arrays import Int8s, Times
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller, Change
from counterfoil.statements import statement
from counterfoil.voucher import Action

SWEEP_ROWS: Final = 2000
_SWEEP: Final = Caller(0, "system:sweep")


def sweep_due(connection: Connection, issuer: Issuer, *, limit: int = SWEEP_ROWS) -> int:
    """Work off up to `limit` rows of what is due, in one transaction.

    Returns how many rows: fewer than `limit` means that nothing more is due now.
    """
    rows = connection.execute(
        statement(__package__, "due_vouchers"),
        {"issuer_id": issuer.issuer_id, "rows_max": limit},
        binary=True,
    ).fetchall()
    connection.commit()
    if not rows:
        return 0
    serials = dict.fromkeys(serial for _due_at, serial in rows)
    struck = Extra(
        "delete_due",
        {
            "due_ats": Times(due_at for due_at, _serial in rows),
            "serials": Int8s(serial for _due_at, serial in rows),
        },
    )
    ends = [
        # A voucher ends once, so its serial makes the reference.
        Change(caller=_SWEEP, reference=f"~due:{serial}", action=Action.EXPIRE, serial=serial)
        for serial in serials
    ]
    apply(connection, issuer, ends, bulk=True, extras=[struck])
    return len(rows)
