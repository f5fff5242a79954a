"""Merchants and agents, and the groups they belong to."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered, Body, Code, Endpoint, Name, Reason
from counterfoil.api.native.pages import CodePage, IdPage
from counterfoil.api.problem import ProblemError
from counterfoil.engine.acceptors import (
    AcceptorDesign,
    change_acceptor,
    create_acceptor_group,
    create_acceptors,
)
from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import (
    acceptor_groups_page,
    acceptors_page,
    subject_of_reference,
)
from counterfoil.engine.operation import Caller
from counterfoil.voucher import Action

Status = Literal["draft", "approved", "rejected", "suspended", "closed"]
Account = Annotated[str, Meta(min_length=1, max_length=64)]
Groups = Annotated[list[Code], Meta(max_length=100)]


class AcceptorBody(Body, kw_only=True):
    name: Name
    kind: Literal["merchant", "agent"]
    account: Account
    fsp: Annotated[str, Meta(min_length=1, max_length=40)] = "sandbox"
    groups: Groups = msgspec.field(default_factory=list)
    status: Status = "draft"


class AcceptorChangeBody(Body, kw_only=True):
    """What is left out stays."""

    reason: Reason
    status: Status | None = None
    groups: Groups | None = None
    account: Account | None = None
    fsp: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class AcceptorAnswer(msgspec.Struct):
    acceptor_id: int
    name: str
    kind: str
    account: str
    fsp: str
    groups: list[str]
    status: str


class AcceptorsAnswer(msgspec.Struct):
    acceptors: list[AcceptorAnswer]
    next: int | None


class AcceptorPage(IdPage, kw_only=True):
    status: Status | None = None


class AcceptorGroupBody(Body, kw_only=True):
    code: Code
    name: Name


class AcceptorGroupAnswer(msgspec.Struct):
    code: str
    name: str


class AcceptorGroupsAnswer(msgspec.Struct):
    acceptor_groups: list[AcceptorGroupAnswer]
    next: str | None


async def list_acceptors(asked: Asked, page: AcceptorPage) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: acceptors_page(
            connection, issuer_id, after=page.after, limit=page.limit, status=page.status
        )
    )
    following = rows[-1].acceptor_id if len(rows) == page.limit else None
    return Answered(AcceptorsAnswer([_answer(row) for row in rows], following))


async def get_acceptor(asked: Asked) -> Answered:
    return Answered(_answer(await _acceptor(asked, asked.id("acceptor_id"))))


async def create_acceptor(asked: Asked, body: AcceptorBody) -> Answered:
    design = AcceptorDesign(
        name=body.name,
        kind=body.kind,
        account=body.account,
        fsp=body.fsp,
        groups=tuple(sorted(set(body.groups))),
        status=body.status,
    )

    def create(connection: Connection, issuer: Issuer, caller: Caller) -> tuple[int, bool]:
        subject = subject_of_reference(
            connection, issuer.issuer_id, caller, Action.CREATE_ACCEPTOR, asked.reference
        )
        if subject is not None:
            return int(subject.removeprefix("acceptor:")), False
        (created,) = create_acceptors(
            connection, issuer, caller, [design], reference=asked.reference
        )
        return created, True

    acceptor_id, is_new = await asked.desk.administer(asked.principal, create)
    acceptor = await _acceptor(asked, acceptor_id)
    if not is_new and (acceptor.name, acceptor.kind) != (design.name, design.kind):
        raise ProblemError(409, "reference_reused", "That Idempotency-Key stands for another.")
    return Answered(_answer(acceptor), 201 if is_new else 200, f"/acceptors/{acceptor_id}")


async def change_one_acceptor(asked: Asked, body: AcceptorChangeBody) -> Answered:
    acceptor_id = asked.id("acceptor_id")
    await _acceptor(asked, acceptor_id)

    def change(connection: Connection, issuer: Issuer, caller: Caller) -> None:
        subject = subject_of_reference(
            connection, issuer.issuer_id, caller, Action.CHANGE_ACCEPTOR, asked.reference
        )
        if subject is not None:
            if subject.startswith(f"acceptor:{acceptor_id}:"):
                return
            raise ProblemError(409, "reference_reused", "That Idempotency-Key stands for another.")
        change_acceptor(
            connection,
            issuer,
            caller,
            acceptor_id,
            status=body.status,
            groups=None if body.groups is None else tuple(sorted(set(body.groups))),
            account=body.account,
            fsp=body.fsp,
            reason=body.reason,
            reference=asked.reference,
        )

    await asked.desk.administer(asked.principal, change)
    return Answered(_answer(await _acceptor(asked, acceptor_id)))


async def list_acceptor_groups(asked: Asked, page: CodePage) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: acceptor_groups_page(
            connection, issuer_id, after=page.after, limit=page.limit
        )
    )
    following = rows[-1][0] if len(rows) == page.limit else None
    groups = [AcceptorGroupAnswer(code, name) for code, name in rows]
    return Answered(AcceptorGroupsAnswer(groups, following))


async def create_one_acceptor_group(asked: Asked, body: AcceptorGroupBody) -> Answered:
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: create_acceptor_group(
            connection, issuer, caller, code=body.code, name=body.name
        ),
    )
    return Answered(AcceptorGroupAnswer(body.code, body.name))


async def _acceptor(asked: Asked, acceptor_id: int) -> Acceptor:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: acceptors_page(connection, issuer_id, after=acceptor_id - 1, limit=1)
    )
    if not rows or rows[0].acceptor_id != acceptor_id:
        raise ProblemError(404, "acceptor_unknown", "There is no such acceptor.")
    return rows[0]


def _answer(row: Acceptor) -> AcceptorAnswer:
    return AcceptorAnswer(
        row.acceptor_id, row.name, row.kind, row.account, row.fsp, sorted(row.groups), row.status
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/acceptors",
        name="list_acceptors",
        summary="Merchants and agents",
        handler=list_acceptors,
        takes=AcceptorPage,
        answer=AcceptorsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/acceptors/{acceptor_id}",
        name="get_acceptor",
        summary="One merchant or agent",
        handler=get_acceptor,
        answer=AcceptorAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="POST",
        path="/acceptors",
        name="create_acceptor",
        summary="Register a merchant or an agent",
        handler=create_acceptor,
        takes=AcceptorBody,
        answer=AcceptorAnswer,
        status=201,
        also=(200,),
        refusals=frozenset({409}),
    ),
    Endpoint(
        method="PATCH",
        path="/acceptors/{acceptor_id}",
        name="change_acceptor",
        summary="Approve, suspend, close, regroup or rebank; counts from now on",
        handler=change_one_acceptor,
        takes=AcceptorChangeBody,
        answer=AcceptorAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/acceptor-groups",
        name="list_acceptor_groups",
        summary="Groups of acceptors",
        handler=list_acceptor_groups,
        takes=CodePage,
        answer=AcceptorGroupsAnswer,
    ),
    Endpoint(
        method="POST",
        path="/acceptor-groups",
        name="create_acceptor_group",
        summary="Name a group of acceptors",
        handler=create_one_acceptor_group,
        takes=AcceptorGroupBody,
        answer=AcceptorGroupAnswer,
        refusals=frozenset({409}),
    ),
)
