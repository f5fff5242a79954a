"""What the tables refuse of a group, an acceptor or a client, told to whoever designed it."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors as pg

from counterfoil.engine.database import Connection
from counterfoil.errors import ConflictError


@contextmanager
def design_errors(connection: Connection) -> Iterator[None]:
    """A design the tables refuse is the caller's mistake, said in one sentence."""
    try:
        yield
    except (pg.CheckViolation, pg.NotNullViolation) as error:
        connection.rollback()
        rule = error.diag.constraint_name or error.diag.column_name or "a rule"
        raise ConflictError(f"That is not allowed here: {rule}.") from error
    except pg.UniqueViolation as error:
        connection.rollback()
        raise ConflictError("That exists already, or that reference was used before.") from error
