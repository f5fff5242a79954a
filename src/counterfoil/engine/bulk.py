"""One change of many vouchers: by a list of serials, by provision, by group or by allocation. The
closing of a programme works off its vouchers in the same way (engine/programme_steps.py).

    begin_bulk   what is asked, by whom and why, written down              one transaction
    finish_bulk  chunks in serial order: vouchers, refusals and the cursor  one each

A chunk that was written is past, so a run that was killed goes on where it stood, and each chunk
leaves one leaf. A bulk reaches the vouchers that exist when it is asked for.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from psycopg import errors as pg

from counterfoil.engine.apply import Extra, SupersededError, apply
from counterfoil.engine.arrays import Int8s, Texts
from counterfoil.engine.bulk_chunks import Bulk, Chunk, next_chunk
from counterfoil.engine.bulk_selection import (
    Selection,
    check_selection,
    check_there,
    group_id_of,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import reference_key
from counterfoil.engine.operation import (
    CHANGED,
    OWNER_ACTIONS,
    Activate,
    Answer,
    Caller,
    Change,
    Operation,
)
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.statements import statement
from counterfoil.voucher import Action

BULK_ACTIONS: Final = frozenset(
    {
        Action.SUSPEND,
        Action.UNSUSPEND,
        Action.BLOCK,
        Action.UNBLOCK,
        Action.CANCEL,
        Action.REPLACE,
        Action.PURGE,
        Action.EXTEND,
        Action.ACTIVATE,
    }
)


def begin_bulk(  # what, to which vouchers, why, and who asks
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    selection: Selection,
    *,
    action: Action,
    reason: str,
    extend_until: datetime | None = None,
    organisation_id: int | None = None,
    reference: str | None = None,
) -> Bulk:
    """Write down what is asked; `finish_bulk` does it. The same reference again: the same bulk.

    An organisation reaches its own vouchers alone; others are refused as if they were not there.
    Numbers of replacements are told by nobody here: whoever may read sealed numbers prints them.

    Raises ConflictError for what cannot be asked, NotFoundError for what is not there.
    """
    check_selection(selection)
    _check_asked(action, reason, extend_until, organisation_id)
    listed, group_code = selection.listed, selection.group_code
    journal = issuer.begin(connection)
    try:
        check_there(connection, issuer, selection)
        group_id = None if group_code is None else group_id_of(issuer, group_code)
        columns: dict[str, object] = {
            "issuer_id": issuer.issuer_id,
            "action": action,
            "provision_id": selection.provision_id,
            "group_id": group_id,
            "programme_id": None,
            "serials": None if listed is None else Int8s(listed),
            "extend_until": extend_until,
            "actor": caller.actor,
            "client_id": caller.client_id,
            "reason": reason,
            "organisation_id": organisation_id,
            "allocation_id": selection.allocation_id,
            "serial_last": listed[-1] if listed else journal.head.next_serial - 1,
        }
        digest = _digest(columns, listed)
        again = _bulk_of_reference(connection, issuer, caller, reference, digest)
        if again is not None:
            connection.rollback()
            return bulk_by_id(connection, issuer, again)
        bulk_id = _insert(connection, columns)
        subject = f"bulk:{bulk_id}:{digest}"
        journal.record(
            Action.BEGIN_BULK, caller, reference=reference, subject=subject, reason=reason
        )
        journal.add_leaf(
            Action.BEGIN_BULK, group_id=group_id, actor=caller.actor, reference=reference
        )
        commit(connection, issuer, journal)
    except BaseException:
        connection.rollback()
        raise
    return bulk_by_id(connection, issuer, bulk_id)


def finish_bulk(connection: Connection, issuer: Issuer, bulk_id: int) -> Iterator[Bulk]:
    """Do what is still to do, chunk by chunk; yields the bulk after each commit.

    Several processes may work on one bulk: each chunk counts once, whoever is first.
    """
    while True:
        bulk = bulk_by_id(connection, issuer, bulk_id)
        if bulk.status != "running":
            yield bulk
            return
        chunk = next_chunk(connection, issuer, bulk)
        try:
            _change_chunk(connection, issuer, bulk, chunk)
        except (SupersededError, pg.UniqueViolation):
            if bulk_by_id(connection, issuer, bulk_id) == bulk:
                raise
            continue
        if chunk is not None:
            yield bulk_by_id(connection, issuer, bulk_id)


def bulk_by_id(connection: Connection, issuer: Issuer, bulk_id: int) -> Bulk:
    """Raises NotFoundError. Ends the transaction it reads in."""
    row = connection.execute(
        statement(__package__, "bulk_by_id"), {"issuer_id": issuer.issuer_id, "bulk_id": bulk_id}
    ).fetchone()
    connection.commit()
    if row is None:
        raise NotFoundError(f"There is no bulk change {bulk_id}.")
    return Bulk(row[0], Action(row[1]), *row[2:])


def running_bulks(connection: Connection, issuer: Issuer) -> list[int]:
    """Those that a killed process may have left half-way."""
    rows = connection.execute(
        statement(__package__, "running_bulks"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.commit()
    return [bulk_id for (bulk_id,) in rows]


def bulk_refusals(
    connection: Connection, issuer: Issuer, bulk_id: int, *, after_serial: int = 0, limit: int = 100
) -> list[tuple[int, str]]:
    """(serial, outcome) of vouchers that could not be changed, by serial."""
    rows = connection.execute(
        statement(__package__, "bulk_refusals"),
        {
            "issuer_id": issuer.issuer_id,
            "bulk_id": bulk_id,
            "after_serial": after_serial,
            "rows_max": limit,
        },
    ).fetchall()
    connection.commit()
    return [(serial, outcome) for serial, outcome in rows]


def _insert(connection: Connection, columns: Mapping[str, object]) -> int:
    row = connection.execute(statement(__package__, "insert_bulk"), columns).fetchone()
    if row is None:
        raise AssertionError(columns["action"])  # INSERT … RETURNING always has a row
    return int(row[0])


def _change_chunk(connection: Connection, issuer: Issuer, bulk: Bulk, chunk: Chunk | None) -> None:
    """Change the vouchers, keep the refusals and move the cursor: all or nothing."""

    def worked_off(answers: Sequence[Answer]) -> list[Extra]:
        refusals = [
            (serial, answer.outcome)
            for serial, answer in zip(chunk.serials if chunk else (), answers, strict=True)
            if answer.outcome not in CHANGED
        ]
        moved = Extra(
            "move_bulk",
            {
                "bulk_id": bulk.bulk_id,
                "before_serial": bulk.next_serial,
                "next_serial": chunk.next_serial if chunk else bulk.next_serial,
                "done": len(answers) - len(refusals),
                "refused": len(refusals),
                "status": "running" if chunk else "finished",
            },
            must_change=True,
        )
        if not refusals:
            return [moved]
        kept = Extra(
            "insert_bulk_refusals",
            {
                "bulk_id": bulk.bulk_id,
                "serials": Int8s(serial for serial, _outcome in refusals),
                "outcomes": Texts(outcome for _serial, outcome in refusals),
            },
        )
        return [moved, kept]

    caller = Caller(bulk.client_id, bulk.actor)
    changes = [_change_of(bulk, caller, serial) for serial in (chunk.serials if chunk else ())]
    apply(connection, issuer, changes, bulk=True, extras=worked_off)


def _change_of(bulk: Bulk, caller: Caller, serial: int) -> Operation:
    reference = f"~bulk:{bulk.bulk_id}:{serial}"
    if bulk.action is Action.ACTIVATE:
        return Activate(
            caller=caller,
            reference=reference,
            serial=serial,
            organisation_id=bulk.organisation_id,
        )
    return Change(
        caller=caller,
        reference=reference,
        action=bulk.action,
        serial=serial,
        reason=bulk.reason,
        extend_until=bulk.extend_until,
        organisation_id=bulk.organisation_id,
    )


def _check_asked(
    action: Action, reason: str, extend_until: datetime | None, organisation_id: int | None
) -> None:
    if action not in BULK_ACTIONS:
        raise ConflictError(f"Vouchers cannot be changed in bulk by {action.word}.")
    if organisation_id is not None and action not in OWNER_ACTIONS:
        raise ConflictError(f"An organisation cannot {action.word} its vouchers.")
    if not reason.strip():
        raise ConflictError("Say why: a bulk change needs a reason.")
    if (action is Action.EXTEND) != (extend_until is not None):
        raise ConflictError("To extend, and only then, say until when.")
    if extend_until is not None and extend_until <= datetime.now(UTC):
        raise ConflictError("Vouchers can be extended only to a time to come.")


def _bulk_of_reference(
    connection: Connection, issuer: Issuer, caller: Caller, reference: str | None, digest: str
) -> int | None:
    if reference is None:
        return None
    row = connection.execute(
        statement(__package__, "operation_by_reference"),
        {
            "issuer_id": issuer.issuer_id,
            "reference_key": UUID(
                bytes=reference_key(caller.client_id, Action.BEGIN_BULK, reference)
            ),
        },
    ).fetchone()
    if row is None:
        return None
    _word, bulk_id, recorded = row[2].split(":")
    if recorded != digest:
        raise ConflictError("That reference stands for another bulk change.")
    return int(bulk_id)


def _digest(columns: Mapping[str, object], listed: Sequence[int] | None) -> str:
    """What makes two bulks the same; nothing in it is secret."""
    others = ("provision_id", "group_id", "extend_until", "reason", "organisation_id")
    asked = (columns["action"], listed, *(columns[each] for each in others))
    if columns["allocation_id"] is not None:
        asked = (*asked, columns["allocation_id"])
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
