"""Calling systems: their keys and what they may do. Each change raises the catalogue's version
under the issuer's head, so that from its commit on every process decides by it.

A key is made by whoever shows it to a person; only its digest comes in here.
"""

from collections.abc import Sequence
from typing import Final

from counterfoil.engine.administering import Asked, record, recorded_subject
from counterfoil.engine.catalogue import Client
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.statements import statement
from counterfoil.voucher import Action

SCOPES: Final = frozenset(
    {
        *("preactivate", "activate", "redeem", "override", "cancel", "status", "lookup"),
        *("notify", "admin", "unattended"),
    }
)


def create_client(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    name: str,
    scopes: Sequence[str],
    key_digest: bytes | None = None,
    unattended_minor_max: int = 0,
    reason: str = "",
    reference: str | None = None,
) -> Client:
    """Register a calling system; without a key it can do nothing yet. The same reference again
    gives the same client.

    Raises ConflictError for a name that is taken or a scope that does not exist.
    """
    _check_scopes(scopes)
    asked = Asked(
        caller=caller,
        action=Action.CREATE_CLIENT,
        content=[name, *sorted(scopes), unattended_minor_max],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    again = recorded_subject(connection, issuer, asked)
    if again is not None:
        connection.rollback()
        return issuer.catalogue.clients[int(again.removeprefix("client:"))]
    client_id = 1 + max(issuer.catalogue.clients, default=0)
    with design_errors(connection):
        connection.execute(
            statement(__package__, "insert_client"),
            {
                "issuer_id": issuer.issuer_id,
                "client_id": client_id,
                "name": name,
                "key_digest": key_digest,
                "scopes": sorted(scopes),
                "unattended_minor_max": unattended_minor_max,
                "changed_version": journal.raise_catalogue(),
            },
        )
        record(issuer, journal, asked, subject=f"client:{client_id}")
        commit(connection, issuer, journal)
    return issuer.catalogue.clients[client_id]


def change_client(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    client_id: int,
    *,
    revoke: bool = False,
    scopes: Sequence[str] | None = None,
    unattended_minor_max: int | None = None,
    reason: str = "",
    reference: str | None = None,
) -> Client:
    """Revoke a client, or change what it may do; None stays as it is.

    Raises NotFoundError, ConflictError for a scope that does not exist.
    """
    _check_scopes(scopes or ())
    listed = None if scopes is None else ",".join(sorted(scopes))
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_CLIENT,
        content=[client_id, revoke, listed, unattended_minor_max, reason],
        reference=reference,
        reason=reason,
    )
    journal, before = _begin(connection, issuer, client_id)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return before
    highest = before.unattended_minor_max if unattended_minor_max is None else unattended_minor_max
    with design_errors(connection):
        connection.execute(
            statement(__package__, "change_client"),
            {
                "issuer_id": issuer.issuer_id,
                "client_id": client_id,
                "status": "revoked" if revoke or not before.active else "active",
                "scopes": sorted(before.scopes if scopes is None else scopes),
                "unattended_minor_max": highest,
                "changed_version": journal.raise_catalogue(),
            },
        )
        record(issuer, journal, asked, subject=f"client:{client_id}")
        commit(connection, issuer, journal)
    return issuer.catalogue.clients[client_id]


def set_client_key(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    client_id: int,
    key_digest: bytes | None,
    *,
    replaces: bool = False,
    reason: str = "",
    reference: str | None = None,
) -> Client:
    """Give a client its key, or with None take it away: the old one opens nothing any more.

    Raises NotFoundError, ConflictError for a revoked client, and for one that has a key unless
    the new one `replaces` it.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_CLIENT,
        content=[client_id, key_digest, reason],
        reference=reference,
        reason=reason,
    )
    journal, before = _begin(connection, issuer, client_id)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return before
    if not before.active:
        connection.rollback()
        raise ConflictError(f"{before.name} is revoked; it gets no key any more.")
    if before.has_key and not replaces:
        connection.rollback()
        raise ConflictError(f"{before.name} has a key already.")
    with design_errors(connection):
        connection.execute(
            statement(__package__, "set_client_key"),
            {
                "issuer_id": issuer.issuer_id,
                "client_id": client_id,
                "key_digest": key_digest,
                "changed_version": journal.raise_catalogue(),
            },
        )
        record(issuer, journal, asked, subject=f"client:{client_id}:key")
        commit(connection, issuer, journal)
    return issuer.catalogue.clients[client_id]


def _begin(connection: Connection, issuer: Issuer, client_id: int) -> tuple[Journal, Client]:
    journal = issuer.begin(connection)
    client = issuer.catalogue.clients.get(client_id)
    if client is None:
        connection.rollback()
        raise NotFoundError(f"There is no client {client_id}.")
    return journal, client


def _check_scopes(scopes: Sequence[str]) -> None:
    unknown = sorted(set(scopes) - SCOPES)
    if unknown:
        raise ConflictError(
            f"There is no scope {unknown[0]}; there are {', '.join(sorted(SCOPES))}."
        )
