"""Numbers for people, many at once: drawn from what an organisation bought, or in place of vouchers
that were lost.

    begin_handover   what is asked, and whose eyes the numbers are for         one transaction
    finish_handover  chunks: vouchers, their numbers sealed, the position      one each
    forget_handover  the sealed numbers go; the serials stay
    hand_one         a number, in the transaction that draws it

A chunk that was written is past, so a run that was killed goes on where it stood. The numbers are
sealed with the recipient's public key in the transaction that draws them: no process of ours can
open them again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from psycopg import errors as pg

from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.apply import Extra, SupersededError, apply
from counterfoil.engine.arrays import Int8s, Texts
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import (
    CHANGED,
    Answer,
    Caller,
    Change,
    Draw,
    Operation,
    Outcome,
)
from counterfoil.engine.organisations import approved_organisation
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.sealed_box import KEY_BYTES, seal_box
from counterfoil.statements import statement
from counterfoil.voucher import Action

HANDOVER_VOUCHERS_MAX: Final = 50_000
KEPT: Final = timedelta(days=7)  # sealed numbers that nobody fetched
_CHUNK_VOUCHERS: Final = 500


@dataclass(frozen=True, slots=True)
class Handover:
    """`handed` of `vouchers` have a number; the others could not be drawn or replaced."""

    handover_id: UUID
    organisation_id: int | None
    allocation_id: int | None
    replaces: tuple[int, ...] | None
    vouchers: int
    at_once: bool
    recipient_key: bytes
    actor: str
    reason: str
    next_position: int
    handed: int
    status: str


class HandoverAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many of an allocation, or a new voucher for each of these serials. `recipient_key` is an
    X25519 public key; who has the private one reads the numbers. Without an organisation the issuer
    replaces vouchers, whoever has them.
    """

    organisation_id: int | None
    allocation_id: int | None = None
    replaces: tuple[int, ...] | None = None
    vouchers: int
    at_once: bool = True
    recipient_key: bytes


