"""Calling systems and their keys. A key is shown once, when it is made."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered, Body, Endpoint, Name, Reason
from counterfoil.api.native.pages import IdPage
from counterfoil.api.problem import ProblemError
from counterfoil.engine.clients import change_client, create_client
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import ClientRow, clients_page, subject_of_reference
from counterfoil.engine.operation import Caller
from counterfoil.voucher import Action

Scope = Literal[
    "preactivate", "activate", "redeem", "override", "cancel", "status", "admin", "unattended"
]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=8)]


class ClientBody(Body, kw_only=True):
    name: Name
    scopes: Scopes


class ClientChangeBody(Body, kw_only=True):
    scopes: Scopes
    reason: Reason


class ReasonBody(Body, kw_only=True):
    reason: Reason


class ClientAnswer(msgspec.Struct):
    client_id: int
    name: str
    scopes: list[str]
    status: str


class ClientKeyAnswer(msgspec.Struct):
    """`api_key` is shown this once; null when the call is repeated."""

    client: ClientAnswer
    api_key: str | None


class ClientsAnswer(msgspec.Struct):
    clients: list[ClientAnswer]
    next: int | None


async def list_clients(asked: Asked, page: IdPage) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: clients_page(connection, issuer_id, after=page.after, limit=page.limit)
    )
    following = rows[-1].client_id if len(rows) == page.limit else None
    return Answered(ClientsAnswer([_answer(row) for row in rows], following))


async def get_client(asked: Asked) -> Answered:
    return Answered(_answer(await _client(asked, asked.id("client_id"))))


async def create_one_client(asked: Asked, body: ClientBody) -> Answered:
    _check_grant(asked, body.scopes)

    def create(connection: Connection, issuer: Issuer, caller: Caller) -> tuple[int, str | None]:
        subject = subject_of_reference(
            connection, issuer.issuer_id, caller, Action.CREATE_CLIENT, asked.reference
        )
        if subject is not None:
            return int(subject.removeprefix("client:")), None
        client, key = create_client(
            connection,
            issuer,
            caller,
            name=body.name,
            scopes=sorted(set(body.scopes)),
            reference=asked.reference,
        )
        return client.client_id, key

    client_id, key = await asked.desk.administer(asked.principal, create)
    client = await _client(asked, client_id)
    if key is None and client.name != body.name:
        raise ProblemError(409, "reference_reused", "That Idempotency-Key stands for another.")
    return Answered(
        ClientKeyAnswer(_answer(client), key), 200 if key is None else 201, f"/clients/{client_id}"
    )


async def change_scopes(asked: Asked, body: ClientChangeBody) -> Answered:
    _check_grant(asked, body.scopes)
    client_id = asked.id("client_id")
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_client(
            connection,
            issuer,
            caller,
            client_id,
            scopes=sorted(set(body.scopes)),
            reason=body.reason,
        ),
    )
    return await get_client(asked)


async def revoke(asked: Asked, body: ReasonBody) -> Answered:
    client_id = asked.id("client_id")
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_client(
            connection, issuer, caller, client_id, revoke=True, reason=body.reason
        ),
    )
    return await get_client(asked)


async def rotate_key(asked: Asked, body: ReasonBody) -> Answered:
    client_id = asked.id("client_id")
    if (await _client(asked, client_id)).status != "active":
        raise ProblemError(409, "client_revoked", "A revoked client gets no new key.")
    _client_now, key = await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_client(
            connection, issuer, caller, client_id, new_key=True, reason=body.reason
        ),
    )
    return Answered(ClientKeyAnswer(_answer(await _client(asked, client_id)), key))


def _check_grant(asked: Asked, scopes: list[Scope]) -> None:
    """Acting without approval is given by people, not by a system to another."""
    if "unattended" in scopes and "unattended" not in asked.principal.scopes:
        raise ProblemError(403, "scope_missing", "The scope unattended is not yours to give.")


async def _client(asked: Asked, client_id: int) -> ClientRow:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: clients_page(connection, issuer_id, after=client_id - 1, limit=1)
    )
    if not rows or rows[0].client_id != client_id:
        raise ProblemError(404, "client_unknown", "There is no such client.")
    return rows[0]


def _answer(row: ClientRow) -> ClientAnswer:
    return ClientAnswer(row.client_id, row.name, sorted(row.scopes), row.status)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/clients",
        name="list_clients",
        summary="Calling systems",
        handler=list_clients,
        takes=IdPage,
        answer=ClientsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/clients/{client_id}",
        name="get_client",
        summary="One calling system",
        handler=get_client,
        answer=ClientAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="POST",
        path="/clients",
        name="create_client",
        summary="Register a calling system; its key is shown once",
        handler=create_one_client,
        takes=ClientBody,
        answer=ClientKeyAnswer,
        status=201,
        also=(200,),
        refusals=frozenset({409}),
    ),
    Endpoint(
        method="PATCH",
        path="/clients/{client_id}",
        name="change_client_scopes",
        summary="Change what a calling system may do",
        handler=change_scopes,
        takes=ClientChangeBody,
        answer=ClientAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="POST",
        path="/clients/{client_id}/revoke",
        name="revoke_client",
        summary="Take a calling system's key away for good",
        handler=revoke,
        takes=ReasonBody,
        answer=ClientAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="POST",
        path="/clients/{client_id}/rotate-key",
        name="rotate_client_key",
        summary="Give a calling system a new key, shown once; the old one ends",
        handler=rotate_key,
        takes=ReasonBody,
        answer=ClientKeyAnswer,
        refusals=frozenset({404, 409}),
    ),
)
