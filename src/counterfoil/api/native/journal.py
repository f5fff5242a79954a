"""The transaction log: every operation that changed something, the latest first."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import (
    SERIAL_MAX,
    Answered,
    Body,
    Endpoint,
    Id,
    Limit,
    Serial,
)
from counterfoil.api.native.moments import MomentText, past_moment
from counterfoil.engine.listings import OperationFilter, OperationRow, operations_page
from counterfoil.money import decimal_text
from counterfoil.voucher import Action

ActionWord = StrEnum("ActionWord", [(action.name, action.word) for action in Action])  # type: ignore[misc]  # its members are the actions
Before = Annotated[int, Meta(ge=1, le=SERIAL_MAX)]


class SerialOperationsPage(Body, kw_only=True):
    """`before` is the `next` of the page before."""

    before: Before | None = None
    limit: Limit = 100


class OperationsPage(SerialOperationsPage, kw_only=True):
    """`since` is included, `until` is not."""

    action: ActionWord | None = None
    serial: Serial | None = None
    acceptor_id: Id | None = None
    client_id: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    since: MomentText | None = None
    until: MomentText | None = None


class OperationAnswer(msgspec.Struct, kw_only=True):
    operation_id: int
    at: datetime
    action: str
    serial: str | None
    amount: str | None
    currency: str | None
    acceptor_id: int | None
    client_id: int
    actor: str
    reference: str
    subject: str | None
    reason: str | None
    overridden: bool
    leaf_number: int


class OperationsAnswer(msgspec.Struct):
    """A page may be short, even empty, and still have a `next`: it ends where looking took too
    long.
    """

    operations: list[OperationAnswer]
    next: int | None


async def list_operations(asked: Asked, page: OperationsPage) -> Answered:
    issuer_id = asked.issuer_id
    wanted = OperationFilter(
        action=None if page.action is None else Action[page.action.upper()],
        serial=page.serial,
        acceptor_id=page.acceptor_id,
        client_id=page.client_id,
        since=None if page.since is None else past_moment(page.since),
        until=None if page.until is None else past_moment(page.until),
    )
    rows, following = await asked.desk.read(
        lambda connection: operations_page(
            connection, issuer_id, wanted, before=page.before, limit=page.limit
        )
    )
    return Answered(operations_answer(rows, following))


def operations_answer(rows: Sequence[OperationRow], following: int | None) -> OperationsAnswer:
    return OperationsAnswer([_answer(row) for row in rows], following)


def _answer(row: OperationRow) -> OperationAnswer:
    amount = None
    if row.amount_minor is not None and row.currency is not None:
        amount = decimal_text(row.amount_minor, row.currency)
    return OperationAnswer(
        operation_id=row.operation_id,
        at=row.at,
        action=Action(row.action).word,
        serial=None if row.serial is None else str(row.serial),
        amount=amount,
        currency=row.currency,
        acceptor_id=row.acceptor_id,
        client_id=row.client_id,
        actor=row.actor,
        reference=row.reference,
        subject=row.subject,
        reason=row.reason,
        overridden=row.overridden,
        leaf_number=row.leaf_number,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/operations",
        name="list_operations",
        summary="The transaction log, the latest first",
        description="Filtered by any of action, serial, acceptor, client and time.",
        handler=list_operations,
        takes=OperationsPage,
        answer=OperationsAnswer,
    ),
)
