"""What a programme may commit at most: earmarked, reserved and redeemed together.

Held under the issuer's head, so that no two provisions can both have the last of it. What is
cancelled or expires counts back.
"""

from counterfoil.engine.arrays import Int4s
from counterfoil.engine.catalogue import Programme
from counterfoil.engine.database import Connection
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.statements import statement


def committed_minor(connection: Connection, issuer_id: int, programme_id: int) -> int:
    """In the caller's transaction."""
    row = connection.execute(
        statement(__package__, "programmes_committed"),
        {"issuer_id": issuer_id, "programme_ids": Int4s([programme_id])},
    ).fetchone()
    return 0 if row is None else int(row[1])


def check_budget(
    connection: Connection, issuer_id: int, programme: Programme, more_minor: int
) -> None:
    """The head must be ours. Raises ConflictError where so much more is beyond the budget."""
    if programme.budget_minor is None:
        return
    committed = committed_minor(connection, issuer_id, programme.programme_id)
    left = programme.budget_minor - committed
    if more_minor > left:
        budget, left_money, more = (
            Money(each, programme.currency) for each in (programme.budget_minor, left, more_minor)
        )
        raise ConflictError(
            f"{more} is more than is left of the budget of {programme.code}:"
            f" {left_money} of {budget}."
        )
