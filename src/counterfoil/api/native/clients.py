"""Calling systems and their keys. A key is shown once, when it is made."""

from collections.abc import Collection
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import SERIAL_MAX, Answered, Body, Endpoint, Name, Reason
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.native.pages import IdPage
from counterfoil.api.problem import ProblemError
from counterfoil.engine.clients import change_client, create_client, set_client_key
from counterfoil.engine.commands.content import ChangeClient, CreateClient, ReplaceClientKey
from counterfoil.engine.commands.listing import key_asked_for_by
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import ClientRow, clients_page, subject_of_reference
from counterfoil.engine.operation import Caller
from counterfoil.errors import ReferenceReusedError
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.voucher import Action

Scope = Literal[
    "preactivate",
    "activate",
    "redeem",
    "override",
    "cancel",
    "status",
    "lookup",
    "notify",
    "admin",
    "unattended",
]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=10)]
_GIVEN_BY_PEOPLE: Final = frozenset({"unattended", "notify"})
Minor = Annotated[int, Meta(ge=0, le=SERIAL_MAX)]


class ClientBody(Body, kw_only=True):
    """`unattended_minor_max` is the most one guarded command of it may move without approval, in
    minor units of any currency; it needs the scope unattended.
    """

    name: Name
    scopes: Scopes
    unattended_minor_max: Minor = 0


class ClientChangeBody(Body, kw_only=True):
    """Without `unattended_minor_max` that stays as it is."""

    scopes: Scopes
    reason: Reason
    unattended_minor_max: Minor | None = None


class ReasonBody(Body, kw_only=True):
    reason: Reason


class ClientAnswer(msgspec.Struct):
    client_id: int
    name: str
    scopes: list[str]
    status: str
    has_key: bool
    unattended_minor_max: int


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
    if _grants(body.scopes, body.unattended_minor_max) or not await acts_alone(
        asked, Action.CREATE_CLIENT
    ):
        return await in_review(
            asked,
            lambda _connection, _issuer: CreateClient(
                name=body.name,
                scopes=tuple(sorted(set(body.scopes))),
                unattended_minor_max=body.unattended_minor_max,
            ),
        )

    def create(connection: Connection, issuer: Issuer, caller: Caller) -> tuple[int, str | None]:
        subject = subject_of_reference(
            connection, issuer.issuer_id, caller, Action.CREATE_CLIENT, asked.reference
        )
        key = new_api_key()
        client = create_client(
            connection,
            issuer,
            caller,
            name=body.name,
            scopes=sorted(set(body.scopes)),
            key_digest=api_key_digest(key),
            unattended_minor_max=body.unattended_minor_max,
            reference=asked.reference,
        )
        return client.client_id, key if subject is None else None

    client_id, key = await asked.desk.administer(asked.principal, create)
    client = await _client(asked, client_id)
    return Answered(
        ClientKeyAnswer(_answer(client), key), 200 if key is None else 201, f"/clients/{client_id}"
    )


async def change_scopes(asked: Asked, body: ClientChangeBody) -> Answered:
    before = await _client(asked, asked.id("client_id"))
    client_id, highest = before.client_id, body.unattended_minor_max
    if _grants(
        set(body.scopes) - set(before.scopes), max((highest or 0) - before.unattended_minor_max, 0)
    ) or not await acts_alone(asked, Action.CHANGE_CLIENT):
        return await in_review(
            asked,
            lambda _connection, _issuer: ChangeClient(
                client_id=client_id,
                scopes=tuple(sorted(set(body.scopes))),
                unattended_minor_max=before.unattended_minor_max if highest is None else highest,
            ),
            reason=body.reason,
        )
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_client(
            connection,
            issuer,
            caller,
            client_id,
            scopes=sorted(set(body.scopes)),
            unattended_minor_max=body.unattended_minor_max,
            reason=body.reason,
            reference=asked.reference,
        ),
    )
    return await get_client(asked)


async def revoke(asked: Asked, body: ReasonBody) -> Answered:
    client_id = asked.id("client_id")
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_client(
            connection,
            issuer,
            caller,
            client_id,
            revoke=True,
            reason=body.reason,
            reference=asked.reference,
        ),
    )
    return await get_client(asked)


async def rotate_key(asked: Asked, body: ReasonBody) -> Answered:
    """One that has a key loses it by approval; then who asked for that makes the next one here."""
    client_id = asked.id("client_id")
    client = await _client(asked, client_id)
    if client.status != "active":
        raise ProblemError(409, "client_revoked", "A revoked client gets no new key.")
    if not await acts_alone(asked, Action.CHANGE_CLIENT):
        if client.has_key:
            return await in_review(
                asked,
                lambda _connection, _issuer: ReplaceClientKey(client_id=client_id),
                reason=body.reason,
            )
        await _check_asked_for(asked, client_id)

    def rotate(connection: Connection, issuer: Issuer, caller: Caller) -> str | None:
        subject = subject_of_reference(
            connection, issuer.issuer_id, caller, Action.CHANGE_CLIENT, asked.reference
        )
        if subject is not None:
            if subject == f"client:{client_id}:key":
                return None
            raise ReferenceReusedError("That Idempotency-Key stands for another change.")
        key = new_api_key()
        set_client_key(
            connection,
            issuer,
            caller,
            client_id,
            api_key_digest(key),
            replaces=True,
            reason=body.reason,
            reference=asked.reference,
        )
        return key

    key = await asked.desk.administer(asked.principal, rotate)
    return Answered(ClientKeyAnswer(_answer(await _client(asked, client_id)), key))


def _grants(scopes: Collection[str], unattended_minor_max: int) -> bool:
    """Acting without approval, or telling of money that a rule may believe, is given by people,
    never by one system to another.
    """
    return not _GIVEN_BY_PEOPLE.isdisjoint(scopes) or unattended_minor_max > 0


async def _check_asked_for(asked: Asked, client_id: int) -> None:
    """Raises ProblemError (403) where another asked for that key."""
    issuer_id = asked.issuer_id
    actor = await asked.desk.read(
        lambda connection: key_asked_for_by(connection, issuer_id, client_id)
    )
    if actor != asked.principal.caller.actor:
        raise ProblemError(
            403, "key_not_yours", "Its key is made by who asked for it, or in the portal."
        )


async def _client(asked: Asked, client_id: int) -> ClientRow:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: clients_page(connection, issuer_id, after=client_id - 1, limit=1)
    )
    if not rows or rows[0].client_id != client_id:
        raise ProblemError(404, "client_unknown", "There is no such client.")
    return rows[0]


def _answer(row: ClientRow) -> ClientAnswer:
    return ClientAnswer(
        row.client_id,
        row.name,
        sorted(row.scopes),
        row.status,
        row.has_key,
        row.unattended_minor_max,
    )


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
        guarded=True,
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
        guarded=True,
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
        guarded=True,
        takes=ReasonBody,
        answer=ClientKeyAnswer,
        refusals=frozenset({404, 409}),
    ),
)
