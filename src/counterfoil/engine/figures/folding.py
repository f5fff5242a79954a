"""Adding the journal up, stretch by stretch: what is folded moves with the cursor, in one
transaction, so it counts once whoever folds and whatever is killed.

Numbers of operations and postings have no gaps and become visible in their order, so a cursor that
remembers the next ones misses nothing. The issuer's head is read, never locked.
"""

import time
from typing import Final

from counterfoil.engine.database import Connection
from counterfoil.statements import statement

STRETCH_ROWS: Final = 20_000
_OTHERS_SECONDS: Final = 0.01


def fold_figures(connection: Connection, issuer_id: int, *, rows_max: int = STRETCH_ROWS) -> int:
    """Fold a stretch of at most so many operations, and their postings; how many rows it was.

    Nothing is left where it is 0, or another process is folding. Ends the transaction.
    """
    named: dict[str, object] = {"issuer_id": issuer_id}
    connection.execute(statement(__package__, "ensure_cursor"), named)
    row = connection.execute(statement(__package__, "lock_cursor"), named).fetchone()
    if row is None:
        connection.commit()
        return 0
    first_operation, first_posting, next_operation, next_posting = row
    end_operation = min(first_operation + rows_max, next_operation)
    stretch = named | {
        "first_operation": first_operation,
        "end_operation": end_operation,
        "first_posting": first_posting,
    }
    end_posting = next_posting
    if end_operation < next_operation:
        later = connection.execute(statement(__package__, "stretch_postings"), stretch).fetchone()
        end_posting = next_posting if later is None else later[0]
    stretch["end_posting"] = end_posting
    try:
        for name in ("note_ranges", "fold_figures", "fold_allocations", "fold_redemptions"):
            connection.execute(statement(__package__, name), stretch)
        connection.execute(
            statement(__package__, "move_cursor"),
            named | {"next_operation": end_operation, "next_posting": end_posting},
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return int(end_operation - first_operation + end_posting - first_posting)


def catch_up(connection: Connection, issuer_id: int, *, rows_max: int = STRETCH_ROWS) -> None:
    """Fold everything there is, beside others who may be folding. Ends the transaction."""
    while rows_behind(connection, issuer_id):
        if not fold_figures(connection, issuer_id, rows_max=rows_max):
            time.sleep(_OTHERS_SECONDS)


def fold_through(connection: Connection, issuer_id: int, posting_id: int) -> None:
    """Fold the journal up to that posting, and not what comes after. Ends the transaction."""
    while True:
        row = connection.execute(
            statement(__package__, "folded_postings"), {"issuer_id": issuer_id}
        ).fetchone()
        connection.commit()
        if row is not None and row[0] >= posting_id:
            return
        if not fold_figures(connection, issuer_id):
            time.sleep(_OTHERS_SECONDS)


def rows_behind(connection: Connection, issuer_id: int) -> int:
    """How many operations and postings are not folded yet. Ends the transaction."""
    row = connection.execute(statement(__package__, "behind"), {"issuer_id": issuer_id}).fetchone()
    connection.commit()
    return 0 if row is None else int(row[0])
