"""Carrying a command out: whether it may be, and its effect, in one transaction.

The command is locked first and marked as done; the effect goes on in the same transaction and
commits both. So a command has its effect once or not at all, whoever presses what at the same
moment, and wherever the process is killed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from counterfoil.engine.commands.content import Asked, decoded
from counterfoil.engine.commands.effects import Bench, effect
from counterfoil.engine.commands.preparing import (
    Verdict,
    command_parts,
    content_digest,
    decision_parts,
)
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, CurrencyMismatchError, NotFoundError
from counterfoil.keys.seals import Seals
from counterfoil.statements import statement

UNSEALED: Final = "unsealed"  # outcomes that are ours; others are sentences or subjects
CHANGED_CONTENT: Final = "unreadable"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class _Command:
    command_id: UUID
    kind: str
    content: bytes
    prepared_by: str
    expires_at: datetime
    reason: str
    seal: bytes
    is_expired: bool


@dataclass(frozen=True, slots=True)
class _Decision:
    decided_by: str
    on_behalf_of: str
    verdict: str
    content_digest: bytes
    reason: str
    seal: bytes


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a command ends; `asked` is what is to be done where it is done."""

    status: str
    outcome: str | None = None
    asked: Asked | None = None


def commands_to_look_at(connection: Connection, issuer: Issuer) -> list[UUID]:
    """Those about which something may have to be done. Ends its transaction."""
    found = connection.execute(
        statement(__package__, "commands_to_look_at"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.rollback()
    return [command_id for (command_id,) in found]


def carry_out(connection: Connection, issuer: Issuer, seals: Seals, command_id: UUID) -> str | None:
    """Decide about one command and do it. Returns its status then; None while it waits for more
    approvals, or where another worker has it.
    """
    command = _locked(connection, issuer, command_id)
    if command is None:
        connection.rollback()
        return None
    ending = _ending(connection, issuer, seals, command)
    if ending is None:
        connection.rollback()
        return None
    _finish(connection, issuer, command_id, ending)
    if ending.asked is None:
        connection.commit()
        return ending.status
    return _do(connection, issuer, command, ending.asked)


def find_outcomes(connection: Connection, issuer: Issuer) -> int:
    """What came of commands whose worker died between doing them and saying so: by the journal,
    which has their reference. Returns how many are known now. Commits.
    """
    found = connection.execute(
        statement(__package__, "find_outcomes"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.commit()
    return len(found)


def give_up(connection: Connection, issuer: Issuer, command_id: UUID) -> None:
    """End a command whose effect failed in a way nobody foresaw, so that it is seen and asked for
    again, instead of failing for ever.
    """
    connection.rollback()
    _finish(connection, issuer, command_id, _Ending("refused", FAILED))
    connection.commit()


def _do(connection: Connection, issuer: Issuer, command: _Command, asked: Asked) -> str:
    caller = Caller(0, command.prepared_by)
    bench = Bench(connection, issuer, caller, f"command:{command.command_id}", command.reason)
    try:
        outcome = effect(asked, bench)
    except (ConflictError, NotFoundError, CurrencyMismatchError) as refusal:
        connection.rollback()
        _finish(connection, issuer, command.command_id, _Ending("refused", str(refusal)))
        connection.commit()
        return "refused"
    connection.rollback()
    # An effect that was there before leaves the command waiting: it is done, all the same.
    _finish(connection, issuer, command.command_id, _Ending("done"))
    connection.execute(
        statement(__package__, "tell_outcome"),
        {"issuer_id": issuer.issuer_id, "command_id": command.command_id, "outcome": outcome},
    )
    connection.commit()
    return "done"


def _ending(
    connection: Connection, issuer: Issuer, seals: Seals, command: _Command
) -> _Ending | None:
    """None: it goes on waiting. In the order of what makes the others meaningless."""
    parts = command_parts(
        issuer.issuer_id,
        command.command_id,
        command.content,
        command.prepared_by,
        command.expires_at,
        command.reason,
    )
    if not seals.holds(command.seal, *parts):
        return _Ending("refused", UNSEALED)
    try:
        asked = decoded(command.content)
    except msgspec.ValidationError:
        return _Ending("refused", CHANGED_CONTENT)
    if asked.kind != command.kind:
        return _Ending("refused", CHANGED_CONTENT)
    decisions = _decisions(connection, issuer.issuer_id, seals, command)
    if any(d.verdict == Verdict.WITHDRAW for d in decisions):
        return _Ending("withdrawn")
    rejections = [d for d in decisions if d.verdict == Verdict.REJECT]
    if rejections:
        return _Ending("rejected", rejections[0].reason)
    if command.is_expired:
        return _Ending("expired")
    approvals = _people([d for d in decisions if d.verdict == Verdict.APPROVE])
    if approvals < approvals_needed(connection, issuer.issuer_id, asked):
        return None
    return _Ending("done", asked=asked)


def _people(approvals: Sequence[_Decision]) -> int:
    """How many different people they are, by who decided and by whose power it was: neither two
    approvals by one hand nor two in one name count twice.
    """
    hands = {each.decided_by for each in approvals}
    names = {each.on_behalf_of for each in approvals}
    return min(len(hands), len(names))


def _locked(connection: Connection, issuer: Issuer, command_id: UUID) -> _Command | None:
    row = connection.execute(
        statement(__package__, "lock_command"),
        {"issuer_id": issuer.issuer_id, "command_id": command_id},
    ).fetchone()
    if row is None:
        return None
    kind, content, prepared_by, expires_at, reason, seal, is_expired = row
    return _Command(
        command_id, kind, bytes(content), prepared_by, expires_at, reason, bytes(seal), is_expired
    )


def _decisions(
    connection: Connection, issuer_id: int, seals: Seals, command: _Command
) -> list[_Decision]:
    """Those that count: sealed, about exactly this content, and by who may decide so."""
    found = connection.execute(
        statement(__package__, "decisions"),
        {"issuer_id": issuer_id, "command_id": command.command_id},
    ).fetchall()
    decisions = [
        _Decision(by, name, verdict, bytes(digest), reason, bytes(seal))
        for by, name, verdict, digest, reason, seal in found
    ]
    seen = content_digest(command.content)
    return [
        each
        for each in decisions
        if seals.holds(
            each.seal,
            *decision_parts(
                issuer_id,
                command.command_id,
                seen,
                each.decided_by,
                each.on_behalf_of,
                each.verdict,
            ),
        )
        and _may(each, command.prepared_by)
    ]


def _may(decision: _Decision, prepared_by: str) -> bool:
    own = prepared_by in {decision.decided_by, decision.on_behalf_of}
    return own if decision.verdict == Verdict.WITHDRAW else not own


def _finish(connection: Connection, issuer: Issuer, command_id: UUID, ending: _Ending) -> None:
    connection.execute(
        statement(__package__, "finish_command"),
        {
            "issuer_id": issuer.issuer_id,
            "command_id": command_id,
            "status": ending.status,
            "outcome": ending.outcome,
        },
    )
