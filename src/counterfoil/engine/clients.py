"""Calling systems: their keys and what they may do. Each change raises the catalogue's version
under the issuer's head, so that from its commit on every process decides by it.
"""

from collections.abc import Sequence
from typing import Final

from counterfoil.engine.catalogue import Client
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.statements import statement
from counterfoil.voucher import Action

SCOPES: Final = frozenset(
    {"preactivate", "activate", "redeem", "override", "cancel", "status", "admin", "unattended"}
)


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
    with design_errors(connection):
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
    with design_errors(connection):
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
