"""Setting up: issuers, groups, acceptors, clients, deposits. Each is one transaction, journaled.

Every change raises the catalogue's version under the issuer's head, so that from its commit on
every process decides by it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.catalogue import (
    GENERAL_PURPOSE,
    Acceptor,
    Client,
    DailyLimits,
    GroupVersion,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit, open_issuer
from counterfoil.engine.journal import Journal, reference_key
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.keys.envelope import create_issuer_keys
from counterfoil.keys.provider import KeyProvider
from counterfoil.money import Money, is_currency
from counterfoil.statements import statement
from counterfoil.voucher import Action

SCOPES: Final = frozenset(
    {"preactivate", "activate", "redeem", "override", "cancel", "status", "admin", "unattended"}
)
ACCEPTOR_STATUSES: Final = ("draft", "approved", "rejected", "suspended", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDesign:
    """What a voucher group is to be. Empty denominations: any amount, created on demand."""

    code: str
    name: str
    currency: str
    denominations: tuple[int, ...] = ()
    valid_for_days: int | None = None
    valid_until: datetime | None = None
    hold_seconds: int = 3600
    settlement: str = "deferred"
    accepts: str = "any"
    accepts_names: tuple[str, ...] = ()
    number_digits: int = 18
    amount_minor_max: int | None = None
    daily_amount_minor_max: int | None = None
    daily_count_max: int | None = None
    description: str = ""


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


def create_issuer(  # an issuer is what these say
    connection: Connection,
    provider: KeyProvider,
    caller: Caller,
    *,
    code: str,
    name: str,
    currency: str,
    fsp: str = "sandbox",
    funding_account: str | None = None,
) -> Issuer:
    """With its keys, a first programme, its funding account and the group GENERAL-PURPOSE.

    Raises ConflictError where the code is taken.
    """
    _check_currency(currency)
    try:
        row = connection.execute(
            statement(__package__, "insert_issuer"), {"code": code, "name": name}
        ).fetchone()
        if row is None:
            raise AssertionError(code)  # INSERT … RETURNING always has a row
        issuer_id: int = row[0]
        create_issuer_keys(connection, issuer_id, provider)
        connection.commit()
    except pg.UniqueViolation as error:
        connection.rollback()
        raise ConflictError(f"There is an issuer {code} already.") from error
    except pg.CheckViolation as error:
        connection.rollback()
        raise ConflictError(
            "An issuer's code is up to 20 capital letters, digits, - or _; its name is not empty."
        ) from error
    issuer = open_issuer(connection, code, provider)
    journal = issuer.begin(connection)
    _ensure_programme(connection, issuer, journal, currency, fsp=fsp, account=funding_account)
    journal.record(Action.CREATE_ISSUER, caller, subject=f"issuer:{code}")
    journal.add_leaf(Action.CREATE_ISSUER, actor=caller.actor)
    commit(connection, issuer, journal)
    create_group(
        connection,
        issuer,
        caller,
        GroupDesign(
            code=GENERAL_PURPOSE,
            name="General purpose",
            currency=currency,
            valid_for_days=365,
        ),
    )
    return issuer


def create_group(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    design: GroupDesign,
    *,
    reference: str | None = None,
) -> GroupVersion:
    """Publish a group; where its code exists, a new version of it. Stock keeps its own version.

    Raises ConflictError for a currency that differs from the group's, or a bad design.
    """
    _check_currency(design.currency)
    journal = issuer.begin(connection)
    programme_id = _ensure_programme(connection, issuer, journal, design.currency)
    existing = issuer.catalogue.groups.get(design.code)
    if existing is not None and existing.current.currency != design.currency:
        connection.rollback()
        raise ConflictError(f"{design.code} is in {existing.current.currency}.")
    version = existing.current.version + 1 if existing else 1
    group_id = (
        existing.group_id
        if existing
        else 1 + max((g.group_id for g in issuer.catalogue.groups.values()), default=0)
    )
    columns = {
        "issuer_id": issuer.issuer_id,
        "group_id": group_id,
        "programme_id": programme_id,
        "code": design.code,
        "version": version,
        "changed_version": journal.raise_catalogue(),
        "name": design.name,
        "description": design.description,
        "denominations": sorted(design.denominations),
        "valid_for_days": design.valid_for_days,
        "valid_until": design.valid_until,
        "hold_seconds": design.hold_seconds,
        "settlement": design.settlement,
        "accepts": design.accepts,
        "accepts_names": sorted(design.accepts_names),
        "number_digits": design.number_digits,
        "amount_minor_max": design.amount_minor_max,
        "daily_amount_minor_max": design.daily_amount_minor_max,
        "daily_count_max": design.daily_count_max,
    }
    action = Action.CHANGE_GROUP if existing else Action.CREATE_GROUP
    with _design_errors(connection):
        connection.execute(statement(__package__, "upsert_group"), columns)
        connection.execute(statement(__package__, "insert_group_version"), columns)
        journal.record(
            action, caller, reference=reference, subject=f"group:{design.code}:{version}"
        )
        journal.add_leaf(action, group_id=group_id, actor=caller.actor)
        commit(connection, issuer, journal)
    return issuer.catalogue.groups[design.code].current


@contextmanager
def _design_errors(connection: Connection) -> Iterator[None]:
    """A design the tables refuse is the caller's mistake, said in one sentence."""
    try:
        yield
    except (pg.CheckViolation, pg.NotNullViolation) as error:
        connection.rollback()
        rule = error.diag.constraint_name or error.diag.column_name or "a rule"
        raise ConflictError(f"That is not allowed here: {rule}.") from error
    except pg.UniqueViolation as error:
        connection.rollback()
        raise ConflictError("That exists already, or that reference was used before.") from error


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
    with _design_errors(connection):
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
    with _design_errors(connection):
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
    with _design_errors(connection):
        _ensure_acceptor_group(connection, issuer, code, name)
        journal.record(Action.CHANGE_SETTINGS, caller, subject=f"acceptor-group:{code}")
        journal.add_leaf(Action.CHANGE_SETTINGS, actor=caller.actor)
        commit(connection, issuer, journal)


