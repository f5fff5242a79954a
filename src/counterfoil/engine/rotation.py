"""Rotating the data keys of an issuer, one purpose at a time, while everything goes on.

    rotate            a new key is active, the one before it retiring            at once
    finish_rotation   open vouchers are hashed, or secrets sealed, by the new    in chunks
                      key; then the old one is retired

From the first commit on nothing is written with the old key, in any process: each finds out
under the issuer's head before it commits. Until it is retired, lookups probe both. A finished
voucher stays under its old key, which is kept to look it up; the journal and the log keep what
they were written with. How far a rotation is stands in the rows themselves: a run that was
killed begins again and passes over what is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from counterfoil.engine.arrays import Blobs, Int2s, Int8s
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal, lock_head
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError
from counterfoil.keys.envelope import IssuerKeys, KeyRing, Purpose, add_key_version
from counterfoil.keys.envelope import retire_key_version as retire
from counterfoil.keys.numbers import (
    number_hash,
    seal_number,
    seal_text,
    unseal_number,
    unseal_text,
)
from counterfoil.statements import statement
from counterfoil.voucher import HOLDS_VALUE, Action

STRETCH_VOUCHERS: Final = 2000
_ROTATION: Final = Caller(0, "system:rotation")
_COMMENT: Final = "voucher_comment"
_OPEN: Final = Int2s(sorted(HOLDS_VALUE))
_STRETCHES: Final = {
    Purpose.HASH: "rehash_stretch",
    Purpose.SEAL: "reseal_numbers_stretch",
    Purpose.PERSONAL: "reseal_comments_stretch",
}


@dataclass(frozen=True, slots=True)
class RotationProgress:
    """`serial` is how far this run has come, `changed` how many rows it has moved to the new key.
    `finished` once the old key is retired.
    """

    purpose: Purpose
    serial: int
    changed: int
    finished: bool


def rotate(connection: Connection, issuer: Issuer, caller: Caller, purpose: Purpose) -> int:
    """Make a new key the active one. Returns its version; `finish_rotation` does the rest.

    Raises KeyProviderError where the provider does not wrap it.
    """
    try:
        version = add_key_version(connection, issuer.issuer_id, purpose, issuer.provider)
        journal = issuer.begin(connection)
        _record(journal, caller, f"key:{purpose}:{version}:active")
        commit(connection, issuer, journal)
    except BaseException:
        connection.rollback()
        raise
    return version


def finish_rotation(
    connection: Connection, issuer: Issuer, purpose: Purpose
) -> Iterator[RotationProgress]:
    """Move everything to the active key, chunk by chunk, and retire the ones before it; yields
    after each commit. Redemptions go on; several processes may work on it at once.

    Raises ConflictError where something open has no seal to be read from.
    """
    changed = 0
    while True:
        before, serial = changed, 0
        while (step := _move_stretch(connection, issuer, purpose, serial)) is not None:
            serial, moved = step
            changed += moved
            yield RotationProgress(purpose, serial, changed, finished=False)
        try:
            _retire(connection, issuer, purpose)
        except ConflictError:
            if changed == before:
                raise
            continue  # it was rotated once more in the meantime
        yield RotationProgress(purpose, serial, changed, finished=True)
        return


def running_rotations(connection: Connection, issuer: Issuer) -> list[Purpose]:
    """Those that are not finished: a killed process may have left them half-way."""
    return sorted({purpose for purpose, _version in _retiring(connection, issuer)})


def rotation_progress(connection: Connection, issuer: Issuer, purpose: Purpose) -> int:
    """How many rows an older key still holds. Reads a whole table; ends its transaction."""
    issuer.catch_up(connection)
    connection.commit()
    row = connection.execute(
        statement(__package__, "rotation_left"),
        {
            "issuer_id": issuer.issuer_id,
            "purpose": purpose,
            "active": _ring(issuer.keys, purpose).active,
            "states": _OPEN,
        },
    ).fetchone()
    connection.commit()
    return 0 if row is None else row[0]


def _move_stretch(
    connection: Connection, issuer: Issuer, purpose: Purpose, after_serial: int
) -> tuple[int, int] | None:
    """One transaction: the last serial of the stretch and how many rows were moved; None at the
    end, and for a purpose of which nothing is rewritten.
    """
    if purpose not in _STRETCHES:
        return None
    issuer.catch_up(connection)
    connection.commit()
    keys = issuer.keys
    parameters = {
        "issuer_id": issuer.issuer_id,
        "active": _ring(keys, purpose).active,
        "states": _OPEN,
    }
    row = connection.execute(
        statement(__package__, _STRETCHES[purpose]),
        parameters | {"after_serial": after_serial, "rows_max": STRETCH_VOUCHERS},
    ).fetchone()
    connection.commit()
    if row is None or row[0] is None:
        return None
    serial_last, serials = row
    if not serials:
        return serial_last, 0
    move = _rehash if purpose is Purpose.HASH else _reseal
    try:
        moved = move(connection, keys, purpose, parameters | {"serials": Int8s(serials)})
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return serial_last, moved


def _rehash(
    connection: Connection, keys: IssuerKeys, _purpose: Purpose, parameters: dict[str, object]
) -> int:
    """First what no batch is changing: a batch locks vouchers in any order, so nobody may wait for
    it holding some. Then, under the head, where there is no batch, the few that are left.
    """
    moved = 0
    for name in ("rehash_free_vouchers", "rehash_vouchers"):
        rows = connection.execute(
            statement(__package__, "numbers_to_rehash"), parameters
        ).fetchall()
        if not rows:
            break
        hashes = Blobs(
            number_hash(
                keys,
                unseal_number(keys, keys.issuer_id, serial, seal_version, sealed),
                serial if with_serial else None,
            )
            for serial, with_serial, seal_version, sealed in rows
        )
        if name == "rehash_vouchers":
            lock_head(connection, keys.issuer_id)
        moved += connection.execute(
            statement(__package__, name),
            parameters | {"serials": Int8s(row[0] for row in rows), "number_hashes": hashes},
        ).rowcount
        connection.commit()
    return moved


def _reseal(
    connection: Connection, keys: IssuerKeys, purpose: Purpose, parameters: dict[str, object]
) -> int:
    what, again = (
        ("numbers", _number_again) if purpose is Purpose.SEAL else ("comments", _comment_again)
    )
    rows = connection.execute(
        statement(__package__, f"lock_{what}_to_reseal"), parameters
    ).fetchall()
    connection.execute(
        statement(__package__, f"reseal_{what}"),
        parameters
        | {
            "serials": Int8s(serial for serial, _version, _sealed in rows),
            "sealed": Blobs(again(keys, *row) for row in rows),
        },
    )
    return len(rows)


def _number_again(keys: IssuerKeys, serial: int, version: int, sealed: bytes) -> bytes:
    number = unseal_number(keys, keys.issuer_id, serial, version, sealed)
    return seal_number(keys, keys.issuer_id, serial, number)[1]


def _comment_again(keys: IssuerKeys, serial: int, version: int, sealed: bytes) -> bytes:
    text = unseal_text(keys, keys.issuer_id, serial, version, sealed, field=_COMMENT)
    return seal_text(keys, keys.issuer_id, serial, text, field=_COMMENT)[1]


def _retire(connection: Connection, issuer: Issuer, purpose: Purpose) -> None:
    """Look for what still needs the old keys before the head is taken: it may take a while, and
    nothing new can come to need them.
    """
    versions = [v for p, v in _retiring(connection, issuer) if p is purpose]
    if not versions:
        return
    try:
        for version in versions:
            retire(connection, issuer.issuer_id, purpose, version)
        journal = issuer.begin(connection)
        for version in versions:
            _record(journal, _ROTATION, f"key:{purpose}:{version}:retired")
        commit(connection, issuer, journal)
    except BaseException:
        connection.rollback()
        raise


def _record(journal: Journal, caller: Caller, subject: str) -> None:
    """Every process reads the keys again once the catalogue's version has changed."""
    journal.raise_catalogue()
    journal.record(Action.ROTATE_KEY, caller, subject=subject)
    journal.add_leaf(Action.ROTATE_KEY, actor=caller.actor)


def _retiring(connection: Connection, issuer: Issuer) -> list[tuple[Purpose, int]]:
    rows = connection.execute(
        statement(__package__, "retiring_keys"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.commit()
    return [(Purpose(purpose), version) for purpose, version in rows]


def _ring(keys: IssuerKeys, purpose: Purpose) -> KeyRing:
    match purpose:
        case Purpose.HASH:
            return keys.hash
        case Purpose.SEAL:
            return keys.seal
        case Purpose.PERSONAL:
            return keys.personal
        case Purpose.JOURNAL:
            return keys.journal
        case Purpose.LEAF:
            return keys.leaf
