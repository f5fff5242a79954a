"""Writing down what was prepared and what was decided. In the caller's transaction: it commits."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import CONTENT_BYTES_MAX, encoded
from counterfoil.engine.database import Connection
from counterfoil.errors import ConflictError
from counterfoil.keys.seals import Parts, Seals
from counterfoil.statements import statement

WAITS_AT_MOST: Final = timedelta(days=14)  # then it expires
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Verdict(StrEnum):
    """`withdraw` is what only who prepared a command may do."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """`command_id` is made where the form was made, so that a second click is the same command."""

    issuer_id: int
    command_id: UUID
    content: Content
    prepared_by: str
    approvals: int
    expires_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`content` is what the person was shown; `on_behalf_of` whose power it is."""

    issuer_id: int
    command_id: UUID
    content: bytes
    decided_by: str
    on_behalf_of: str
    verdict: Verdict
    reason: str = ""


def prepare(connection: Connection, seals: Seals, prepared: Prepared) -> bool:
    """False where this very command was prepared before.

    Raises ConflictError where its id stands for another.
    """
    content = encoded(prepared.content)
    if len(content) > CONTENT_BYTES_MAX:
        raise ConflictError("That is too much for one command; divide it.")
    money = prepared.content.money
    row = connection.execute(
        statement(__package__, "insert_command"),
        {
            "issuer_id": prepared.issuer_id,
            "command_id": prepared.command_id,
            "kind": prepared.content.kind,
            "content": content,
            "subject": prepared.content.subject,
            "currency": None if money is None else money.currency,
            "amount_minor": None if money is None else money.amount_minor,
            "approvals": prepared.approvals,
            "prepared_by": prepared.prepared_by,
            "expires_at": prepared.expires_at,
            "reason": prepared.reason,
            "seal": seals.seal(
                *command_parts(
                    prepared.issuer_id,
                    prepared.command_id,
                    content,
                    prepared.prepared_by,
                    prepared.expires_at,
                    prepared.reason,
                )
            ),
        },
    ).fetchone()
    if row is not None:
        return True
    before = connection.execute(
        statement(__package__, "command_content"),
        {"issuer_id": prepared.issuer_id, "command_id": prepared.command_id},
    ).fetchone()
    if before is None or (bytes(before[0]), before[1]) != (content, prepared.prepared_by):
        raise ConflictError("That form was sent before, with something else in it.")
    return False


def decide(connection: Connection, seals: Seals, decision: Decision) -> bool:
    """False where that person decided so before. What comes of it a worker tells."""
    row = connection.execute(
        statement(__package__, "insert_decision"),
        {
            "issuer_id": decision.issuer_id,
            "command_id": decision.command_id,
            "decided_by": decision.decided_by,
            "on_behalf_of": decision.on_behalf_of,
            "verdict": decision.verdict,
            "content_digest": content_digest(decision.content),
            "reason": decision.reason,
            "seal": seals.seal(
                *decision_parts(
                    decision.issuer_id,
                    decision.command_id,
                    content_digest(decision.content),
                    decision.decided_by,
                    decision.on_behalf_of,
                    decision.verdict,
                )
            ),
        },
    ).fetchone()
    return row is not None


def content_digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def command_parts(
    issuer_id: int,
    command_id: UUID,
    content: bytes,
    prepared_by: str,
    expires_at: datetime,
    reason: str,
) -> Parts:
    """What the seal of a command is over."""
    moment = (expires_at - _EPOCH) // _MICROSECOND  # the same however its zone is written
    return ("command", issuer_id, command_id.bytes, content, prepared_by, moment, reason)


def decision_parts(
    issuer_id: int,
    command_id: UUID,
    digest: bytes,
    decided_by: str,
    on_behalf_of: str,
    verdict: str,
) -> Parts:
    """What the seal of a decision is over."""
    return (
        "decision",
        issuer_id,
        command_id.bytes,
        digest,
        decided_by,
        on_behalf_of,
        str(verdict),
    )
