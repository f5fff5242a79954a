"""Pages of what an issuer has, by key, for the administration API. Each ends its transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from psycopg.rows import TupleRow

from counterfoil.engine.catalogue import Acceptor, IssuerSettings
from counterfoil.engine.database import Connection
from counterfoil.engine.journal import reference_key
from counterfoil.engine.operation import Caller
from counterfoil.statements import statement
from counterfoil.voucher import Action

WINDOW_OPERATIONS: Final = 50_000
_ID_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A voucher group in its current version."""

    code: str
    version: int
    status: str
    name: str
    description: str
    currency: str
    denominations: list[int]
    amount_minor_max: int | None
    valid_for_days: int | None
    valid_until: datetime | None
    hold_seconds: int
    settlement: str
    accepts: str
    accepts_names: list[str]
    number_digits: int
    created_at: datetime
    programme: str
    picture: str | None
    restock_level: int | None
    unused_value: str


class AccountKey(NamedTuple):
    funding_account_id: int
    kind: int
    owner_id: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    key: AccountKey
    currency: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class ProvisionRow:
    """`drawn` were handed out; `owned` are organisations' and not handed out yet, `held` wait for a
    purchase to be paid. All as far as cursors went: what was cancelled before them counts as drawn.
    """

    provision_id: int
    kind: str
    status: str
    group_code: str
    group_version: int
    amount_minor: int
    currency: str
    serial_first: int
    serial_last: int
    next_created: int
    drawn: int
    owned: int
    held: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClientRow:
    client_id: int
    name: str
    scopes: list[str]
    status: str
    has_key: bool
    unattended_minor_max: int


@dataclass(frozen=True, slots=True)
class DataKeyRow:
    purpose: str
    version: int
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFilter:
    """None is any; `since` is included, `until` is not."""

    action: Action | None = None
    serial: int | None = None
    acceptor_id: int | None = None
    client_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OperationRow:
    operation_id: int
    at: datetime
    action: int
    serial: int | None
    amount_minor: int | None
    currency: str | None
    acceptor_id: int | None
    client_id: int
    actor: str
    reference: str
    subject: str | None
    reason: str | None
    overridden: bool
    leaf_number: int


def groups_page(
    connection: Connection,
    issuer_id: int,
    *,
    code: str | None = None,
    after: str = "",
    limit: int = 1,
) -> list[GroupRow]:
    """From the one after `after` on; or the one with `code`."""
    rows = _rows(
        connection,
        "groups_page",
        {"issuer_id": issuer_id, "code": code, "after": after, "rows_max": limit},
    )
    return [GroupRow(*row) for row in rows]


def acceptors_page(
    connection: Connection, issuer_id: int, *, after: int, limit: int, status: str | None = None
) -> list[Acceptor]:
    rows = _rows(
        connection,
        "acceptors_page",
        {"issuer_id": issuer_id, "after": after, "status": status, "rows_max": limit},
    )
    return [
        Acceptor(acceptor_id, name, kind, fsp, account, frozenset(groups), *rest)
        for acceptor_id, name, kind, fsp, account, groups, *rest in rows
    ]


def acceptor_groups_page(
    connection: Connection, issuer_id: int, *, after: str, limit: int
) -> list[tuple[str, str]]:
    """(code, name)."""
    rows = _rows(
        connection,
        "acceptor_groups_page",
        {"issuer_id": issuer_id, "after": after, "rows_max": limit},
    )
    return [(code, name) for code, name in rows]


def accounts_page(
    connection: Connection, issuer_id: int, *, after: AccountKey, limit: int
) -> list[AccountRow]:
    rows = _rows(
        connection,
        "accounts_page",
        {
            "issuer_id": issuer_id,
            "after_funding_account_id": after.funding_account_id,
            "after_kind": after.kind,
            "after_owner_id": after.owner_id,
            "rows_max": limit,
        },
    )
    return [AccountRow(AccountKey(*row[:3]), *row[3:]) for row in rows]


