"""Credits that another system tells of, by HTTP: whose account it is, and who may tell."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.api.conftest import Server, given_key
from tests.given import balances, given_issuer

from counterfoil.engine.clients import SCOPES
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import KeyProvider

PATH = "/api/v1/credit-notices"
CREDIT = {
    "amount": "50.00",
    "currency": "KES",
    "bank_reference": "IN-1",
    "booked_on": "2026-11-01",
    "payer_name": "River Donors",
    "payer_reference": "grant 7",
}


@pytest.fixture
def own(books: Connection, provider: KeyProvider) -> Issuer:
    return given_issuer(books, provider, f"C{secrets.token_hex(4).upper()}")


@pytest.fixture
def gateway(server: Server, books: Connection, own: Issuer) -> Iterator[httpx.Client]:
    with server.client(given_key(books, own, "Gateway", frozenset({"notify"}))) as client:
        yield client


def lines_of(connection: Connection, issuer: Issuer) -> list[tuple[object, ...]]:
    rows = connection.execute(
        "SELECT bank_reference, amount_minor, is_credit, payer_name, payer_reference,"
        " booked_on::text, value_on::text FROM bank_entry WHERE issuer_id = %s ORDER BY 1",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return rows


def test_a_credit_is_told_once_and_moves_nothing(
    gateway: httpx.Client, books: Connection, own: Issuer
) -> None:
    had = balances(books, own)
    told = gateway.post(PATH, json=CREDIT)
    answer = {
        "status": "proposed",
        "amount": "50.00",
        "currency": "KES",
        "bank_reference": "IN-1",
        "funding_account_id": 1,
    }
    assert (told.status_code, told.json()) == (201, answer)
    again = gateway.post(PATH, json=CREDIT)
    assert (again.status_code, again.json()) == (200, answer)
    day = "2026-11-01"
    assert lines_of(books, own) == [("IN-1", 5_000, True, "River Donors", "grant 7", day, day)]
    assert balances(books, own) == had


def test_another_amount_under_its_reference_is_refused(
    gateway: httpx.Client, books: Connection, own: Issuer
) -> None:
    gateway.post(PATH, json=CREDIT)
    other = gateway.post(PATH, json=CREDIT | {"amount": "50.01"})
    assert (other.status_code, other.json()["code"]) == (409, "reference_reused")
    assert [line[1] for line in lines_of(books, own)] == [5_000]


def test_what_is_recorded_under_the_reference_is_attached(
    server: Server, gateway: httpx.Client, books: Connection, own: Issuer
) -> None:
    with server.client(given_key(books, own, "Books", SCOPES)) as bookkeeper:
        deposited = bookkeeper.post(
            "/api/v1/deposits",
            json={"amount": "50.00", "currency": "KES"},
            headers={"Idempotency-Key": "IN-1"},
        )
        assert deposited.status_code == 201
    assert gateway.post(PATH, json=CREDIT).json()["status"] == "attached"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "50.001"},
        {"currency": "XXX"},
        {"bank_reference": ""},
        {"bank_reference": "x" * 81},
        {"bank_reference": "two\nlines"},
        {"payer_name": "x" * 141},
        {"note": "a\0b"},
        {"booked_on": (datetime.now(UTC).date() + timedelta(days=2)).isoformat()},
        {"booked_on": "yesterday"},
        {"unknown": "field"},
    ],
    ids=str,
)
def test_what_is_malformed_is_refused(
    gateway: httpx.Client, books: Connection, own: Issuer, wrong: dict[str, str]
) -> None:
    refused = gateway.post(PATH, json=CREDIT | wrong)
    assert refused.status_code in {400, 422}
    assert lines_of(books, own) == []


def test_only_an_account_of_the_issuer_is_told_of(
    gateway: httpx.Client, books: Connection, own: Issuer
) -> None:
    nobodys = gateway.post(PATH, json=CREDIT | {"funding_account_id": 77})
    assert nobodys.status_code == 404
    other = gateway.post(PATH, json=CREDIT | {"funding_account_id": 1, "currency": "UGX"})
    assert other.status_code == 409
    assert lines_of(books, own) == []


def test_only_who_may_tell_of_credits_does(server: Server, books: Connection, own: Issuer) -> None:
    others = sorted(SCOPES - {"notify"})
    with server.client(given_key(books, own, "All else", frozenset(others))) as client:
        refused = client.post(PATH, json=CREDIT)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert lines_of(books, own) == []


def test_one_system_does_not_let_another_tell_of_credits(
    server: Server, books: Connection, own: Issuer
) -> None:
    with server.client(given_key(books, own, "Unattended", SCOPES)) as client:
        asked = client.post("/api/v1/clients", json={"name": "Friend", "scopes": ["notify"]})
    assert (asked.status_code, asked.json()["status"]) == (202, "in_review")
