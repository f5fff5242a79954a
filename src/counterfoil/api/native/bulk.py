"""One change of many vouchers: asked for here, worked off by a job, followed by its progress."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import (
    INT4_MAX,
    SERIAL_MAX,
    Answered,
    Body,
    Code,
    Endpoint,
    Limit,
    Moment,
    Reason,
    Serial,
)
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.native.moments import moment
from counterfoil.engine.bulk import begin_bulk, bulk_by_id, bulk_refusals
from counterfoil.engine.bulk_chunks import Bulk
from counterfoil.engine.bulk_selection import LISTED_MAX, Selection
from counterfoil.engine.commands.content import ChangeVouchers
from counterfoil.jobs.queue import Task
from counterfoil.voucher import Action

_SAFE: Final = frozenset({"suspend", "block"})  # they only stop something
BODY_BYTES_MAX: Final = 4 * 1024 * 1024


class BulkBody(Body, kw_only=True):
    """Which vouchers: one of serials, provision_id and group. `until` only to extend."""

    action: Literal[
        "suspend", "unsuspend", "block", "unblock", "cancel", "replace", "purge", "extend"
    ]
    reason: Reason
    serials: Annotated[list[Serial], Meta(min_length=1, max_length=LISTED_MAX)] | None = None
    provision_id: Annotated[int, Meta(ge=1, le=INT4_MAX)] | None = None
    group: Code | None = None
    until: Moment | None = None


class BulkAnswer(msgspec.Struct, kw_only=True):
    """`asked` is null for a whole provision or group."""

    bulk_id: int
    action: str
    reason: str
    status: str
    asked: int | None
    done: int
    refused: int


class RefusalsPage(Body, kw_only=True):
    after: Annotated[int, Meta(ge=0, le=SERIAL_MAX)] = 0
    limit: Limit = 100


class RefusalAnswer(msgspec.Struct):
    serial: str
    code: str


class RefusalsAnswer(msgspec.Struct):
    refusals: list[RefusalAnswer]
    next: str | None


async def begin_one_bulk(asked: Asked, body: BulkBody) -> Answered:
    until = None if body.until is None else moment(body.until)
    if body.action not in _SAFE and not await acts_alone(asked, Action.BEGIN_BULK):
        return await in_review(
            asked,
            lambda _connection, _issuer: ChangeVouchers(
                action=body.action,
                serials=None if body.serials is None else tuple(body.serials),
                provision_id=body.provision_id,
                group=body.group,
                extend_until=until,
            ),
            reason=body.reason,
        )
    bulk = await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: begin_bulk(
            connection,
            issuer,
            caller,
            Selection(serials=body.serials, provision_id=body.provision_id, group_code=body.group),
            action=Action[body.action.upper()],
            reason=body.reason,
            extend_until=until,
            reference=asked.reference,
        ),
    )
    if bulk.status == "running":
        await asked.desk.start_job(Task.FINISH_BULK, asked.principal.issuer.code, bulk.bulk_id)
    return Answered(_answer(bulk), 202, f"/bulk/{bulk.bulk_id}")


async def get_bulk(asked: Asked) -> Answered:
    return Answered(_answer(await _bulk(asked)))


async def get_refusals(asked: Asked, page: RefusalsPage) -> Answered:
    bulk = await _bulk(asked)
    issuer = asked.principal.issuer
    rows = await asked.desk.read(
        lambda connection: bulk_refusals(
            connection, issuer, bulk.bulk_id, after_serial=page.after, limit=page.limit
        )
    )
    following = str(rows[-1][0]) if len(rows) == page.limit else None
    refusals = [RefusalAnswer(str(serial), outcome) for serial, outcome in rows]
    return Answered(RefusalsAnswer(refusals, following))


async def _bulk(asked: Asked) -> Bulk:
    issuer, bulk_id = asked.principal.issuer, asked.id("bulk_id")
    return await asked.desk.read(lambda connection: bulk_by_id(connection, issuer, bulk_id))


def _answer(bulk: Bulk) -> BulkAnswer:
    return BulkAnswer(
        bulk_id=bulk.bulk_id,
        action=bulk.action.word,
        reason=bulk.reason,
        status=bulk.status,
        asked=bulk.asked,
        done=bulk.done,
        refused=bulk.refused,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/bulk",
        name="begin_bulk",
        summary="Change many vouchers: a list of serials, a provision or a group",
        handler=begin_one_bulk,
        guarded=True,
        takes=BulkBody,
        answer=BulkAnswer,
        status=202,
        body_bytes_max=BODY_BYTES_MAX,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/bulk/{bulk_id}",
        name="get_bulk",
        summary="How far a bulk change is",
        handler=get_bulk,
        answer=BulkAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="GET",
        path="/bulk/{bulk_id}/refusals",
        name="get_bulk_refusals",
        summary="Which vouchers could not be changed, and why",
        handler=get_refusals,
        takes=RefusalsPage,
        answer=RefusalsAnswer,
        refusals=frozenset({404}),
    ),
)
