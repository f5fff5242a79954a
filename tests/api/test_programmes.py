"""Programmes over HTTP: opened, changed, previewed, stepped, reported."""

from collections.abc import Iterator
from itertools import pairwise
from uuid import uuid4

import httpx
import pytest
from tests.api.conftest import Server, given_key
from tests.given import SHOP, SYSTEM, given_active, given_group, given_stock, preactivate

from counterfoil.engine.bulk import finish_bulk
from counterfoil.engine.clients import SCOPES, create_client
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer
from counterfoil.engine.programmes import open_funding_account
from counterfoil.jobs.queue import Task
from counterfoil.keys.digests import api_key_digest, new_api_key

V1 = "/api/v1"
OFFICE = "Office"
WINTER = {
    "code": "WINTER",
    "name": "Winter",
    "funding_account_id": 1,
    "budget": "500.00",
    "starts_on": "2026-11-01",
    "sales_close_on": "2090-01-31",
}
STEPS = ("open", "sales_closed", "redemption_closed", "claims_closed", "closed")


@pytest.fixture(scope="module")
def api(server: Server, books: Connection, issuer: Issuer) -> Iterator[httpx.Client]:
    """A client that needs nobody's approval."""
    key = new_api_key()
    create_client(
        books,
        issuer,
        SYSTEM,
        name=OFFICE,
        scopes=sorted(SCOPES),
        key_digest=api_key_digest(key),
        unattended_minor_max=1_000_000,
    )
    with server.client(key) as client:
        yield client


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_funding_accounts_are_listed(api: httpx.Client, books: Connection, issuer: Issuer) -> None:
    open_funding_account(
        books, issuer, SYSTEM, fsp="sandbox", account="AID-2", currency="KES", name="Second"
    )
    accounts = api.get(f"{V1}/funding-accounts").json()["funding_accounts"]
    assert accounts[-1] == {
        "funding_account_id": 2,
        "currency": "KES",
        "fsp": "sandbox",
        "account": "AID-2",
        "name": "Second",
    }
    body = {"amount": "7.00", "currency": "KES", "funding_account_id": 2}
    assert api.post(f"{V1}/deposits", json=body).status_code == 201
    rows = api.get(f"{V1}/balances").json()["balances"]
    found = {
        (row["funding_account_id"], row["balance"]) for row in rows if row["kind"] == "available"
    }
    assert (2, "7.00") in found
    refused(api.post(f"{V1}/deposits", json=body | {"funding_account_id": 9}), 404, "not_found")


