"""Vouchers, validity and bulk changes through the administration API."""

from datetime import UTC, datetime, timedelta

import httpx
from tests.api.conftest import Server
from tests.api.test_native import V1, once, refused
from tests.given import SHOP, given_active, preactivate, state_of

from counterfoil.engine.bulk import finish_bulk
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.jobs.queue import Task
from counterfoil.keys.numbers import new_numbers
from counterfoil.voucher import State


def test_a_voucher_is_changed_and_remembers_it(
    api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    serial = given_active(books, issuer).serial
    place = f"{V1}/vouchers/{serial}"
    reason = {"reason": "reported lost"}
    assert api.get(place).json()["state"] == "active"
    for action, state in (
        ("suspend", "suspended"),
        ("unsuspend", "active"),
        ("block", "blocked"),
        ("unblock", "active"),
    ):
        answer = api.post(f"{place}/{action}", json=reason)
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    refused(api.post(f"{place}/unblock", json=reason), 409, "not_allowed")
    refused(api.post(f"{place}/purge", json=reason), 409, "not_allowed")
    refused(api.post(f"{place}/cancel", json={}), 422, "invalid")
    until = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    extended = api.post(f"{place}/extend", json=reason | {"until": until})
    assert extended.json()["expires_at"][:10] == until[:10]
    headers = once()
    first = api.post(f"{place}/cancel", json=reason, headers=headers).json()
    again = api.post(f"{place}/cancel", json=reason, headers=headers).json()
    assert (first["state"], first["repeated"], again["repeated"]) == ("cancelled", False, True)
    refused(
        api.post(f"{place}/cancel", json={"reason": "another"}, headers=headers),
        409,
        "reference_reused",
    )
    refused(api.post(f"{place}/cancel", json=reason), 409, "already_cancelled")
    assert api.post(f"{place}/purge", json=reason).json()["state"] == "purged"
    history = api.get(f"{place}/history").json()["operations"]
    assert [each["action"] for each in history] == [
        "purge",
        "cancel",
        "extend",
        "unblock",
        "block",
        "unsuspend",
        "suspend",
        "activate",
        "preactivate",
    ]
    assert history[1]["reason"] == "reported lost"
    page = api.get(f"{place}/history", params={"limit": 2}).json()
    older = api.get(f"{place}/history", params={"limit": 2, "before": page["next"]}).json()
    assert [each["action"] for each in older["operations"]] == ["extend", "unblock"]
    for unknown in ("1", "x", "9" * 30, "%00"):
        refused(api.get(f"{V1}/vouchers/{unknown}"), 404, "serial_unknown")
        refused(api.post(f"{V1}/vouchers/{unknown}/block", json=reason), 404, "serial_unknown")


def test_a_replacement_shows_its_number_once(
    api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    old = given_active(books, issuer)
    headers = once()
    place = f"{V1}/vouchers/{old.serial}/replace"
    first = api.post(place, json={"reason": "torn"}, headers=headers).json()
    again = api.post(place, json={"reason": "torn"}, headers=headers).json()
    assert first["replacement_number"]
    assert again["replacement_number"] is None
    assert first["replacement_serial"] == again["replacement_serial"]
    assert (
        api.get(f"{V1}/vouchers/{old.serial}").json()["replaced_by"] == first["replacement_serial"]
    )
    body = {
        "number": first["replacement_number"],
        "acceptor_name": SHOP.name,
        "acceptor_account": SHOP.account,
    }
    assert api.post(f"{V1}/redemptions", json=body).status_code == 200
    refused(api.post(f"{V1}/redemptions", json=body), 409, "already_redeemed")
    refused(
        api.post(f"{V1}/redemptions", json=body | {"number": old.number}), 409, "already_cancelled"
    )
    refused(
        api.post(f"{V1}/redemptions", json=body | {"number": "123456789012345678"}),
        422,
        "number_malformed",
    )
    (unknown,) = new_numbers(1, 18)
    refused(api.post(f"{V1}/redemptions", json=body | {"number": unknown}), 404, "number_unknown")
    refused(api.post(f"{V1}/redemptions", json=body | {"serial": 1}), 404, "number_unknown")


def test_validity_is_told_by_serial_and_by_number(
    api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    voucher = given_active(books, issuer)
    by_number = api.post(f"{V1}/validations", json={"number": voucher.number}).json()
    assert (by_number["is_valid"], by_number["reason"]) == (True, None)
    assert (by_number["serial"], by_number["amount"]) == (str(voucher.serial), "10.00")
    by_serial = api.post(f"{V1}/validations", json={"serial": voucher.serial}).json()
    assert by_serial == by_number
    other = api.post(f"{V1}/validations", json={"serial": voucher.serial, "group": "X"}).json()
    assert (other["is_valid"], other["reason"]) == (False, "group_mismatch")
    waiting = preactivate(books, issuer)
    early = api.post(f"{V1}/validations", json={"number": waiting.number}).json()
    assert (early["is_valid"], early["reason"]) == (False, "not_active")
    refused(api.post(f"{V1}/validations", json={}), 422, "invalid")


def test_a_bulk_change_is_asked_for_and_followed(
    api: httpx.Client, server: Server, books: Connection, issuer: Issuer
) -> None:
    serials = [given_active(books, issuer).serial or 0 for _each in range(3)]
    body = {"action": "suspend", "reason": "audit", "serials": [*serials, 4711]}
    first = api.post(f"{V1}/bulk", json=body, headers=once())
    assert first.status_code == 202, first.text
    bulk_id = first.json()["bulk_id"]
    assert (Task.FINISH_BULK, "AID", bulk_id) in server.jobs
    list(finish_bulk(books, issuer, bulk_id))
    done = api.get(first.headers["location"]).json()
    assert (done["status"], done["done"], done["refused"]) == ("finished", 3, 1)
    refusals = api.get(f"{V1}/bulk/{bulk_id}/refusals").json()
    assert refusals["refusals"] == [{"serial": "4711", "code": "serial_unknown"}]
    assert all(state_of(books, issuer, serial) is State.SUSPENDED for serial in serials)
    refused(api.post(f"{V1}/bulk", json=body | {"group": "FOOD-AID"}), 409, "conflict")
    refused(api.post(f"{V1}/bulk", json=body | {"action": "redeem"}), 422, "invalid")
    refused(api.get(f"{V1}/bulk/4711"), 404, "not_found")
    many = {"action": "suspend", "reason": "audit", "serials": list(range(10**15, 10**15 + 9000))}
    assert api.post(f"{V1}/bulk", json=many).status_code == 202