def provisions_page(
    connection: Connection, issuer_id: int, *, after: int, limit: int
) -> list[ProvisionRow]:
    rows = _rows(
        connection, "provisions_page", {"issuer_id": issuer_id, "after": after, "rows_max": limit}
    )
    return [ProvisionRow(*row) for row in rows]


def clients_page(
    connection: Connection, issuer_id: int, *, after: int, limit: int
) -> list[ClientRow]:
    rows = _rows(
        connection, "clients_page", {"issuer_id": issuer_id, "after": after, "rows_max": limit}
    )
    return [ClientRow(*row) for row in rows]


def data_key_versions(connection: Connection, issuer_id: int) -> list[DataKeyRow]:
    rows = _rows(connection, "data_key_versions", {"issuer_id": issuer_id})
    return [DataKeyRow(*row) for row in rows]


def issuer_settings(connection: Connection, issuer_id: int) -> IssuerSettings:
    (row,) = _rows(connection, "issuer_setting", {"issuer_id": issuer_id})
    at_once, days, lengths, *rest = row
    return IssuerSettings(at_once, days, frozenset(lengths), *rest)


def subject_of_reference(
    connection: Connection,
    issuer_id: int,
    caller: Caller,
    action: Action,
    reference: str | None,
) -> str | None:
    """What an earlier call under this reference was about; None where there was none."""
    if reference is None:
        return None
    rows = _rows(
        connection,
        "operation_by_reference",
        {
            "issuer_id": issuer_id,
            "reference_key": UUID(bytes=reference_key(caller.client_id, action, reference)),
        },
    )
    return str(rows[0][2]) if rows else None


def operations_page(
    connection: Connection,
    issuer_id: int,
    wanted: OperationFilter,
    *,
    before: int | None,
    limit: int,
) -> tuple[list[OperationRow], int | None]:
    """A page, the latest first, and the `before` of the next one; None at the end.

    Operations are numbered in the order of their times, so times become numbers by bisection.
    A page looks at a window of operations, and may be empty though there are more to look at.
    """
    last = min(before - 1 if before else _ID_MAX, _last_operation(connection, issuer_id))
    first = 1
    if wanted.until is not None:
        last = min(last, first_operation_at(connection, issuer_id, wanted.until, last) - 1)
    if wanted.since is not None:
        first = first_operation_at(connection, issuer_id, wanted.since, last)
    if first > last:
        return [], None
    # A voucher's own few operations are found by their index.
    window = WINDOW_OPERATIONS if wanted.serial is None else last
    window_first = max(first, last - window + 1)
    rows = _rows(
        connection,
        "operations_page" if wanted.serial is None else "operations_of_serial",
        {
            "issuer_id": issuer_id,
            "operation_first": window_first,
            "operation_last": last,
            "action": wanted.action,
            "serial": wanted.serial,
            "acceptor_id": wanted.acceptor_id,
            "client_id": wanted.client_id,
            "rows_max": limit,
        },
    )
    page = [OperationRow(*row) for row in rows]
    if len(page) == limit:
        return page, page[-1].operation_id
    return page, window_first if window_first > first else None


def _last_operation(connection: Connection, issuer_id: int) -> int:
    ((last,),) = _rows(connection, "last_operation", {"issuer_id": issuer_id})
    return int(last)


def first_operation_at(connection: Connection, issuer_id: int, moment: datetime, last: int) -> int:
    """The id of the first operation at or after a time, `last` + 1 where all are before it.
    Leaves the transaction open.
    """
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) >> 1
        row = connection.execute(
            statement(__package__, "operation_at"),
            {"issuer_id": issuer_id, "operation_id": middle},
        ).fetchone()
        if row and row[0] < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _rows(connection: Connection, name: str, parameters: dict[str, object]) -> list[TupleRow]:
    rows = connection.execute(statement(__package__, name), parameters).fetchall()
    connection.rollback()
    return rows
