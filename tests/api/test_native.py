"""The administration API over HTTP, resource by resource."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from tests.api.conftest import BB, Server
from tests.given import SHOP, given_active

from counterfoil.api.problem import OUTCOME_STATUS
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome
from counterfoil.engine.provision import finish_provision
from counterfoil.engine.rotation import finish_rotation
from counterfoil.jobs.queue import Task
from counterfoil.keys.envelope import Purpose

V1 = "/api/v1"


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"] == code, problem
    assert problem["title"]
    assert problem["detail"]


def once() -> dict[str, str]:
    return {"Idempotency-Key": f"test {uuid4()}"}


def test_every_outcome_has_a_status() -> None:
    assert set(OUTCOME_STATUS) == set(Outcome)


def test_groups_are_published_and_versioned(api: httpx.Client) -> None:
    body = {
        "code": "SEEDS",
        "name": "Seeds",
        "currency": "KES",
        "denominations": ["25.00", "10.00"],
        "valid_for_days": 30,
    }
    first = api.post(f"{V1}/groups", json=body)
    assert (first.status_code, first.headers["location"]) == (201, "/api/v1/groups/SEEDS")
    assert first.json()["denominations"] == ["10.00", "25.00"]
    same = api.post(f"{V1}/groups", json=body)
    assert (same.status_code, same.json()["version"]) == (200, 1)
    changed = api.post(f"{V1}/groups", json=body | {"settlement": "instant"})
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    assert api.get(f"{V1}/groups/SEEDS").json() == changed.json()
    refused(api.post(f"{V1}/groups", json=body | {"expected_version": 1}), 409, "conflict")
    codes = [group["code"] for group in api.get(f"{V1}/groups").json()["groups"]]
    assert codes == sorted(codes)
    assert {"FOOD-AID", "GENERAL-PURPOSE", "SEEDS"} <= set(codes)
    page = api.get(f"{V1}/groups", params={"limit": 1}).json()
    assert (len(page["groups"]), page["next"]) == (1, codes[0])
    after = api.get(f"{V1}/groups", params={"limit": 1, "after": page["next"]}).json()
    assert after["groups"][0]["code"] == codes[1]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"currency": "EUR"}, 409, "conflict"),
        ({"currency": "XXX"}, 422, "currency_invalid"),
        ({"denominations": ["0.00"]}, 422, "amount_invalid"),
        ({"denominations": ["1.001"]}, 422, "amount_invalid"),
        ({"denominations": [10]}, 422, "invalid"),
        ({"valid_until": "2020-01-01T00:00:00Z", "valid_for_days": None}, 422, "time_invalid"),
        ({"valid_until": "2090-01-01T00:00:00", "valid_for_days": None}, 422, "invalid"),
        ({"valid_until": "2090-01-01T00:00:00Z"}, 422, "validity_invalid"),
        ({"accepts": "groups"}, 422, "accepts_invalid"),
        ({"code": "-x"}, 422, "invalid"),
        ({"name": ""}, 422, "invalid"),
        ({"nonsense": 1}, 422, "invalid"),
    ],
)
def test_a_bad_group_is_refused(
    api: httpx.Client, changes: dict[str, object], status: int, code: str
) -> None:
    body = {"code": "FOOD-AID", "name": "Food", "currency": "KES", "valid_for_days": 90} | changes
    refused(api.post(f"{V1}/groups", json=body), status, code)


def test_groups_are_designed_paused_and_closed(api: httpx.Client) -> None:
    body = {"code": "ROOTS", "name": "Roots", "currency": "KES", "valid_for_days": 30}
    design = {"programme": "PROGRAMME-1", "restock_level": 50, "unused_value": "breakage"}
    first = api.post(f"{V1}/groups", json=body | design | {"expected_version": 0}).json()
    assert {name: first[name] for name in design} == design
    assert (first["picture"], first["status"]) == (None, "open")
    refused(api.post(f"{V1}/groups", json=body | {"programme": "NOWHERE"}), 404, "not_found")
    refused(api.post(f"{V1}/groups", json=body | {"unused_value": "mine"}), 422, "invalid")
    place, headers = f"{V1}/groups/ROOTS", once()
    pause = {"status": "paused", "reason": "a misprint"}
    for _ in range(2):
        assert api.patch(place, json=pause, headers=headers).json() == first | {"status": "paused"}
    other = {"status": "closed", "reason": "a misprint"}
    refused(api.patch(place, json=other, headers=headers), 409, "reference_reused")
    assert api.patch(place, json=other).json()["status"] == "closed"
    refused(api.patch(place, json=pause), 409, "conflict")
    refused(api.patch(place, json={"status": "paused"}), 422, "invalid")
    refused(api.patch(f"{V1}/groups/NONE", json=pause), 404, "not_found")


def test_acceptors_are_registered_and_changed(api: httpx.Client) -> None:
    body = {"name": "Duka Mpya", "kind": "merchant", "account": "ACC-77", "groups": ["FOOD"]}
    headers = once()
    first = api.post(f"{V1}/acceptors", json=body, headers=headers)
    again = api.post(f"{V1}/acceptors", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["status"] == "draft"
    other = body | {"name": "Another"}
    refused(api.post(f"{V1}/acceptors", json=other, headers=headers), 409, "reference_reused")
    refused(api.post(f"{V1}/acceptors", json=body), 409, "conflict")
    place = first.headers["location"]
    changed = api.patch(place, json={"status": "approved", "reason": "checked"})
    assert changed.json()["status"] == "approved"
    assert api.get(place).json() == changed.json()
    refused(api.patch(place, json={"status": "approved"}), 422, "invalid")
    refused(api.get(f"{V1}/acceptors/99999"), 404, "acceptor_unknown")
    refused(api.get(f"{V1}/acceptors/x"), 404, "not_found")
    listed = api.get(f"{V1}/acceptors", params={"status": "approved"}).json()["acceptors"]
    assert {SHOP.name, "Duka Mpya"} <= {acceptor["name"] for acceptor in listed}
    group = {"code": "FARM", "name": "Farms"}
    assert api.post(f"{V1}/acceptor-groups", json=group).json() == group
    groups = api.get(f"{V1}/acceptor-groups").json()["acceptor_groups"]
    assert group in groups


def test_money_is_deposited_once_and_never_withdrawn_twice(api: httpx.Client) -> None:
    def available() -> str:
        rows = api.get(f"{V1}/balances").json()["balances"]
        return str(next(row["balance"] for row in rows if row["kind"] == "available"))

    before = available()
    headers = once()
    body = {"amount": "12.50", "currency": "KES"}
    statuses = [
        api.post(f"{V1}/deposits", json=body, headers=headers).status_code for _each in range(2)
    ]
    assert statuses == [201, 200]
    more = body | {"amount": "13.00"}
    refused(api.post(f"{V1}/deposits", json=more, headers=headers), 409, "conflict")
    assert available() != before
    assert api.post(f"{V1}/withdrawals", json=body, headers=once()).status_code == 201
    assert available() == before
    beyond = {"amount": "99999999.00", "currency": "KES"}
    refused(api.post(f"{V1}/withdrawals", json=beyond), 409, "conflict")
    refused(api.post(f"{V1}/deposits", json=body | {"currency": "EUR"}), 404, "not_found")
    refused(api.post(f"{V1}/deposits", json=body | {"amount": "0"}), 422, "amount_invalid")
    refused(
        api.post(f"{V1}/deposits", json=body, headers={"Idempotency-Key": "~mine"}),
        400,
        "idempotency_key_malformed",
    )
    refused(
        api.post(f"{V1}/deposits", content=b"amount=1", headers={"Content-Type": "text/plain"}),
        415,
        "not_json",
    )
    assert available() == before


def test_a_provision_is_asked_for_and_followed(
    api: httpx.Client, server: Server, books: Connection, issuer: Issuer
) -> None:
    body = {"group": "FOOD-AID", "amount": "10.00", "count": 7}
    headers = once()
    first = api.post(f"{V1}/provisions", json=body, headers=headers)
    assert first.status_code == 202, first.text
    provision = first.json()
    assert (provision["status"], provision["asked"], provision["created"]) == ("running", 7, 0)
    provision_id = provision["provision_id"]
    assert (Task.FINISH_PROVISION, "AID", provision_id) in server.jobs
    again = api.post(f"{V1}/provisions", json=body, headers=headers).json()
    assert again["provision_id"] == provision_id
    refused(
        api.post(f"{V1}/provisions", json=body | {"count": 8}, headers=headers), 409, "conflict"
    )
    place = first.headers["location"]
    assert api.post(f"{place}/pause").json()["status"] == "paused"
    assert api.post(f"{place}/pause").json()["status"] == "paused"
    list(finish_provision(books, issuer, provision_id))
    assert api.get(place).json()["created"] == 0
    assert api.post(f"{place}/resume").json()["status"] == "running"
    list(finish_provision(books, issuer, provision_id))
    done = api.get(place).json()
    assert (done["status"], done["created"], done["drawn"]) == ("ready", 7, 0)
    assert api.post(f"{place}/pause").json()["status"] == "paused"
    assert api.post(f"{place}/resume").json()["status"] == "ready"
    listed = api.get(f"{V1}/provisions", params={"after": provision_id - 1}).json()
    assert listed["provisions"] == [done]
    refused(api.get(f"{V1}/provisions/4711"), 404, "provision_unknown")
    refused(api.post(f"{V1}/provisions/4711/pause"), 404, "not_found")
    refused(api.post(f"{V1}/provisions", json=body | {"group": "NONE"}), 404, "not_found")
    refused(api.post(f"{V1}/provisions", json=body | {"amount": "11"}), 409, "conflict")
    refused(api.post(f"{V1}/provisions", json=body | {"count": 90_000_000}), 409, "conflict")


def test_operations_are_filtered_and_paged(
    api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    began = datetime.now(UTC).isoformat()
    serial = given_active(books, issuer).serial
    api.post(f"{V1}/vouchers/{serial}/block", json={"reason": "x"})

    def found(**wanted: object) -> list[dict[str, object]]:
        answer = api.get(f"{V1}/operations", params=wanted)  # type: ignore[arg-type]  # texts and numbers
        assert answer.status_code == 200, answer.text
        operations: list[dict[str, object]] = answer.json()["operations"]
        return operations

    blocked = found(serial=serial, action="block")
    assert [(o["actor"], o["amount"], o["currency"]) for o in blocked] == [
        (f"client:{BB}", "10.00", "KES")
    ]
    assert [o["action"] for o in found(since=began)] == ["block", "activate", "preactivate"]
    assert [o["action"] for o in found(since=began, action="activate")] == ["activate"]
    assert found(since="2080-01-01T00:00:00Z") == []
    assert found(until="2020-01-01T00:00:00Z") == []
    assert "create_issuer" in {o["action"] for o in found(until=began, limit=200)}
    deposits = found(action="deposit")
    assert (deposits[-1]["amount"], deposits[-1]["currency"]) == ("100000.00", "KES")
    everything = found(limit=200)
    ids = [o["operation_id"] for o in everything]
    assert ids == sorted(ids, reverse=True)  # type: ignore[type-var]  # they are numbers
    refused(api.get(f"{V1}/operations", params={"limit": 201}), 422, "invalid")
    refused(api.get(f"{V1}/operations", params={"limit": "null"}), 422, "invalid")
    refused(api.get(f"{V1}/operations?limit=1&limit=2"), 422, "invalid")
    refused(api.get(f"{V1}/operations", params={"action": "steal"}), 422, "invalid")
    refused(api.get(f"{V1}/operations?action=%00"), 400, "malformed")


def test_bank_data_of_an_acceptor_waits_and_payouts_are_held(api: httpx.Client) -> None:
    body = {"name": "Benki", "kind": "agent", "account": "ACC-88", "scheme": "wallet"}
    first = api.post(f"{V1}/acceptors", json=body | {"status": "approved"})
    place, before = first.headers["location"], first.json()
    assert (before["scheme"], before["next_bank"], before["payouts_held"]) == (
        "wallet",
        None,
        False,
    )
    seen, headers = {"expected_version": before["version"]}, once()
    change = {"account": "ACC-89", "fsp": "bank", "reason": "moved", **seen}
    waiting = api.patch(place, json=change, headers=headers).json()
    assert (waiting["account"], waiting["fsp"]) == ("ACC-88", "sandbox")
    counts_from = datetime.fromisoformat(waiting["next_bank"].pop("counts_from"))
    assert counts_from > datetime.now(UTC)
    assert waiting["next_bank"] == {"scheme": "wallet", "fsp": "bank", "account": "ACC-89"}
    assert api.patch(place, json=change, headers=headers).is_success
    refused(api.patch(place, json=change), 409, "conflict")
    kept = api.patch(place, json={"account": "ACC-88", "reason": "not theirs"}).json()
    assert kept["next_bank"] is None
    held = api.patch(place, json={"payouts_held": True, "reason": "audit"}).json()
    assert (held["payouts_held"], held["payouts_hold_reason"]) == (True, "audit")
    assert api.get(place).json() == held
    refused(api.patch(place, json={"status": "draft", "reason": "x"}), 409, "conflict")


def test_clients_get_keys_that_are_shown_once(api: httpx.Client, server: Server) -> None:
    body = {"name": "Till 9", "scopes": ["redeem"]}
    headers = once()
    first = api.post(f"{V1}/clients", json=body, headers=headers)
    assert first.status_code == 201, first.text
    again = api.post(f"{V1}/clients", json=body, headers=headers)
    assert (again.status_code, again.json()["api_key"]) == (200, None)
    client_id = first.json()["client"]["client_id"]
    key = first.json()["api_key"]
    with server.client(key) as till:
        assert till.get(f"{V1}/groups").status_code == 403
        place = f"{V1}/clients/{client_id}"
        api.patch(place, json={"scopes": ["redeem", "admin"], "reason": "promoted"})
        refused(api.post(f"{V1}/clients", json=body), 409, "conflict")
        headers, why = once(), {"reason": "lost"}
        rotated = api.post(f"{place}/rotate-key", json=why, headers=headers).json()
        assert (rotated["client"]["has_key"], rotated["api_key"][:3]) == (True, "cf_")
        again = api.post(f"{place}/rotate-key", json=why, headers=headers)
        assert (again.status_code, again.json()["api_key"]) == (200, None)
        refused(api.post(f"{place}/revoke", json=why, headers=headers), 409, "reference_reused")
        revoked = api.post(f"{place}/revoke", json={"reason": "stolen"})
        assert revoked.json()["status"] == "revoked"
        refused(api.post(f"{place}/rotate-key", json={"reason": "x"}), 409, "client_revoked")
    assert key not in api.get(f"{V1}/clients").text
    refused(api.get(f"{V1}/clients/999"), 404, "client_unknown")
    refused(api.post(f"{V1}/clients/999/revoke", json={"reason": "x"}), 404, "not_found")


def test_keys_are_rotated(
    api: httpx.Client, server: Server, books: Connection, issuer: Issuer
) -> None:
    voucher = given_active(books, issuer)
    answer = api.post(f"{V1}/keys/hash/rotate")
    assert answer.status_code == 202, answer.text
    assert answer.json()["is_running"]
    assert api.post(f"{V1}/keys/hash/rotate").status_code == 202
    assert (Task.FINISH_ROTATION, "AID", 0) in server.jobs
    for _step in finish_rotation(books, issuer, Purpose.HASH):
        pass
    assert api.get(f"{V1}/keys/hash").json() == {
        "purpose": "hash",
        "is_running": False,
        "rows_left": 0,
    }
    states = [k["state"] for k in api.get(f"{V1}/keys").json()["keys"] if k["purpose"] == "hash"]
    assert states == ["retired", "active"]
    valid = api.post(f"{V1}/validations", json={"number": voucher.number}).json()
    assert valid["is_valid"]
    refused(api.post(f"{V1}/keys/house/rotate"), 404, "purpose_unknown")


def test_settings_are_read_and_changed(api: httpx.Client) -> None:
    before = api.get(f"{V1}/settings").json()
    assert before["issuer"] == "AID"
    wanted = {"retention_days": 30, "cooling_off_days": 7, "verify_accounts": "registration"}
    changed = api.patch(f"{V1}/settings", json=wanted | {"reason": "policy"}).json()
    assert changed == before | wanted
    refused(api.patch(f"{V1}/settings", json={"miss_budget": 0, "reason": "x"}), 422, "invalid")


def test_unknown_addresses_and_methods_are_problems(api: httpx.Client) -> None:
    refused(api.get(f"{V1}/nothing"), 404, "not_found")
    refused(api.delete(f"{V1}/groups"), 405, "method_wrong")
    assert api.head(f"{V1}/groups").status_code == 200
