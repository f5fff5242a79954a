"""Registering and changing merchants and agents. Each is one transaction that raises the
catalogue's version under the issuer's head, so that from its commit on every process decides by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil.engine.catalogue import Acceptor, DailyLimits
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import NotFoundError
from counterfoil.statements import statement
from counterfoil.voucher import Action

ACCEPTOR_STATUSES: Final = ("draft", "approved", "rejected", "suspended", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptorDesign:
    name: str
    kind: str
    account: str
    fsp: str = "sandbox"
    groups: tuple[str, ...] = ()
    status: str = "approved"
    daily_amount_minor_max: int | None = None
    daily_count_max: int | None = None


def create_acceptors(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    designs: Sequence[AcceptorDesign],
    *,
    reference: str | None = None,
) -> list[int]:
    """Register merchants and agents, all or none. Returns their ids, in order.

    Raises ConflictError where a name and account are registered already, or a status is unknown.
    """
    journal = issuer.begin(connection)
    next_id = 1 + max(issuer.catalogue.acceptors_by_id, default=0)
    version = journal.raise_catalogue()
    ids = list(range(next_id, next_id + len(designs)))
    with design_errors(connection):
        for acceptor_id, design in zip(ids, designs, strict=True):
            connection.execute(
                statement(__package__, "insert_acceptor"),
                {
                    "issuer_id": issuer.issuer_id,
                    "acceptor_id": acceptor_id,
                    "name": design.name,
                    "kind": design.kind,
                    "fsp": design.fsp,
                    "account": design.account,
                    "groups": sorted(design.groups),
                    "status": design.status,
                    "daily_amount_minor_max": design.daily_amount_minor_max,
                    "daily_count_max": design.daily_count_max,
                    "changed_version": version,
                },
            )
        for code in sorted({group for design in designs for group in design.groups}):
            _ensure_acceptor_group(connection, issuer, code, code)
        journal.record(
            Action.CREATE_ACCEPTOR,
            caller,
            reference=reference,
            subject=f"acceptors:{ids[0]}-{ids[-1]}" if len(ids) > 1 else f"acceptor:{ids[0]}",
        )
        journal.add_leaf(Action.CREATE_ACCEPTOR, actor=caller.actor)
        commit(connection, issuer, journal)
    return ids


def change_acceptor(  # each is one thing to change
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    acceptor_id: int,
    *,
    status: str | None = None,
    groups: tuple[str, ...] | None = None,
    account: str | None = None,
    fsp: str | None = None,
    daily_limits: DailyLimits | None = None,
    reason: str = "",
    reference: str | None = None,
) -> Acceptor:
    """Approve, suspend, reinstate, close, regroup or rebank; counts from its commit on.

    Raises NotFoundError for an unknown acceptor, ConflictError for an unknown status.
    """
    journal = issuer.begin(connection)
    before = issuer.catalogue.acceptors_by_id.get(acceptor_id)
    if before is None:
        connection.rollback()
        raise NotFoundError(f"There is no acceptor {acceptor_id}.")
    limits = before.daily_limits if daily_limits is None else daily_limits
    with design_errors(connection):
        for code in sorted(groups or ()):
            _ensure_acceptor_group(connection, issuer, code, code)
        connection.execute(
            statement(__package__, "change_acceptor"),
            {
                "issuer_id": issuer.issuer_id,
                "acceptor_id": acceptor_id,
                "status": status or before.status,
                "groups": sorted(before.groups if groups is None else groups),
                "account": account or before.account,
                "fsp": fsp or before.fsp,
                "daily_amount_minor_max": limits.amount_minor_max,
                "daily_count_max": limits.count_max,
                "changed_version": journal.raise_catalogue(),
            },
        )
        journal.record(
            Action.CHANGE_ACCEPTOR,
            caller,
            reference=reference,
            acceptor_id=acceptor_id,
            subject=f"acceptor:{acceptor_id}:{status or 'changed'}",
            reason=reason,
        )
        journal.add_leaf(Action.CHANGE_ACCEPTOR, actor=caller.actor, acceptor=str(acceptor_id))
        commit(connection, issuer, journal)
    return issuer.catalogue.acceptors_by_id[acceptor_id]


def create_acceptor_group(
    connection: Connection, issuer: Issuer, caller: Caller, *, code: str, name: str
) -> None:
    journal = issuer.begin(connection)
    with design_errors(connection):
        _ensure_acceptor_group(connection, issuer, code, name)
        journal.record(Action.CHANGE_SETTINGS, caller, subject=f"acceptor-group:{code}")
        journal.add_leaf(Action.CHANGE_SETTINGS, actor=caller.actor)
        commit(connection, issuer, journal)


def _ensure_acceptor_group(connection: Connection, issuer: Issuer, code: str, name: str) -> None:
    connection.execute(
        statement(__package__, "ensure_acceptor_group"),
        {"issuer_id": issuer.issuer_id, "code": code, "name": name},
    )
