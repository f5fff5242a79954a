"""Small changes an issuer makes to what it has: its settings, and stock paused and resumed."""

from dataclasses import asdict, dataclass
from typing import Final

import msgspec
from psycopg import errors as pg

from counterfoil.engine.administering import Asked, record, recorded_subject
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
    cooling_off_days: int | None = None
    verify_accounts: str | None = None


def change_settings(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    change: SettingsChange,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Counts from its commit on; under the same reference, once. Raises ConflictError for a value
    the table refuses.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_SETTINGS,
        content=["settings", reason, msgspec.json.encode(change, order="sorted")],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    journal.raise_catalogue()
    try:
        connection.execute(
            statement(__package__, "change_settings"),
            asdict(change) | {"issuer_id": issuer.issuer_id},
        )
    except pg.CheckViolation as error:
        connection.rollback()
        raise ConflictError("That value is not allowed here.") from error
    record(issuer, journal, asked, subject="settings")
    commit(connection, issuer, journal)


_LEADS_TO: Final = {
    (Action.PAUSE_PROVISION, "ready"): "paused",
    (Action.PAUSE_PROVISION, "running"): "paused",
    (Action.RESUME_PROVISION, "paused"): None,  # ready, or running if it is not complete
}


def pause_provision(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    provision_id: int,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Nothing more is created or drawn from it until it is resumed; paused already is fine.

    Raises NotFoundError, ConflictError where it has no stock.
    """
    asked = Asked(
        caller=caller,
        action=Action.PAUSE_PROVISION,
        content=[provision_id, reason],
        reference=reference,
        reason=reason,
    )
    _turn_provision(connection, issuer, asked, provision_id)


def resume_provision(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    provision_id: int,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Raises NotFoundError, ConflictError where it has no stock."""
    asked = Asked(
        caller=caller,
        action=Action.RESUME_PROVISION,
        content=[provision_id, reason],
        reference=reference,
        reason=reason,
    )
    _turn_provision(connection, issuer, asked, provision_id)


def _turn_provision(
    connection: Connection, issuer: Issuer, asked: Asked, provision_id: int
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
    journal = issuer.begin(connection)
    is_so = (asked.action, status) not in _LEADS_TO
    if is_so or recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    after = _LEADS_TO[asked.action, status] or ("ready" if is_complete else "running")
    connection.execute(
        statement(__package__, "turn_provision"),
        {"issuer_id": issuer.issuer_id, "provision_id": provision_id, "status": after},
    )
    record(issuer, journal, asked, subject=f"provision:{provision_id}")
    commit(connection, issuer, journal)