def begin_handover(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    handover_id: UUID,
    wanted: HandoverAsked,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Raises NotFoundError where the allocation is not that organisation's; ConflictError where it
    may not hand out, or so many cannot be.
    """
    asked = Asked(
        caller=caller,
        action=Action.BEGIN_HANDOVER,
        content=[str(handover_id), msgspec.json.encode(wanted)],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        if wanted.organisation_id is not None:
            approved_organisation(connection, issuer, wanted.organisation_id)
        _insert(connection, issuer, journal, asked, handover_id, wanted)
    commit(connection, issuer, journal)


def hand_one(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    asked: Asked,
    handover_id: UUID,
    wanted: HandoverAsked,
    *,
    serial: int,
    number: str,
) -> None:
    """What was just drawn in place of another, handed out at once; the caller commits.

    Raises ConflictError for a handover that was begun before.
    """
    _insert(connection, issuer, journal, asked, handover_id, wanted)
    which: dict[str, object] = {"issuer_id": issuer.issuer_id, "handover_id": handover_id}
    connection.execute(
        statement(__package__, "insert_handover_part"),
        which
        | {
            "first_position": 1,
            "serials": [serial],
            "outcomes": [Outcome.DONE],
            "sealed": seal_box(
                wanted.recipient_key,
                msgspec.json.encode([number]),
                bound_to=box_of(issuer.issuer_id, handover_id, 1),
            ),
        },
    )
    connection.execute(
        statement(__package__, "move_handover"),
        which | {"before_position": 1, "next_position": 2, "handed": 1},
    )


def _insert(  # whose, in which books, what and why
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    asked: Asked,
    handover_id: UUID,
    wanted: HandoverAsked,
) -> None:
    _check(connection, issuer, wanted)
    row = connection.execute(
        statement(__package__, "insert_handover"),
        {
            "issuer_id": issuer.issuer_id,
            "handover_id": handover_id,
            "organisation_id": wanted.organisation_id,
            "allocation_id": wanted.allocation_id,
            "replaces": None if wanted.replaces is None else Int8s(wanted.replaces),
            "vouchers": wanted.vouchers,
            "at_once": wanted.at_once,
            "recipient_key": wanted.recipient_key,
            "actor": asked.caller.actor,
            "reason": asked.reason,
            "now": journal.head.now,
        },
    ).fetchone()
    if row is None:
        raise ConflictError("That handover was begun before.")
    record(issuer, journal, asked, subject=f"handover:{handover_id}")


def finish_handover(
    connection: Connection, issuer: Issuer, handover_id: UUID
) -> Iterator[Handover]:
    """Do what is still to do, chunk by chunk; yields it as it stands after each commit.

    Several processes may work on one: each chunk counts once, whoever is first.
    """
    while True:
        handover = handover_of(connection, issuer, handover_id)
        connection.rollback()
        yield handover
        if handover.status != "running":
            return
        try:
            _hand_chunk(connection, issuer, handover)
        except (SupersededError, pg.UniqueViolation):  # another was first with this chunk
            now = handover_of(connection, issuer, handover_id)
            connection.rollback()
            if now == handover:
                raise


def forget_handover(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    handover_id: UUID,
    *,
    reference: str | None = None,
) -> None:
    """They were fetched, or are not wanted: the sealed numbers go. Raises NotFoundError."""
    asked = Asked(
        caller=caller,
        action=Action.FORGET_HANDOVER,
        content=[str(handover_id)],
        reference=reference,
    )
    journal = issuer.begin(connection)
    with or_nothing(connection):
        handover_of(connection, issuer, handover_id)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    connection.execute(
        statement(__package__, "forget_handover"),
        {"issuer_id": issuer.issuer_id, "handover_id": handover_id, "now": journal.head.now},
    )
    record(issuer, journal, asked, subject=f"handover:{handover_id}")
    commit(connection, issuer, journal)


def running_handovers(connection: Connection, issuer: Issuer) -> list[UUID]:
    """Those with vouchers still to draw. Ends its transaction."""
    return _ids(connection, "running_handovers", {"issuer_id": issuer.issuer_id})


def stale_handovers(connection: Connection, issuer: Issuer) -> list[UUID]:
    """Those whose numbers nobody fetched in time. Ends its transaction."""
    return _ids(connection, "stale_handovers", {"issuer_id": issuer.issuer_id, "kept": KEPT})


def handover_of(connection: Connection, issuer: Issuer, handover_id: UUID) -> Handover:
    """Raises NotFoundError."""
    row = connection.execute(
        statement(__package__, "handover"),
        {"issuer_id": issuer.issuer_id, "handover_id": handover_id},
    ).fetchone()
    if row is None:
        raise NotFoundError("There is no such handover.")
    identity, organisation_id, allocation_id, replaces, vouchers, at_once, key, *rest = row
    return Handover(
        identity,
        organisation_id,
        allocation_id,
        None if replaces is None else tuple(replaces),
        vouchers,
        at_once,
        bytes(key),
        *rest,
    )


def box_of(issuer_id: int, handover_id: UUID, first_position: int) -> bytes:
    """What the sealed numbers of a chunk are bound to."""
    return b"handover %d %b %d" % (issuer_id, handover_id.bytes, first_position)


def numbers_in(opened: bytes) -> list[str]:
    """Of an opened box: a number for each position, empty where there is none."""
    return msgspec.json.decode(opened, type=list[str])


def _check(connection: Connection, issuer: Issuer, wanted: HandoverAsked) -> None:
    if not 0 < wanted.vouchers <= HANDOVER_VOUCHERS_MAX:
        raise ConflictError(f"Between 1 and {HANDOVER_VOUCHERS_MAX:,} vouchers at once.")
    if len(wanted.recipient_key) != KEY_BYTES:
        raise ConflictError("That is no public key.")
    if (wanted.allocation_id is None) == (wanted.replaces is None):
        raise ConflictError("Either of an allocation, or in place of some.")
    if wanted.replaces is not None:
        if len(set(wanted.replaces)) != wanted.vouchers or len(wanted.replaces) != wanted.vouchers:
            raise ConflictError("Each voucher is replaced once.")
        return
    row = connection.execute(
        statement(__package__, "allocation_owner"),
        {"issuer_id": issuer.issuer_id, "allocation_id": wanted.allocation_id},
    ).fetchone()
    if row is None or wanted.organisation_id is None or row[0] != wanted.organisation_id:
        raise NotFoundError(f"There is no allocation {wanted.allocation_id}.")


def _hand_chunk(connection: Connection, issuer: Issuer, handover: Handover) -> None:
    """Draw, seal and move on: all or nothing."""
    first = handover.next_position
    last = min(first + _CHUNK_VOUCHERS - 1, handover.vouchers)

    def worked_off(answers: Sequence[Answer]) -> list[Extra]:
        done = [answer.outcome in CHANGED for answer in answers]
        numbers = [answer.number or "" for answer in answers]
        serials = [
            (answer.replacement_serial or answer.serial or 0) if is_done else 0
            for answer, is_done in zip(answers, done, strict=True)
        ]
        return [
            Extra(
                "move_handover",
                {
                    "handover_id": handover.handover_id,
                    "before_position": first,
                    "next_position": last + 1,
                    "handed": sum(done),
                },
                must_change=True,
            ),
            Extra(
                "insert_handover_part",
                {
                    "handover_id": handover.handover_id,
                    "first_position": first,
                    "serials": Int8s(serials),
                    "outcomes": Texts(answer.outcome for answer in answers),
                    "sealed": seal_box(
                        handover.recipient_key,
                        msgspec.json.encode(numbers),
                        bound_to=box_of(issuer.issuer_id, handover.handover_id, first),
                    ),
                },
            ),
        ]

    caller = Caller(0, handover.actor)
    operations = [_operation(caller, handover, position) for position in range(first, last + 1)]
    apply(connection, issuer, operations, bulk=True, extras=worked_off)


def _operation(caller: Caller, handover: Handover, position: int) -> Operation:
    reference = f"~handover:{handover.handover_id}:{position}"
    if handover.replaces is not None:
        return Change(
            caller=caller,
            reference=reference,
            action=Action.REPLACE,
            serial=handover.replaces[position - 1],
            reason=handover.reason,
            organisation_id=handover.organisation_id,
        )
    return Draw(
        caller=caller,
        reference=reference,
        allocation_id=handover.allocation_id or 0,
        at_once=handover.at_once,
    )


def _ids(connection: Connection, name: str, parameters: dict[str, object]) -> list[UUID]:
    found = connection.execute(statement(__package__, name), parameters).fetchall()
    connection.rollback()
    return [handover_id for (handover_id,) in found]
