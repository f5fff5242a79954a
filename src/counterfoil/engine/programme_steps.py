"""The steps of a programme, and its closing.

    step_programme  the status, from its commit on in every process                one transaction
    … to closed     provisions stop, groups close, two bulk changes are written down with it
    finish_bulk     stock is cancelled, all that is out expires, the money is free    chunk by chunk

What was earned stays payable. Nothing comes into a closed programme and nothing in it is redeemed,
so the bulk changes, whoever works them off and however often they are killed, leave nothing open.
"""

from typing import Final

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import Asked, recorded_subject
from counterfoil.engine.bulk import bulk_by_id
from counterfoil.engine.bulk_chunks import Bulk
from counterfoil.engine.catalogue import Programme
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.programmes import note_step, programme_of
from counterfoil.errors import ConflictError
from counterfoil.keys.digests import content_hash
from counterfoil.programme import ProgrammeStatus
from counterfoil.statements import statement
from counterfoil.voucher import Action

_SERIAL_MAX: Final = 2**63 - 1
_CLOSING: Final = (Action.CANCEL, Action.EXPIRE)

# What a provision that is not complete has still earmarked, by its id.
_Unfinished = dict[int, int]


def step_programme(  # which step, why, and who asks under which name
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    code: str,
    to_status: str,
    *,
    expected_status: str,
    reason: str,
    reference: str | None = None,
) -> Programme:
    """Take the next step; `closing_bulks` has what closing leaves to be worked off.

    Raises NotFoundError; ConflictError where it is not the next step, where somebody took one
    meanwhile, or where vouchers are still being paid while it is to be closed.
    """
    after = status_of_word(to_status)
    if not reason.strip():
        raise ConflictError("Say why: a step of a programme needs a reason.")
    asked = Asked(
        caller=caller,
        action=Action.STEP_PROGRAMME,
        content=(code, to_status, expected_status, reason),
        reference=reference,
        reason=reason,
    )
    closes = after is ProgrammeStatus.CLOSED
    try:
        locked = _unfinished(connection, issuer, code, "lock_unfinished") if closes else {}
        journal = issuer.begin(connection)
        if recorded_subject(connection, issuer, asked) is not None:
            connection.rollback()
            return issuer.catalogue.programmes[code]
        programme = programme_of(issuer, code)
        check_step(programme, after, expected_status)
        _write_step(connection, issuer, journal, asked, programme, after)
        if closes:
            _close(connection, issuer, journal, asked, programme, locked)
        else:
            _record(issuer, journal, asked, programme, after)
        commit(connection, issuer, journal)
    except BaseException:
        connection.rollback()
        raise
    return issuer.catalogue.programmes[code]


def closing_bulks(connection: Connection, issuer: Issuer, code: str) -> list[Bulk]:
    """The bulk changes of its closing; none before. Ends the transaction it reads in."""
    programme_id = programme_of(issuer, code).programme_id
    rows = connection.execute(
        statement(__package__, "closing_bulks"),
        {"issuer_id": issuer.issuer_id, "programme_id": programme_id},
    ).fetchall()
    connection.commit()
    return [bulk_by_id(connection, issuer, bulk_id) for bulk_id, *_rest in rows]


def check_step(programme: Programme, after: ProgrammeStatus, expected_status: str) -> None:
    """Raises ConflictError."""
    code, status = programme.code, programme.status
    if status != expected_status:
        raise ConflictError(
            f"{code} is {status} and not {expected_status} any more; look at it again."
        )
    if after is status.next:
        return
    if status.next is None:
        raise ConflictError(f"{code} is closed; there is no step after that.")
    raise ConflictError(f"From {status} the next step of {code} is {status.next}, not {after}.")


def status_of_word(text: str) -> ProgrammeStatus:
    try:
        return ProgrammeStatus(text)
    except ValueError:
        words = ", ".join(ProgrammeStatus)
        raise ConflictError(f"A programme is one of {words}.") from None


