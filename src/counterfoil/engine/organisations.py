"""Organisations that buy vouchers: registered, changed, suspended and closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from psycopg import errors as pg

from counterfoil.engine.administering import Asked, record, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.standing import ORGANISATION_STEPS, may_become
from counterfoil.statements import statement
from counterfoil.voucher import Action

ORGANISATION_STATUSES: Final = tuple(ORGANISATION_STEPS)


@dataclass(frozen=True, slots=True)
class Organisation:
    """`commission_points`: what it pays on top of the face value, in hundredths of a percent."""

    organisation_id: int
    name: str
    status: str
    commission_points: int
    changed_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChange:
    """What is to change; None stays as it is."""

    name: str | None = None
    status: str | None = None
    commission_points: int | None = None


def create_organisation(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    name: str,
    commission_points: int = 0,
    reason: str = "",
    reference: str | None = None,
) -> int:
    """Returns its id. Raises ConflictError where there is one of that name."""
    asked = Asked(
        caller=caller,
        action=Action.CREATE_ORGANISATION,
        content=[name, commission_points],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    again = recorded_subject(connection, issuer, asked)
    if again is not None:
        connection.rollback()
        return int(again.removeprefix("organisation:"))
    with _named_once(connection, name):
        row = connection.execute(
            statement(__package__, "insert_organisation"),
            {
                "issuer_id": issuer.issuer_id,
                "name": name,
                "commission_points": commission_points,
                "version": journal.head.next_operation,
            },
        ).fetchone()
        if row is None:
            raise AssertionError(name)  # INSERT … RETURNING always has a row
        record(issuer, journal, asked, subject=f"organisation:{row[0]}")
        commit(connection, issuer, journal)
    return int(row[0])


def change_organisation(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    organisation_id: int,
    change: OrganisationChange,
    *,
    reason: str = "",
    reference: str | None = None,
    expected_version: int | None = None,
) -> Organisation:
    """What is so already, or was done under this reference before, changes nothing.

    Raises NotFoundError; ConflictError for a step that is none, a name that is taken, for closing
    it while stock is held or allocated for it, or where it was changed since the `changed_version`
    that is expected.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_ORGANISATION,
        content=[organisation_id, change.name, change.status, change.commission_points],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    before = organisation_of(connection, issuer, organisation_id)
    if before is None:
        connection.rollback()
        raise NotFoundError(f"There is no organisation {organisation_id}.")
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return before
    refusal = _refusal(before, change, expected_version) or _open_sale(
        connection, issuer, before, change
    )
    if refusal:
        connection.rollback()
        raise ConflictError(refusal)
    after = Organisation(
        organisation_id,
        change.name or before.name,
        change.status or before.status,
        before.commission_points if change.commission_points is None else change.commission_points,
        journal.head.next_operation,
    )
    with _named_once(connection, after.name):
        connection.execute(
            statement(__package__, "change_organisation"),
            {
                "issuer_id": issuer.issuer_id,
                "organisation_id": organisation_id,
                "name": after.name,
                "status": after.status,
                "commission_points": after.commission_points,
                "version": after.changed_version,
            },
        )
        record(issuer, journal, asked, subject=f"organisation:{organisation_id}")
        commit(connection, issuer, journal)
    return after


def organisation_of(
    connection: Connection, issuer: Issuer, organisation_id: int
) -> Organisation | None:
    row = connection.execute(
        statement(__package__, "organisation_by_id"),
        {"issuer_id": issuer.issuer_id, "organisation_id": organisation_id},
    ).fetchone()
    return None if row is None else Organisation(*row)


def approved_organisation(
    connection: Connection, issuer: Issuer, organisation_id: int
) -> Organisation:
    """Raises NotFoundError; ConflictError where it is suspended or closed."""
    found = organisation_of(connection, issuer, organisation_id)
    if found is None:
        raise NotFoundError(f"There is no organisation {organisation_id}.")
    if found.status != "approved":
        raise ConflictError(f"{found.name} is {found.status}.")
    return found


def _refusal(before: Organisation, change: OrganisationChange, expected: int | None) -> str:
    if expected not in {None, before.changed_version}:
        return f"{before.name} was changed since."
    status = change.status
    if status is not None and not (
        status in ORGANISATION_STEPS and may_become(ORGANISATION_STEPS, before.status, status)
    ):
        return f"{before.name} is {before.status}; it cannot be {status}."
    return ""


def _open_sale(
    connection: Connection, issuer: Issuer, before: Organisation, change: OrganisationChange
) -> str:
    """Why it cannot be closed yet: what is held for it would lapse, what it paid for not come."""
    if change.status != "closed":
        return ""
    found = connection.execute(
        statement(__package__, "organisation_open_sale"),
        {"issuer_id": issuer.issuer_id, "organisation_id": before.organisation_id},
    ).fetchone()
    return f"{before.name} has open purchases; end them first." if found else ""


@contextmanager
def _named_once(connection: Connection, name: str) -> Iterator[None]:
    with design_errors(connection):
        try:
            yield
        except pg.UniqueViolation as error:
            if error.diag.constraint_name != "organisation_name":
                raise
            connection.rollback()
            raise ConflictError(f"There is an organisation {name} already.") from error
