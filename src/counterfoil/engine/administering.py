"""Administrative changes: each asked for under a reference, recorded once with a leaf of its own,
and harmless when it is asked for again.

    begin ─▶ recorded? ─ yes ─▶ roll back, answer with what is there
                       └ no ──▶ write rows ─▶ record ─▶ commit

All of it is one transaction, which may have begun before: what else its caller wrote is committed
together with the change.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal, reference_key
from counterfoil.engine.operation import Caller
from counterfoil.errors import ReferenceReusedError
from counterfoil.keys.digests import content_hash, is_same_content
from counterfoil.statements import statement
from counterfoil.voucher import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for which change; `content` is what makes two of them the same."""

    caller: Caller
    action: Action
    content: Sequence[str | int | bool | bytes | None]
    reference: str | None
    reason: str = ""


@contextmanager
def or_nothing(connection: Connection) -> Iterator[None]:
    """What fails leaves no transaction open, and the issuer to others."""
    try:
        yield
    except BaseException:
        connection.rollback()
        raise


def recorded_subject(connection: Connection, issuer: Issuer, asked: Asked) -> str | None:
    """What the change was about that is recorded under this reference; None where none is.

    The head must be ours. Raises ReferenceReusedError, and rolls back, where another change is.
    """
    if asked.reference is None:
        return None
    key = reference_key(asked.caller.client_id, asked.action, asked.reference)
    row = connection.execute(
        statement(__package__, "operation_by_reference"),
        {"issuer_id": issuer.issuer_id, "reference_key": UUID(bytes=key)},
    ).fetchone()
    if row is None:
        return None
    _operation_id, _amount_minor, subject, recorded = row
    if not is_same_content(issuer.keys, bytes(recorded), asked.content):
        connection.rollback()
        raise ReferenceReusedError("That reference stands for another change.")
    return str(subject)


def record(
    issuer: Issuer,
    journal: Journal,
    asked: Asked,
    *,
    subject: str,
    acceptor_id: int = 0,
    group_id: int | None = None,
) -> None:
    """Its operation and its leaf; the caller commits."""
    journal.record(
        asked.action,
        asked.caller,
        reference=asked.reference,
        content_hash=content_hash(issuer.keys, asked.content),
        acceptor_id=acceptor_id,
        subject=subject,
        reason=asked.reason,
    )
    journal.add_leaf(
        asked.action,
        group_id=group_id,
        actor=asked.caller.actor,
        acceptor=str(acceptor_id) if acceptor_id else None,
    )
