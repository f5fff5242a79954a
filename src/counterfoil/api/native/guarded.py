"""Guarded changes: a client with the scope `unattended` makes them at once, up to its limit; what
any other asks for is prepared as a command, for people to approve.

    acts_alone ─ yes ─▶ the handler goes on as ever
               └ no ──▶ in_review: 202 and a command; `/commands/{id}` tells what became of it

The same Idempotency-Key is the same command; what was done or prepared under it before is never
done the other way as well.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4, uuid5

import msgspec

from counterfoil.api.native.commands import CommandAnswer, command_answer
from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered
from counterfoil.api.problem import ProblemError
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import decoded
from counterfoil.engine.commands.listing import command_content, command_row
from counterfoil.engine.commands.preparing import WAITS_AT_MOST, Prepared, prepare
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import clients_page, subject_of_reference
from counterfoil.engine.operation import Caller
from counterfoil.errors import ReferenceReusedError
from counterfoil.keys.seals import Seals
from counterfoil.money import Money
from counterfoil.voucher import Action

ContentOf = Callable[[Connection, Issuer], Content]
_COMMANDS: Final = UUID("5f1d7a0e-6f0c-4f7e-9b57-0a4d5a7c2e11")  # the name space of their ids
# What it was prepared on; a repeat finds another of it, and is the same change all the same.
_NOT_COMPARED: Final = ("expected_version", "group_version")


async def acts_alone(asked: Asked, action: Action, *, money: Money | None = None) -> bool:
    """Whether this client makes this change itself: the one place that decides. `money` is what it
    would move; `action` what the journal calls it, to find what was done under this reference.
    """

    def decide(connection: Connection, issuer: Issuer, caller: Caller) -> bool:
        issuer_id = issuer.issuer_id
        if asked.reference is not None:
            if command_row(connection, issuer_id, _command_id(asked)) is not None:
                return False
            done = subject_of_reference(connection, issuer_id, caller, action, asked.reference)
            if done is not None:
                return True
        rows = clients_page(connection, issuer_id, after=caller.client_id - 1, limit=1)
        if not rows or rows[0].client_id != caller.client_id:
            return False
        client = rows[0]
        return (
            client.status == "active"
            and "unattended" in client.scopes
            and (money is None or money.amount_minor <= client.unattended_minor_max)
        )

    return await asked.desk.administer(asked.principal, decide)


async def in_review(asked: Asked, content_of: ContentOf, *, reason: str = "") -> Answered:
    """Prepare it, in the client's name, and say where it is followed."""
    seals = asked.desk.seals
    if seals is None:
        raise ProblemError(503, "approval_unavailable", "Nothing can be sent for approval here.")
    command_id = _command_id(asked)
    row = await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: _prepare(
            connection, seals, issuer, caller, command_id, content_of, reason
        ),
    )
    return Answered(row, 202, f"/commands/{command_id}")


def _prepare(
    connection: Connection,
    seals: Seals,
    issuer: Issuer,
    caller: Caller,
    command_id: UUID,
    content_of: ContentOf,
    reason: str,
) -> CommandAnswer:
    content = content_of(connection, issuer)
    before = command_content(connection, issuer.issuer_id, command_id)
    if before is None:
        approvals = approvals_needed(connection, issuer.issuer_id, content)
        prepare(
            connection,
            seals,
            Prepared(
                issuer_id=issuer.issuer_id,
                command_id=command_id,
                content=content,
                prepared_by=caller.actor,
                approvals=approvals,
                expires_at=datetime.now(UTC) + WAITS_AT_MOST,
                reason=reason,
            ),
        )
        connection.commit()
    elif _compared(decoded(before)) != _compared(content):
        raise ReferenceReusedError("That Idempotency-Key stands for another change.")
    row = command_row(connection, issuer.issuer_id, command_id)
    if row is None:
        raise RuntimeError("A command that was prepared is not there.")
    return command_answer(row)


def _command_id(asked: Asked) -> UUID:
    """Without a reference, every call is another one."""
    if asked.reference is None:
        return uuid4()
    client_id = asked.principal.caller.client_id
    return uuid5(_COMMANDS, f"{asked.issuer_id}:{client_id}:{asked.reference}")


def _compared(content: Content) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(content)
    return {name: value for name, value in plain.items() if name not in _NOT_COMPARED}