def create_client(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    name: str,
    scopes: Sequence[str],
    reference: str | None = None,
) -> tuple[Client, str]:
    """Register a calling system. The key is returned once and kept only as a digest.

    Raises ConflictError for a name that is taken or a scope that does not exist.
    """
    unknown = sorted(set(scopes) - SCOPES)
    if unknown:
        raise ConflictError(
            f"There is no scope {unknown[0]}; there are {', '.join(sorted(SCOPES))}."
        )
    key = new_api_key()
    journal = issuer.begin(connection)
    client_id = 1 + max(issuer.catalogue.clients, default=0)
    with _design_errors(connection):
        connection.execute(
            statement(__package__, "insert_client"),
            {
                "issuer_id": issuer.issuer_id,
                "client_id": client_id,
                "name": name,
                "key_digest": api_key_digest(key),
                "scopes": sorted(scopes),
                "changed_version": journal.raise_catalogue(),
            },
        )
        journal.record(
            Action.CREATE_CLIENT, caller, reference=reference, subject=f"client:{client_id}"
        )
        journal.add_leaf(Action.CREATE_CLIENT, actor=caller.actor)
        commit(connection, issuer, journal)
    return issuer.catalogue.clients[client_id], key


def change_client(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    client_id: int,
    *,
    revoke: bool = False,
    scopes: Sequence[str] | None = None,
    new_key: bool = False,
    reason: str = "",
) -> tuple[Client, str | None]:
    """Revoke a client, change what it may do, or give it a new key (returned once)."""
    journal = issuer.begin(connection)
    before = issuer.catalogue.clients.get(client_id)
    if before is None:
        connection.rollback()
        raise NotFoundError(f"There is no client {client_id}.")
    key = new_api_key() if new_key else None
    with _design_errors(connection):
        connection.execute(
            statement(__package__, "change_client"),
            {
                "issuer_id": issuer.issuer_id,
                "client_id": client_id,
                "status": "revoked" if revoke or not before.active else "active",
                "scopes": sorted(before.scopes if scopes is None else scopes),
                "key_digest": None if key is None else api_key_digest(key),
                "changed_version": journal.raise_catalogue(),
            },
        )
        journal.record(Action.CHANGE_CLIENT, caller, subject=f"client:{client_id}", reason=reason)
        journal.add_leaf(Action.CHANGE_CLIENT, actor=caller.actor)
        commit(connection, issuer, journal)
    return issuer.catalogue.clients[client_id], key