def test_a_programme_is_opened_once_and_changed(api: httpx.Client) -> None:
    headers = {"Idempotency-Key": f"test {uuid4()}"}
    first = api.post(f"{V1}/programmes", json=WINTER, headers=headers)
    again = api.post(f"{V1}/programmes", json=WINTER, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.headers["location"] == "/api/v1/programmes/WINTER"
    expected = WINTER | {
        "description": "",
        "status": "open",
        "currency": "KES",
        "redemption_close_on": None,
        "claims_close_on": None,
        "version": first.json()["version"],
    }
    assert first.json() == expected
    assert api.get(f"{V1}/programmes/WINTER").json() == expected
    codes = [each["code"] for each in api.get(f"{V1}/programmes").json()["programmes"]]
    assert codes == sorted(codes), "by code, whichever other tests have opened"
    assert {"PROGRAMME-1", "WINTER"} <= set(codes)
    version = expected["version"]
    body = {"expected_version": version, "reason": "colder", "budget": None, "name": "Long"}
    changed = api.patch(f"{V1}/programmes/WINTER", json=body)
    assert (changed.status_code, changed.json()["budget"], changed.json()["name"]) == (
        200,
        None,
        "Long",
    )
    assert changed.json()["sales_close_on"] == "2090-01-31", "what is left out stays"
    refused(api.patch(f"{V1}/programmes/WINTER", json=body), 409, "conflict")


def test_what_is_wrong_is_told(api: httpx.Client) -> None:
    for changes, status, code in (
        ({"code": "winter"}, 422, "invalid"),
        ({"code": "PROGRAMME-1"}, 409, "conflict"),
        ({"code": "X", "budget": "0.00"}, 409, "conflict"),
        ({"code": "X", "budget": "1.001"}, 422, "amount_invalid"),
        ({"code": "X", "starts_on": "2090-02-01"}, 409, "conflict"),
        ({"code": "X", "starts_on": "soon"}, 422, "invalid"),
        ({"code": "X", "funding_account_id": 99}, 404, "funding_account_unknown"),
    ):
        refused(api.post(f"{V1}/programmes", json=WINTER | changes), status, code)
    refused(api.get(f"{V1}/programmes/NONE"), 404, "programme_unknown")
    refused(api.get(f"{V1}/programmes/NONE/report"), 404, "programme_unknown")
    early = api.get(f"{V1}/programmes/PROGRAMME-1/preview", params={"to": "closed"})
    refused(early, 409, "conflict")
    step = {"to": "closed", "expected_status": "open", "reason": "r"}
    refused(api.post(f"{V1}/programmes/PROGRAMME-1/steps", json=step), 409, "conflict")


def test_a_programme_is_stepped_to_its_end(
    api: httpx.Client, server: Server, books: Connection, issuer: Issuer
) -> None:
    assert api.post(f"{V1}/programmes", json=WINTER | {"code": "SPRING"}).status_code == 201
    issuer.begin(books)
    books.rollback()
    given_group(books, issuer, "SEED", programme="SPRING")
    given_stock(books, issuer, 4, group="SEED")
    body = {"amount": "10.00", "count": 1, "group": "SEED"}
    drawn, active = (draw(books, issuer, group="SEED") for draw in (preactivate, given_active))
    preview = api.get(f"{V1}/programmes/SPRING/preview", params={"to": "sales_closed"}).json()
    assert preview["groups"] == [
        {
            "group": "SEED",
            "status": "open",
            "in_stock": {"vouchers": 2, "value": "20.00"},
            "out": {"vouchers": 2, "value": "20.00"},
            "being_paid": {"vouchers": 0, "value": "0.00"},
        }
    ]
    assert [warning["code"] for warning in preview["warnings"]] == [
        "before_its_date",
        "stock_unsold",
    ]
    server.jobs.clear()
    for before, after in pairwise(STEPS):
        step = {"to": after, "expected_status": before, "reason": "it is time"}
        answer = api.post(f"{V1}/programmes/SPRING/steps", json=step)
        assert (answer.status_code, answer.json()["status"]) == (200, after)
        if after == "sales_closed":
            again = api.post(f"{V1}/provisions", json=body)
            refused(again, 409, "conflict")
        if after == "redemption_closed":
            _is_refused_in_dialect_1(api, drawn, active)
    assert [task for task, _code, _id in server.jobs] == [Task.FINISH_BULK] * 2
    report = api.get(f"{V1}/programmes/SPRING/report").json()
    assert (report["is_finished"], report["committed"]) == (False, "40.00")
    for _task, _code, bulk_id in server.jobs:
        for _chunk in finish_bulk(books, issuer, bulk_id):
            pass
    report = api.get(f"{V1}/programmes/SPRING/report").json()
    assert (report["is_finished"], report["committed"]) == (True, "0.00")
    assert report["budget_left"] == "500.00"
    (seed,) = report["vouchers"]
    assert (seed["cancelled"], seed["expired"]) == (
        {"vouchers": 2, "value": "20.00"},
        {"vouchers": 2, "value": "20.00"},
    )
    assert [step["status"] for step in report["steps"]] == list(STEPS)


def _is_refused_in_dialect_1(api: httpx.Client, drawn: Answer, active: Answer) -> None:
    """The nearest of GovStack's codes: a group, a serial and a voucher that are over."""
    drawing = {"voucher_amount": "10.00", "voucher_currency": "KES", "voucher_group": "SEED"}
    activation = {"voucher_serial_number": str(drawn.serial)}
    redemption = {
        "voucher_number": active.number,
        "merchant_name": SHOP.name,
        "merchant_bank_details": SHOP.account,
        "merchant_voucher_group": "FOOD",
    }
    for method, path, body, status, words in (
        ("POST", "voucher_preactivation", drawing, 454, "hands out no more vouchers"),
        ("PATCH", "voucher_activation", activation, 456, "programme of this voucher is over"),
        ("POST", "voucher_redemption", redemption, 459, "programme of this voucher is over"),
    ):
        answer = api.request(method, f"/vouchers/{path}", json=body | {"Gov_Stack_BB": OFFICE})
        assert (answer.status_code, words in answer.json()["message"]) == (status, True), (
            answer.text
        )


def test_who_is_no_administrator_sees_and_changes_nothing(
    server: Server, books: Connection, issuer: Issuer
) -> None:
    key = given_key(books, issuer, "Till", frozenset({"redeem"}))
    with server.client(key) as till:
        refused(till.get(f"{V1}/programmes"), 403, "scope_missing")
        refused(till.post(f"{V1}/programmes", json=WINTER), 403, "scope_missing")
