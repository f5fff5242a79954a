"""Turning funds into stock: asked for here, worked off by a job, followed by its progress."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Amount, Answered, Body, Code, Endpoint
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.native.pages import IdPage
from counterfoil.api.problem import ProblemError
from counterfoil.engine.catalogue import Group
from counterfoil.engine.commands.content import ProvisionStock
from counterfoil.engine.configuration import pause_provision, resume_provision
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import ProvisionRow, provisions_page
from counterfoil.engine.operation import Caller
from counterfoil.engine.provision import (
    PROVISION_VOUCHERS_MAX,
    Provision,
    begin_provision,
    provision_by_id,
)
from counterfoil.errors import NotFoundError
from counterfoil.jobs.queue import Task
from counterfoil.money import Money, decimal_text, parse_amount
from counterfoil.voucher import Action


class ProvisionBody(Body, kw_only=True):
    group: Code
    amount: Amount
    count: Annotated[int, Meta(ge=1, le=PROVISION_VOUCHERS_MAX)]


class ProvisionAnswer(msgspec.Struct, kw_only=True):
    """`created` of `asked` vouchers exist; `drawn` of them have been handed out. Of the others
    `owned` were sold to organisations, and `held` are set aside for purchases.
    """

    provision_id: int
    kind: str
    status: str
    group: str
    group_version: int
    amount: str
    currency: str
    asked: int
    created: int
    drawn: int
    owned: int
    held: int
    serial_first: int
    serial_last: int
    created_at: datetime
    finished_at: datetime | None


class ProvisionsAnswer(msgspec.Struct):
    provisions: list[ProvisionAnswer]
    next: int | None


async def begin_one_provision(asked: Asked, body: ProvisionBody) -> Answered:
    group = await asked.desk.administer(
        asked.principal, lambda connection, issuer, _caller: _group(connection, issuer, body.group)
    )
    money = parse_amount(body.amount, group.current.currency)
    everything = Money(money.amount_minor * body.count, money.currency)
    if not await acts_alone(asked, Action.PROVISION, money=everything):
        return await in_review(
            asked,
            lambda _connection, _issuer: ProvisionStock(
                group=body.group,
                group_version=group.current.version,
                amount_minor=money.amount_minor,
                currency=money.currency,
                count=body.count,
            ),
        )

    def begin(connection: Connection, issuer: Issuer, caller: Caller) -> Provision:
        return begin_provision(
            connection,
            issuer,
            caller,
            group_code=body.group,
            money=money,
            count=body.count,
            reference=asked.reference,
        )

    provision = await asked.desk.administer(asked.principal, begin)
    if provision.status == "running":
        await asked.desk.start_job(
            Task.FINISH_PROVISION, asked.principal.issuer.code, provision.provision_id
        )
    row = await _provision(asked, provision.provision_id)
    return Answered(_answer(row), 202, f"/provisions/{provision.provision_id}")


async def list_provisions(asked: Asked, page: IdPage) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: provisions_page(
            connection, issuer_id, after=page.after, limit=page.limit
        )
    )
    following = rows[-1].provision_id if len(rows) == page.limit else None
    return Answered(ProvisionsAnswer([_answer(row) for row in rows], following))


async def get_provision(asked: Asked) -> Answered:
    return Answered(_answer(await _provision(asked, asked.id("provision_id"))))


async def pause(asked: Asked) -> Answered:
    provision_id = asked.id("provision_id")
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: pause_provision(
            connection, issuer, caller, provision_id, reference=asked.reference
        ),
    )
    return await get_provision(asked)


async def resume(asked: Asked) -> Answered:
    provision_id = asked.id("provision_id")

    def resumed(connection: Connection, issuer: Issuer, caller: Caller) -> str:
        resume_provision(connection, issuer, caller, provision_id, reference=asked.reference)
        return provision_by_id(connection, issuer, provision_id).status

    status = await asked.desk.administer(asked.principal, resumed)
    if status == "running":
        await asked.desk.start_job(Task.FINISH_PROVISION, asked.principal.issuer.code, provision_id)
    return await get_provision(asked)


def _group(connection: Connection, issuer: Issuer, code: str) -> Group:
    group = issuer.catalogue.groups.get(code)
    if group is None:
        issuer.catch_up(connection)  # another process may have published it
        group = issuer.catalogue.groups.get(code)
    if group is None:
        raise NotFoundError("There is no such group.")
    return group


async def _provision(asked: Asked, provision_id: int) -> ProvisionRow:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: provisions_page(connection, issuer_id, after=provision_id - 1, limit=1)
    )
    if not rows or rows[0].provision_id != provision_id:
        raise ProblemError(404, "provision_unknown", "There is no such provision.")
    return rows[0]


def _answer(row: ProvisionRow) -> ProvisionAnswer:
    return ProvisionAnswer(
        provision_id=row.provision_id,
        kind=row.kind,
        status=row.status,
        group=row.group_code,
        group_version=row.group_version,
        amount=decimal_text(row.amount_minor, row.currency),
        currency=row.currency,
        asked=row.serial_last - row.serial_first + 1,
        created=row.next_created - row.serial_first,
        drawn=row.drawn,
        owned=row.owned,
        held=row.held,
        serial_first=row.serial_first,
        serial_last=row.serial_last,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/provisions",
        name="begin_provision",
        summary="Turn available funds into numbered stock",
        description="The money and the serials are set aside at once; a job creates the vouchers.",
        handler=begin_one_provision,
        guarded=True,
        takes=ProvisionBody,
        answer=ProvisionAnswer,
        status=202,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/provisions",
        name="list_provisions",
        summary="Provisions, the oldest first",
        handler=list_provisions,
        takes=IdPage,
        answer=ProvisionsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/provisions/{provision_id}",
        name="get_provision",
        summary="How far a provision is",
        handler=get_provision,
        answer=ProvisionAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="POST",
        path="/provisions/{provision_id}/pause",
        name="pause_provision",
        summary="Hand out nothing more of this stock for now",
        handler=pause,
        answer=ProvisionAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="POST",
        path="/provisions/{provision_id}/resume",
        name="resume_provision",
        summary="Go on with a paused provision",
        handler=resume,
        answer=ProvisionAnswer,
        refusals=frozenset({404, 409}),
    ),
)