def deposit(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    money: Money,
    *,
    reference: str,
    reason: str = "",
) -> bool:
    """Record money that arrived in the funding account of its currency.

    False where the same deposit is recorded already under this reference. Raises ConflictError
    where the reference stands for another amount, NotFoundError for a currency without account.
    """
    return _move_funds(connection, issuer, caller, Action.DEPOSIT, money, reference, reason)


def withdraw(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    money: Money,
    *,
    reference: str,
    reason: str = "",
) -> bool:
    """Record money that left the funding account; never beyond what is available."""
    return _move_funds(connection, issuer, caller, Action.WITHDRAW, money, reference, reason)


def _move_funds(  # the two callers above are the readable form
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    action: Action,
    money: Money,
    reference: str,
    reason: str,
) -> bool:
    if money.amount_minor <= 0:
        raise ConflictError("An amount above zero is needed.")
    journal = issuer.begin(connection)
    account = next(
        (f for f in issuer.catalogue.funding_accounts.values() if f.currency == money.currency),
        None,
    )
    if account is None:
        connection.rollback()
        raise NotFoundError(f"{issuer.code} has no funding account in {money.currency}.")
    before = _remembered_amount(connection, issuer, caller, action, reference)
    if before is not None:
        connection.rollback()
        if before == money.amount_minor:
            return False
        raise ConflictError(f"The reference {reference} stands for another amount.")
    funding = Account(AccountKind.FUNDING, account.funding_account_id)
    available = Account(AccountKind.AVAILABLE, account.funding_account_id)
    posting = (
        Posting(funding, available, money.amount_minor)
        if action is Action.DEPOSIT
        else Posting(available, funding, money.amount_minor)
    )
    operation_id = journal.record(
        action,
        caller,
        reference=reference,
        amount_minor=money.amount_minor,
        subject=f"funding:{account.funding_account_id}",
        reason=reason,
    )
    journal.post(operation_id, posting)
    journal.add_leaf(
        action,
        amount_minor=money.amount_minor,
        currency=money.currency,
        actor=caller.actor,
        reference=reference,
    )
    try:
        commit(connection, issuer, journal)
    except pg.CheckViolation as error:
        connection.rollback()
        raise ConflictError("That is more than is available.") from error
    return True


def _remembered_amount(
    connection: Connection, issuer: Issuer, caller: Caller, action: Action, reference: str
) -> int | None:
    row = connection.execute(
        statement(__package__, "operation_by_reference"),
        {
            "issuer_id": issuer.issuer_id,
            "reference_key": UUID(bytes=reference_key(caller.client_id, action, reference)),
        },
    ).fetchone()
    return None if row is None else row[1]


def _ensure_programme(  # where its money is
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    currency: str,
    *,
    fsp: str = "sandbox",
    account: str | None = None,
) -> int:
    """Every currency has a programme and a funding account; made with the first use."""
    found = connection.execute(
        statement(__package__, "programme_of_currency"),
        {"issuer_id": issuer.issuer_id, "currency": currency},
    ).fetchone()
    if found is not None:
        return int(found[0])
    number = 1 + len(issuer.catalogue.funding_accounts)
    connection.execute(
        statement(__package__, "insert_programme"),
        {
            "issuer_id": issuer.issuer_id,
            "number": number,
            "code": f"PROGRAMME-{number}",
            "name": f"Programme {number}",
            "currency": currency,
            "fsp": fsp,
            "account": account or f"{issuer.code}-{currency}",
        },
    )
    journal.raise_catalogue()
    return number


def _ensure_acceptor_group(connection: Connection, issuer: Issuer, code: str, name: str) -> None:
    connection.execute(
        statement(__package__, "ensure_acceptor_group"),
        {"issuer_id": issuer.issuer_id, "code": code, "name": name},
    )


def _check_currency(currency: str) -> None:
    if not is_currency(currency):
        raise ConflictError(f"{currency} is not a currency in use (ISO 4217, like KES).")
