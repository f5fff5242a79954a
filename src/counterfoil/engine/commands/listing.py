"""What became of commands: for those who asked for them. Each read ends its transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.engine.database import Connection
from counterfoil.statements import statement


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command without its content. `approvals` is how many it was shown to need."""

    command_id: UUID
    kind: str
    subject: str
    currency: str | None
    amount_minor: int | None
    approvals: int
    prepared_by: str
    prepared_at: datetime
    expires_at: datetime
    reason: str
    status: str
    outcome: str | None
    finished_at: datetime | None


def command_row(connection: Connection, issuer_id: int, command_id: UUID) -> CommandRow | None:
    row = connection.execute(
        statement(__package__, "command_row"), {"issuer_id": issuer_id, "command_id": command_id}
    ).fetchone()
    connection.rollback()
    return None if row is None else CommandRow(*row)


def commands_page(
    connection: Connection,
    issuer_id: int,
    *,
    status: str | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[CommandRow]:
    """The latest first, from the one after `after` on."""
    rows = connection.execute(
        statement(__package__, "commands_page"),
        {"issuer_id": issuer_id, "status": status, "after": after, "rows_max": limit},
    ).fetchall()
    connection.rollback()
    return [CommandRow(*row) for row in rows]


def key_asked_for_by(connection: Connection, issuer_id: int, client_id: int) -> str | None:
    """In whose name a calling system was registered, or its key last taken away."""
    row = connection.execute(
        statement(__package__, "key_asked_for_by"),
        {
            "issuer_id": issuer_id,
            "subjects": [f"client:{client_id}", f"client:{client_id}:key"],
        },
    ).fetchone()
    connection.rollback()
    return None if row is None else str(row[0])


def command_content(connection: Connection, issuer_id: int, command_id: UUID) -> bytes | None:
    """What a command asks for, as it is written down."""
    row = connection.execute(
        statement(__package__, "command_content"),
        {"issuer_id": issuer_id, "command_id": command_id},
    ).fetchone()
    connection.rollback()
    return None if row is None else bytes(row[0])
