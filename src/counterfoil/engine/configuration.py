"""Small changes an issuer makes to what it has: its settings, and stock paused and resumed."""

from dataclasses import dataclass
from typing import Final

from psycopg import errors as pg

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.statements import statement
from counterfoil.voucher import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """None stays as it is."""

    activate_at_once: bool | None = None
    retention_days: int | None = None
    miss_budget: int | None = None
    miss_window_seconds: int | None = None
    issuer_miss_budget: int | None = None
    secret_tries: int | None = None


def change_settings(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    change: SettingsChange,
    *,
    reason: str = "",
) -> None:
    """Counts from its commit on. Raises ConflictError for a value the table refuses."""
    journal = issuer.begin(connection)
    journal.raise_catalogue()
    try:
        connection.execute(
            statement(__package__, "change_settings"),
            {
                "issuer_id": issuer.issuer_id,
                "activate_at_once": change.activate_at_once,
                "retention_days": change.retention_days,
                "miss_budget": change.miss_budget,
                "miss_window_seconds": change.miss_window_seconds,
                "issuer_miss_budget": change.issuer_miss_budget,
                "secret_tries": change.secret_tries,
            },
        )
    except pg.CheckViolation as error:
        connection.rollback()
        raise ConflictError("That value is not allowed here.") from error
    journal.record(Action.CHANGE_SETTINGS, caller, subject="settings", reason=reason)
    journal.add_leaf(Action.CHANGE_SETTINGS, actor=caller.actor)
    commit(connection, issuer, journal)


_LEADS_TO: Final = {
    (Action.PAUSE_PROVISION, "ready"): "paused",
    (Action.PAUSE_PROVISION, "running"): "paused",
    (Action.RESUME_PROVISION, "paused"): None,  # ready, or running if it is not complete
}


def pause_provision(
    connection: Connection, issuer: Issuer, caller: Caller, provision_id: int
) -> None:
    """Nothing more is created or drawn from it until it is resumed; paused already is fine.

    Raises NotFoundError, ConflictError where it has no stock.
    """
    _turn_provision(connection, issuer, caller, Action.PAUSE_PROVISION, provision_id)


def resume_provision(
    connection: Connection, issuer: Issuer, caller: Caller, provision_id: int
) -> None:
    """Raises NotFoundError, ConflictError where it has no stock."""
    _turn_provision(connection, issuer, caller, Action.RESUME_PROVISION, provision_id)


def _turn_provision(
    connection: Connection, issuer: Issuer, caller: Caller, action: Action, provision_id: int
) -> None:
    row = connection.execute(
        statement(__package__, "lock_provision_status"),
        {"issuer_id": issuer.issuer_id, "provision_id": provision_id},
    ).fetchone()
    if row is None:
        connection.rollback()
        raise NotFoundError("There is no such provision.")
    kind, status, is_complete = row
    if kind == "on_demand" or status == "cancelled":
        connection.rollback()
        raise ConflictError("That provision has no stock to hand out.")
    if (action, status) not in _LEADS_TO:
        connection.rollback()
        return  # it is so already
    after = _LEADS_TO[action, status] or ("ready" if is_complete else "running")
    journal = issuer.begin(connection)
    connection.execute(
        statement(__package__, "turn_provision"),
        {"issuer_id": issuer.issuer_id, "provision_id": provision_id, "status": after},
    )
    journal.record(action, caller, subject=f"provision:{provision_id}")
    journal.add_leaf(action, actor=caller.actor)
    commit(connection, issuer, journal)
