"""Turning available funds into a numbered stock: the money first, then the vouchers by chunks.

    begin_provision   available ─▶ earmarked:<provision>, serials set aside       one transaction
    provision_chunk   vouchers and secrets by COPY, earmarked ─▶ reserved:<group>  one each

A chunk and its money are one transaction with the cursor, so a run that was killed goes on where
it stood, without gaps or duplicates, and funds can never be exceeded by two runs at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.budgets import check_budget
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal, reference_key
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.envelope import IssuerKeys
from counterfoil.keys.numbers import new_numbers, number_hashes, number_hashes_probed, seal_numbers
from counterfoil.log.leaf import SerialRange, rows_digest
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import Action, State

CHUNK_VOUCHERS: Final = 10_000
PROVISION_VOUCHERS_MAX: Final = 100_000_000
_COLLISIONS_MAX: Final = 3


class KeysRotatedError(Exception):
    """The keys were rotated while vouchers were made with the old ones: make them again."""


@dataclass(frozen=True, slots=True)
class Provision:
    """A run of serials of one group and amount, and how far it is created and drawn."""

    provision_id: int
    kind: str
    group_id: int
    group_version: int
    amount_minor: int
    serial_first: int
    serial_last: int
    next_created: int
    next_drawn: int
    status: str

    @property
    def asked(self) -> int:
        return self.serial_last - self.serial_first + 1

    @property
    def created(self) -> int:
        return self.next_created - self.serial_first


def begin_provision(  # what, of what, how many, and who asks under which name
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    group_code: str,
    money: Money,
    count: int,
    expected_version: int | None = None,
    reference: str | None = None,
) -> Provision:
    """Set the money and the serials aside. The same reference again gives the same provision.

    Raises NotFoundError for an unknown group; ConflictError where the amount is not one of its
    denominations, where the funds or the budget of its programme do not suffice, where that is
    not sold any more, or where the group has another version than the expected one.
    """
    journal = issuer.begin(connection)
    try:
        again = _provision_of_reference(connection, issuer, caller, reference)
        if again is not None:
            connection.rollback()
            return _same_provision(issuer, again, group_code, money, count)
        version = group_to_stock(issuer, group_code, money, count, expected_version)
        programme = issuer.catalogue.programmes_by_id[version.programme_id]
        check_budget(connection, issuer.issuer_id, programme, money.amount_minor * count)
        provision_id = set_aside(connection, issuer, journal, version, money, count)
        operation_id = journal.record(
            Action.PROVISION,
            caller,
            reference=reference,
            amount_minor=money.amount_minor * count,
            subject=f"provision:{provision_id}",
        )
        earmarked = Account(AccountKind.EARMARKED, version.funding_account_id, provision_id)
        available = Account(AccountKind.AVAILABLE, version.funding_account_id)
        journal.post(operation_id, Posting(available, earmarked, money.amount_minor * count))
        journal.add_leaf(
            Action.PROVISION,
            group_id=version.group_id,
            amount_minor=money.amount_minor * count,
            currency=money.currency,
            actor=caller.actor,
            reference=reference,
        )
        commit(connection, issuer, journal)
    except pg.CheckViolation as error:
        connection.rollback()
        raise ConflictError(
            f"{Money(money.amount_minor * count, money.currency)} is more than is available."
        ) from error
    except BaseException:
        connection.rollback()
        raise
    return provision_by_id(connection, issuer, provision_id)


def finish_provision(
    connection: Connection, issuer: Issuer, provision_id: int
) -> Iterator[Provision]:
    """Create what is still missing, chunk by chunk; yields the provision after each commit.

    Several processes may work on one provision: each chunk is locked for whoever creates it.
    """
    while True:
        provision = _create_chunk(connection, issuer, provision_id)
        yield provision
        if provision.status != "running":
            return


def provision_by_id(connection: Connection, issuer: Issuer, provision_id: int) -> Provision:
    """Raises NotFoundError. Ends the transaction it reads in."""
    found = _provision(connection, issuer, provision_id)
    connection.commit()
    if found is None:
        raise NotFoundError(f"There is no provision {provision_id}.")
    return found


def _provision(connection: Connection, issuer: Issuer, provision_id: int) -> Provision | None:
    row = connection.execute(
        statement(__package__, "provision_by_id"),
        {"issuer_id": issuer.issuer_id, "provision_id": provision_id},
    ).fetchone()
    return None if row is None else Provision(*row)


def running_provisions(connection: Connection, issuer: Issuer) -> list[int]:
    """Those that a killed process may have left half-way."""
    rows = connection.execute(
        statement(__package__, "running_provisions"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.commit()
    return [provision_id for (provision_id,) in rows]


def group_to_stock(
    issuer: Issuer, group_code: str, money: Money, count: int, expected_version: int | None
) -> GroupVersion:
    """The version that is provisioned. Raises NotFoundError, ConflictError."""
    group = issuer.catalogue.groups.get(group_code)
    if group is None:
        raise NotFoundError(f"{issuer.code} has no group {group_code}.")
    if group.status != "open":
        raise ConflictError(f"{group_code} is {group.status}; only an open group is stocked.")
    version = group.current
    if expected_version not in {None, version.version}:
        raise ConflictError(f"{group_code} has a new version by now; look at it again.")
    if version.programme_id in issuer.catalogue.sales_closed:
        programme = issuer.catalogue.programmes_by_id[version.programme_id]
        raise ConflictError(f"{programme.code} has closed its sales; nothing is provisioned in it.")
    if not 0 < count <= PROVISION_VOUCHERS_MAX:
        raise ConflictError(f"A provision has between 1 and {PROVISION_VOUCHERS_MAX:,} vouchers.")
    if version.on_demand:
        raise ConflictError(f"{group_code} creates its vouchers on demand; it needs no stock.")
    if money.currency != version.currency:
        raise ConflictError(f"{group_code} is in {version.currency}.")
    if money.amount_minor not in version.denominations:
        raise ConflictError(f"{money} is not a denomination of {group_code}.")
    return version


def set_aside(  # the parts of one insert
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    version: GroupVersion,
    money: Money,
    count: int,
    *,
    is_drawn: bool = False,
) -> int:
    """Serials for so many vouchers; `is_drawn` where all of them are somebody's from the beginning.
    Returns the provision's id. The money is the caller's business.
    """
    head = journal.head
    provision_id, first = head.next_provision, head.next_serial
    head.next_provision += 1
    head.next_serial += count
    connection.execute(
        statement(__package__, "insert_provision"),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": provision_id,
            "kind": "stock",
            "group_id": version.group_id,
            "group_version": version.version,
            "amount_minor": money.amount_minor,
            "serial_first": first,
            "serial_last": first + count - 1,
            "next_created": first,
            "next_drawn": first + count if is_drawn else first,
            "status": "running",
        },
    )
    return provision_id


def _provision_of_reference(
    connection: Connection, issuer: Issuer, caller: Caller, reference: str | None
) -> Provision | None:
    if reference is None:
        return None
    row = connection.execute(
        statement(__package__, "operation_by_reference"),
        {
            "issuer_id": issuer.issuer_id,
            "reference_key": UUID(
                bytes=reference_key(caller.client_id, Action.PROVISION, reference)
            ),
        },
    ).fetchone()
    if row is None:
        return None
    return _provision(connection, issuer, int(row[2].removeprefix("provision:")))


def _same_provision(
    issuer: Issuer, found: Provision, group_code: str, money: Money, count: int
) -> Provision:
    group = issuer.catalogue.groups.get(group_code)
    same = (
        group is not None
        and group.group_id == found.group_id
        and money.amount_minor == found.amount_minor
        and count == found.asked
    )
    if not same:
        raise ConflictError("That reference stands for another provision.")
    return found


def _create_chunk(connection: Connection, issuer: Issuer, provision_id: int) -> Provision:
    for collision in range(1, _COLLISIONS_MAX + 1):
        try:
            return _create_chunk_once(connection, issuer, provision_id)
        except (pg.UniqueViolation, KeysRotatedError):
            # A new number met an old one: one in 10^17 for each pair. Or the keys were rotated.
            # Draw all of them again.
            connection.rollback()
            if collision == _COLLISIONS_MAX:
                raise
        except BaseException:
            connection.rollback()
            raise
    raise AssertionError(provision_id)


def _create_chunk_once(connection: Connection, issuer: Issuer, provision_id: int) -> Provision:
    row = connection.execute(
        statement(__package__, "lock_provision"),
        {"issuer_id": issuer.issuer_id, "provision_id": provision_id},
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no provision {provision_id}.")
    provision = Provision(*row)
    if provision.status != "running":
        connection.rollback()
        return provision
    first = provision.next_created
    last = min(first + CHUNK_VOUCHERS - 1, provision.serial_last)
    version = issuer.catalogue.group_versions.get((provision.group_id, provision.group_version))
    if version is None:
        issuer.begin(connection)  # another process published it: this reads it
        version = issuer.catalogue.group_versions[provision.group_id, provision.group_version]
    serials = range(first, last + 1)
    keys = issuer.keys
    _copy_vouchers(connection, keys, provision, version, serials)
    journal = issuer.begin(connection)
    check_keys(keys, journal.keys)
    _post_chunk(journal, provision, version, serials)
    status = "ready" if last == provision.serial_last else "running"
    connection.execute(
        statement(__package__, "chunk_created"),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": provision_id,
            "next_created": last + 1,
            "status": status,
        },
    )
    commit(connection, issuer, journal)
    return provision_by_id(connection, issuer, provision_id)


def check_keys(used: IssuerKeys, current: IssuerKeys) -> None:
    """Once the head is ours: what was made before with a key that is being replaced by now must
    not be committed, because the rotation has gone past it.

    Raises KeysRotatedError.
    """
    if (used.hash.active, used.seal.active) != (current.hash.active, current.seal.active):
        raise KeysRotatedError


def _copy_vouchers(
    connection: Connection,
    keys: IssuerKeys,
    provision: Provision,
    version: GroupVersion,
    serials: range,
) -> None:
    numbers = new_numbers(len(serials), version.number_digits)
    _check_under_older_keys(connection, keys, numbers)
    hashes = number_hashes(keys, numbers)
    seal_version, sealed = seal_numbers(keys, keys.issuer_id, serials, numbers)
    now = connection.execute("SELECT now()").fetchone()
    vouchers = statement(__package__, "copy_vouchers")
    secrets = statement(__package__, "copy_secrets")
    with connection.cursor().copy(vouchers) as copy:
        copy.set_types(
            ["int4", "int8", "int8", "timestamptz", "int4", "int4", "int2", "int2", "int2", "bytea"]
        )
        for serial, number_hash in zip(serials, hashes, strict=True):
            copy.write_row(
                (
                    keys.issuer_id,
                    serial,
                    provision.amount_minor,
                    now[0] if now else None,
                    provision.provision_id,
                    provision.group_id,
                    provision.group_version,
                    State.STOCKED.value,
                    keys.hash.active,
                    number_hash,
                )
            )
    with connection.cursor().copy(secrets) as copy:
        copy.set_types(["int4", "int8", "int2", "bytea"])
        for serial, seal in zip(serials, sealed, strict=True):
            copy.write_row((keys.issuer_id, serial, seal_version, seal))


def _check_under_older_keys(connection: Connection, keys: IssuerKeys, numbers: list[str]) -> None:
    """While the hash key is being rotated a number must be new under both keys."""
    if len(keys.hash.probed) == 1:
        return
    older = [digest for number in numbers for digest in number_hashes_probed(keys, number)[1:]]
    if connection.execute(
        statement(__package__, "any_number_hash"),
        {"issuer_id": keys.issuer_id, "number_hashes": older},
    ).fetchone():
        raise pg.UniqueViolation


def _post_chunk(
    journal: Journal, provision: Provision, version: GroupVersion, serials: range
) -> None:
    amount_minor = provision.amount_minor
    earmarked = Account(AccountKind.EARMARKED, version.funding_account_id, provision.provision_id)
    reserved = Account(AccountKind.RESERVED, version.funding_account_id, provision.group_id)
    operation_id = journal.record(
        Action.STOCK,
        Caller(0, "system:provision"),
        reference=f"~provision:{provision.provision_id}:{serials[0]}",
        amount_minor=amount_minor * len(serials),
        subject=f"provision:{provision.provision_id}",
    )
    journal.post(operation_id, Posting(earmarked, reserved, amount_minor * len(serials)))
    journal.count(provision.group_id, amount_minor, State.STOCKED, len(serials))
    journal.add_leaf(
        Action.STOCK,
        group_id=provision.group_id,
        amount_minor=amount_minor * len(serials),
        currency=version.currency,
        state_after=State.STOCKED,
        serials=SerialRange(serials[0], serials[-1], len(serials)),
        rows=rows_digest((serial, amount_minor, State.STOCKED) for serial in serials),
        actor="system:provision",
    )
