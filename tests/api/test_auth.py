"""Who may call: keys, names in open mode, scopes, and never another issuer's vouchers."""

import secrets
import time

import httpx
import pytest
from tests.api.conftest import BB, Server, given_key, running_server
from tests.api.test_govstack_v1 import (
    ACTIVATION,
    PREACTIVATION,
    REDEMPTION,
    STATUS,
    activated,
    preactivated,
    redemption,
    refused,
    wanted,
)
from tests.given import SYSTEM, given_active, given_group, given_issuer, given_stock, state_of

from counterfoil.api.auth import check_open_mode
from counterfoil.engine.clients import change_client
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import WrongSettingError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.settings import Settings
from counterfoil.voucher import State


def client_id_of(issuer: Issuer, name: str) -> int:
    return next(c.client_id for c in issuer.catalogue.clients.values() if c.name == name)


def test_a_missing_or_wrong_key_is_401(server: Server) -> None:
    with server.client() as nobody:
        refused(nobody.post(PREACTIVATION, json=wanted()), 401, "API key")
        refused(nobody.get(f"{STATUS}1000000000000001"), 401)
        problem = nobody.get("/api/v1/groups")
        assert (problem.status_code, problem.json()["code"]) == (401, "key_refused")
    with server.client("cf_" + "a" * 52) as stranger:
        refused(stranger.post(PREACTIVATION, json=wanted()), 401)
        assert stranger.get("/api/v1/groups").status_code == 401


def test_a_key_speaks_only_for_its_own_system(
    server: Server, books: Connection, issuer: Issuer
) -> None:
    other = given_key(books, issuer, "Health-Ministry")
    with server.client(other) as client:
        refused(client.post(PREACTIVATION, json=wanted(Gov_Stack_BB=BB)), 460)
        answer = client.post(PREACTIVATION, json=wanted(Gov_Stack_BB="Health-Ministry"))
        assert answer.status_code == 200


def test_scopes_are_enforced(server: Server, books: Connection, issuer: Issuer) -> None:
    reader = given_key(books, issuer, "Reader", frozenset({"status"}))
    with server.client(reader) as client:
        refused(client.post(PREACTIVATION, json=wanted(Gov_Stack_BB="Reader")), 460)
        last_of_stock = 1000000000000500  # which no other test draws
        assert client.get(f"{STATUS}{last_of_stock}").status_code == 200
        assert client.get(f"/api/v1/vouchers/{last_of_stock}").status_code == 200
        problem = client.get("/api/v1/balances")
        assert (problem.status_code, problem.json()["code"]) == (403, "scope_missing")


def test_a_new_key_works_and_a_revoked_one_ends(
    server: Server, books: Connection, issuer: Issuer
) -> None:
    key = given_key(books, issuer, "Short-Lived")
    client_id = client_id_of(issuer, "Short-Lived")
    with server.client(key) as client:
        assert client.post(PREACTIVATION, json=wanted(Gov_Stack_BB="Short-Lived")).is_success
        change_client(books, issuer, SYSTEM, client_id, revoke=True)
        # What changes anything is refused from the commit on.
        refused(client.post(PREACTIVATION, json=wanted(Gov_Stack_BB="Short-Lived")), 460)
        time.sleep(1.1)
        refused(client.post(PREACTIVATION, json=wanted(Gov_Stack_BB="Short-Lived")), 401)
        assert client.get("/api/v1/groups").status_code == 401


def test_a_rotated_key_replaces_the_old_one(
    server: Server, books: Connection, issuer: Issuer
) -> None:
    old = given_key(books, issuer, "Rotating")
    client_id = client_id_of(issuer, "Rotating")
    with server.client(old) as client:
        answer = client.post(f"/api/v1/clients/{client_id}/rotate-key", json={"reason": "yearly"})
        new = answer.json()["api_key"]
        time.sleep(1.1)
        assert client.get("/api/v1/groups").status_code == 401
    with server.client(new) as client:
        assert client.get("/api/v1/groups").status_code == 200


def test_random_keys_cannot_hammer_the_database(api: httpx.Client) -> None:
    assert api.get("/api/v1/groups").status_code == 200
    statuses = []
    for _each in range(120):
        headers = {"X-API-Key": f"cf_{secrets.token_hex(26)}"}
        statuses.append(api.get("/api/v1/groups", headers=headers).status_code)
    assert set(statuses) <= {401, 503}
    assert 503 in statuses
    assert api.get("/api/v1/groups").status_code == 200
    time.sleep(1.1)