def _write_step(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    asked: Asked,
    programme: Programme,
    after: ProgrammeStatus,
) -> None:
    connection.execute(
        statement(__package__, "step_programme"),
        {
            "issuer_id": issuer.issuer_id,
            "programme_id": programme.programme_id,
            "status": after,
            "changed_version": journal.raise_catalogue(),
        },
    )
    note_step(
        connection,
        issuer,
        journal,
        programme.programme_id,
        after,
        asked.caller,
        reason=asked.reason,
    )


def _close(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    asked: Asked,
    programme: Programme,
    locked: _Unfinished,
) -> None:
    """In the transaction of the step: what must not go on, and what is to be worked off."""
    programme_id = {"issuer_id": issuer.issuer_id, "programme_id": programme.programme_id}
    paying = _paying(connection, issuer, programme)
    if paying:
        raise ConflictError(
            f"{paying:,} vouchers of {programme.code} are still being paid; close it when the"
            " outcome of their payments is known."
        )
    if _selling(connection, issuer, programme):
        raise ConflictError(f"Purchases of {programme.code} are still being allocated.")
    if _unfinished(connection, issuer, programme.code, "unfinished") != locked:
        raise ConflictError(f"Stock of {programme.code} was made just now; look at it again.")
    connection.execute(
        statement(__package__, "cancel_provisions"),
        {"issuer_id": issuer.issuer_id, "provision_ids": sorted(locked)},
    )
    connection.execute(
        statement(__package__, "close_groups"),
        programme_id | {"changed_version": journal.head.catalogue_version},
    )
    for action in _CLOSING:
        connection.execute(
            statement(__package__, "insert_bulk"),
            programme_id
            | {
                "action": action,
                "provision_id": None,
                "group_id": None,
                "serials": None,
                "extend_until": None,
                "actor": asked.caller.actor,
                "client_id": 0,  # it is finished even if that client may nothing any more
                "reason": asked.reason,
                "organisation_id": None,
                "allocation_id": None,
                "serial_last": _SERIAL_MAX,
            },
        )
    freed_minor = sum(locked.values())
    operation_id = _record(
        issuer, journal, asked, programme, ProgrammeStatus.CLOSED, freed_minor=freed_minor
    )
    available = Account(AccountKind.AVAILABLE, programme.funding_account_id)
    for provision_id, earmarked_minor in sorted(locked.items()):
        earmarked = Account(AccountKind.EARMARKED, programme.funding_account_id, provision_id)
        journal.post(operation_id, Posting(earmarked, available, earmarked_minor))


def _record(
    issuer: Issuer,
    journal: Journal,
    asked: Asked,
    programme: Programme,
    after: ProgrammeStatus,
    *,
    freed_minor: int = 0,
) -> int:
    """`freed_minor` is what provisions that will never be complete had set aside."""
    operation_id = journal.record(
        asked.action,
        asked.caller,
        reference=asked.reference,
        content_hash=content_hash(issuer.keys, asked.content),
        amount_minor=freed_minor or -1,
        subject=f"programme:{programme.code}:{after}",
        reason=asked.reason,
    )
    journal.add_leaf(
        asked.action,
        amount_minor=freed_minor or None,
        currency=programme.currency if freed_minor else None,
        actor=asked.caller.actor,
        reference=asked.reference,
    )
    return operation_id


def _unfinished(connection: Connection, issuer: Issuer, code: str, name: str) -> _Unfinished:
    rows = connection.execute(
        statement(__package__, name), {"issuer_id": issuer.issuer_id, "code": code}
    ).fetchall()
    return dict(rows)


def _selling(connection: Connection, issuer: Issuer, programme: Programme) -> bool:
    row = connection.execute(
        statement(__package__, "programme_selling"),
        {"issuer_id": issuer.issuer_id, "programme_id": programme.programme_id},
    ).fetchone()
    return row is not None


def _paying(connection: Connection, issuer: Issuer, programme: Programme) -> int:
    row = connection.execute(
        statement(__package__, "programme_paying"),
        {"issuer_id": issuer.issuer_id, "programme_id": programme.programme_id},
    ).fetchone()
    return 0 if row is None else int(row[0])
