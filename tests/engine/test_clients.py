"""Calling systems: registered, changed and given keys, each once."""

from hashlib import sha256
from itertools import count
from typing import Final

import pytest
from tests.given import SYSTEM, given_issuer

from counterfoil.engine.clients import change_client, create_client, set_client_key
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import clients_page
from counterfoil.engine.queries import client_of_key
from counterfoil.errors import ConflictError, NotFoundError, ReferenceReusedError
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.keys.provider import LocalKeyProvider

DIGEST: Final = sha256(b"a key").digest()
_codes = count(1)


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(shared_connection, provider, code=f"CLIENTS{next(_codes)}")


def test_client_without_a_key_gets_one_once(shared_connection: Connection, issuer: Issuer) -> None:
    connection = shared_connection
    client = create_client(connection, issuer, SYSTEM, name="Till", scopes=["redeem"])
    assert (client.has_key, client.unattended_minor_max) == (False, 0)
    key = new_api_key()
    given = [
        set_client_key(connection, issuer, SYSTEM, 1, api_key_digest(key), reference="r1")
        for _ in range(2)
    ]
    assert [each.has_key for each in given] == [True, True]
    found = client_of_key(connection, api_key_digest(key))
    assert found is not None
    assert (found.issuer_code, found.client_id) == (issuer.code, 1)
    with pytest.raises(ConflictError, match="Till has a key already"):
        set_client_key(connection, issuer, SYSTEM, 1, DIGEST)
    replaced = set_client_key(
        connection, issuer, SYSTEM, 1, api_key_digest(new_api_key()), replaces=True
    )
    assert replaced.has_key
    assert client_of_key(connection, api_key_digest(key)) is None
    taken = set_client_key(connection, issuer, SYSTEM, 1, None, replaces=True)
    assert not taken.has_key


def test_revoked_or_unknown_client_gets_no_key(
    shared_connection: Connection, issuer: Issuer
) -> None:
    create_client(shared_connection, issuer, SYSTEM, name="Till", scopes=["redeem"])
    change_client(shared_connection, issuer, SYSTEM, 1, revoke=True)
    with pytest.raises(ConflictError, match="Till is revoked"):
        set_client_key(shared_connection, issuer, SYSTEM, 1, DIGEST)
    with pytest.raises(NotFoundError, match="no client 2"):
        set_client_key(shared_connection, issuer, SYSTEM, 2, DIGEST)
    assert not issuer.catalogue.clients[1].has_key


def test_one_reference_is_one_client_and_one_change(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    client, again = (
        create_client(
            connection,
            issuer,
            SYSTEM,
            name="Robot",
            scopes=["unattended", "admin"],
            unattended_minor_max=5000,
            reference="r1",
        )
        for _ in range(2)
    )
    assert (client.client_id, client.unattended_minor_max, client) == (1, 5000, again)
    with pytest.raises(ReferenceReusedError):
        create_client(connection, issuer, SYSTEM, name="Robot", scopes=["redeem"], reference="r1")
    narrowed = change_client(
        connection, issuer, SYSTEM, 1, unattended_minor_max=100, reference="r2"
    )
    assert (narrowed.unattended_minor_max, narrowed.scopes) == (100, client.scopes)
    widened = change_client(connection, issuer, SYSTEM, 1, unattended_minor_max=900)
    again = change_client(connection, issuer, SYSTEM, 1, unattended_minor_max=100, reference="r2")
    assert again == widened
    (row,) = clients_page(connection, issuer.issuer_id, after=0, limit=5)
    assert (row.has_key, row.unattended_minor_max) == (False, 900)


def test_limit_below_zero_and_scope_nobody_knows_are_refused(
    shared_connection: Connection, issuer: Issuer
) -> None:
    create_client(shared_connection, issuer, SYSTEM, name="Till", scopes=["redeem"])
    with pytest.raises(ConflictError, match="unattended_minor_max"):
        change_client(shared_connection, issuer, SYSTEM, 1, unattended_minor_max=-1)
    with pytest.raises(ConflictError, match="no scope fly"):
        change_client(shared_connection, issuer, SYSTEM, 1, scopes=["fly"])
    assert issuer.catalogue.clients[1].scopes == {"redeem"}
