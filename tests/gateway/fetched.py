"""What became of files that were fetched."""

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer


def taken(connection: Connection, issuer: Issuer) -> tuple[int, int]:
    """How many files were taken, and how many refused."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM bank_file WHERE issuer_id = %(i)s),"
        " (SELECT count(*) FROM bank_file_refused WHERE issuer_id = %(i)s)",
        {"i": issuer.issuer_id},
    ).fetchone()
    connection.rollback()
    assert row is not None
    return row[0], row[1]
