"""Closing a period: up to a day that is over, in UTC, after the last one that was closed.

the last operation before the end ─▶ what each kind of account was debited and credited by then
                                 ─▶ kept, and in the leaf of the closing as a digest
"""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from counterfoil.engine.administering import Asked, or_nothing, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.listings import first_operation_at
from counterfoil.engine.operation import Caller
from counterfoil.engine.periods.reading import Balance, last_closed
from counterfoil.errors import ConflictError
from counterfoil.keys.digests import content_hash
from counterfoil.statements import statement
from counterfoil.voucher import Action

_ONE_DAY: Final = timedelta(days=1)


def close_period(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    through: date,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Raises ConflictError for a day that is not over, or not later than the last one closed."""
    asked = Asked(
        caller=caller,
        action=Action.CLOSE_PERIOD,
        content=[through.isoformat(), reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        before = last_closed(connection, issuer.issuer_id)
        ends_at = datetime.combine(through + _ONE_DAY, time(), UTC)
        if journal.head.now < ends_at:
            raise ConflictError(f"{through} is not over yet.")
        if before is not None and through <= before.through:
            raise ConflictError(f"It is closed already, up to {before.through}.")
        last = journal.head.next_operation - 1
        first_after = first_operation_at(connection, issuer.issuer_id, ends_at, last)
        rows = connection.execute(
            statement(__package__, "close_period"),
            {
                "issuer_id": issuer.issuer_id,
                "through": through,
                "through_at": ends_at,
                "last_operation": first_after - 1,
                "last_posting": journal.head.next_posting - 1,
                "closed_by": caller.actor,
                "now": journal.head.now,
            },
        )
        balances = [Balance(*row) for row in rows]
        subject = f"period:{through}"
        journal.record(
            Action.CLOSE_PERIOD,
            caller,
            reference=reference,
            content_hash=content_hash(issuer.keys, asked.content),
            subject=subject,
            reason=reason,
        )
        journal.add_leaf(
            Action.CLOSE_PERIOD,
            actor=caller.actor,
            reference=reference,
            rows=sha256(msgspec.json.encode([through, balances], order="sorted")).digest(),
        )
        commit(connection, issuer, journal)