def test_another_issuers_key_sees_nothing(
    server: Server,
    api: httpx.Client,
    books: Connection,
    issuer: Issuer,
    provider: LocalKeyProvider,
) -> None:
    voucher = activated(api)
    serial, number = voucher["voucher_serial_number"], voucher["voucher_number"]
    waiting = preactivated(api)["voucher_serial_number"]
    other = given_issuer(books, provider, "OTHER")
    key = given_key(books, other, BB)
    with server.client(key) as stranger:
        refused(stranger.get(STATUS + serial), 456)
        refused(stranger.post(REDEMPTION, json=redemption(number)), 461, "unknown")
        body = {"voucher_serial_number": waiting, "Gov_Stack_BB": BB}
        refused(stranger.patch(ACTIVATION, json=body), 456)
        cancelling = {"voucherserialnumber": serial, "Gov_Stack_BB": BB}
        refused(stranger.patch(STATUS + serial, json=cancelling), 463)
        assert stranger.get(f"/api/v1/vouchers/{serial}").status_code == 404
        assert stranger.get(f"/api/v1/vouchers/{serial}/history").status_code == 404
        gone = stranger.post(f"/api/v1/vouchers/{serial}/block", json={"reason": "x"})
        assert gone.status_code == 404
        valid = stranger.post("/api/v1/validations", json={"number": number}).json()
        assert (valid["is_valid"], valid["reason"]) == (False, "number_unknown")
        assert stranger.get("/api/v1/provisions").json() == {"provisions": [], "next": None}
        assert [g["code"] for g in stranger.get("/api/v1/groups").json()["groups"]] == [
            "GENERAL-PURPOSE"
        ]
        found = stranger.get("/api/v1/operations", params={"serial": serial}).json()
        assert found["operations"] == []
    assert state_of(books, issuer, int(serial)) is State.ACTIVE
    # The same serial of both: each sees its own.
    given_group(books, other)
    given_stock(books, other, 3)
    theirs = given_active(books, other)
    with server.client(key) as stranger:
        seen = stranger.get(f"/api/v1/vouchers/{theirs.serial}").json()
    assert (seen["serial"], seen["state"]) == (str(theirs.serial), "active")


@pytest.mark.parametrize(
    ("host", "named", "codes", "word"),
    [
        ("0.0.0.0", None, ["AID"], "0.0.0.0"),  # noqa: S104  # what is refused
        ("::", None, ["AID"], "::"),
        ("example.org", None, ["AID"], "example.org"),
        ("127.0.0.1", None, [], "there are 0"),
        ("127.0.0.1", None, ["AID", "B"], "there are 2"),
        ("127.0.0.1", "C", ["AID", "B"], "no such issuer"),
    ],
)
def test_open_mode_is_refused_where_it_is_unsafe(
    host: str, named: str | None, codes: list[str], word: str
) -> None:
    settings = Settings(govstack_open=True, govstack_issuer=named)
    with pytest.raises(WrongSettingError, match=word):
        check_open_mode(settings, host, codes)
    check_open_mode(Settings(govstack_issuer=named), host, codes)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_open_mode_is_possible_on_loopback(host: str) -> None:
    check_open_mode(Settings(govstack_open=True), host, ["AID"])
    check_open_mode(Settings(govstack_open=True, govstack_issuer="B"), host, ["AID", "B"])


def test_open_mode_names_the_caller_by_its_system(
    api_database: str, provider: LocalKeyProvider, key: str
) -> None:
    assert key
    settings = Settings(govstack_open=True, govstack_issuer="AID")
    with (
        running_server(api_database, provider, settings=settings) as server,
        server.client() as anyone,
    ):
        voucher = activated(anyone)
        assert anyone.get(STATUS + voucher["voucher_serial_number"]).status_code == 200
        assert anyone.post(REDEMPTION, json=redemption(voucher["voucher_number"])).is_success
        refused(anyone.post(PREACTIVATION, json=wanted(Gov_Stack_BB="Nobody")), 460)
        refused(anyone.post(PREACTIVATION, json=wanted(Gov_Stack_BB=None)), 460)
        headers = {"X-API-Key": "cf_wrong"}
        refused(anyone.post(PREACTIVATION, json=wanted(), headers=headers), 401)
        assert anyone.get("/api/v1/groups").status_code == 401
