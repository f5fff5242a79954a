"""What became of guarded changes that were prepared for approval, here or in the portal."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered, Body, Endpoint, Limit
from counterfoil.api.problem import ProblemError
from counterfoil.engine.commands.listing import CommandRow, command_row, commands_page
from counterfoil.money import decimal_text

Status = Literal["in_review", "running", "done", "refused", "rejected", "withdrawn", "expired"]


class CommandAnswer(msgspec.Struct, kw_only=True):
    """`approvals` is how many people must agree; `outcome` what came of it, such as
    `provision:17`, or why it was refused.
    """

    command_id: str
    status: str
    kind: str
    subject: str
    amount: str | None
    currency: str | None
    approvals: int
    prepared_by: str
    prepared_at: datetime
    expires_at: datetime
    reason: str
    outcome: str | None
    finished_at: datetime | None


class CommandsAnswer(msgspec.Struct):
    commands: list[CommandAnswer]
    next: str | None


class CommandPage(Body, kw_only=True):
    """`after` is the `next` of the page before."""

    status: Status | None = None
    after: UUID | None = None
    limit: Limit = 100


async def list_commands(asked: Asked, page: CommandPage) -> Answered:
    issuer_id = asked.issuer_id
    status = "waiting" if page.status in {"in_review", "running"} else page.status
    rows = await asked.desk.read(
        lambda connection: commands_page(
            connection, issuer_id, status=status, after=page.after, limit=page.limit
        )
    )
    following = str(rows[-1].command_id) if len(rows) == page.limit else None
    return Answered(CommandsAnswer([command_answer(row) for row in rows], following))


async def get_command(asked: Asked) -> Answered:
    issuer_id, command_id = asked.issuer_id, asked.uuid("command_id")
    row = await asked.desk.read(lambda connection: command_row(connection, issuer_id, command_id))
    if row is None:
        raise ProblemError(404, "command_unknown", "There is no such command.")
    return Answered(command_answer(row))


def command_answer(row: CommandRow) -> CommandAnswer:
    status = row.status
    if status == "waiting":
        status = "in_review" if row.approvals else "running"
    has_money = row.amount_minor is not None and row.currency is not None
    return CommandAnswer(
        command_id=str(row.command_id),
        status=status,
        kind=row.kind,
        subject=row.subject,
        amount=decimal_text(row.amount_minor or 0, row.currency or "") if has_money else None,
        currency=row.currency,
        approvals=row.approvals,
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        expires_at=row.expires_at,
        reason=row.reason,
        outcome=row.outcome,
        finished_at=row.finished_at,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/commands",
        name="list_commands",
        summary="What was prepared for approval, the latest first",
        handler=list_commands,
        takes=CommandPage,
        answer=CommandsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/commands/{command_id}",
        name="get_command",
        summary="What became of a guarded change",
        handler=get_command,
        answer=CommandAnswer,
        refusals=frozenset({404}),
    ),
)
