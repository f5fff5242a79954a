"""Guarded changes over HTTP: prepared for people by who may not act unattended, done at once by who
may, and no way around it.
"""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from tests.api.conftest import Server, given_key
from tests.api.reviewing import V1, Office, available, once, reviewed
from tests.given import given_active, given_issuer

from counterfoil.api.native import ENDPOINTS
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.provision import finish_provision

LIMIT_MINOR = 50_000  # 500.00 KES

# Every call that changes something and may be made with the scope admin: whether it is guarded.
GUARDED = {
    "publish_group": True,
    "turn_group": True,  # but for pausing
    "create_acceptor": True,  # as approved; a draft can redeem nothing
    "change_acceptor": True,  # but for suspending and holding
    "create_acceptor_group": False,  # a name
    "create_deposit": True,
    "create_withdrawal": True,
    "open_programme": True,
    "change_programme": True,
    "take_step": True,
    "begin_provision": True,
    "pause_provision": False,
    "resume_provision": False,
    "suspend_voucher": False,  # single vouchers have scopes of their own, and are journaled
    "unsuspend_voucher": False,
    "block_voucher": False,
    "unblock_voucher": False,
    "cancel_voucher": False,
    "purge_voucher": False,
    "replace_voucher": False,
    "extend_voucher": False,
    "validate_voucher": False,  # changes nothing
    "begin_bulk": True,  # but for suspending and blocking
    "create_client": True,
    "change_client_scopes": True,
    "revoke_client": False,
    "rotate_client_key": True,
    "rotate_data_key": True,
    "change_settings": True,
}


@pytest.fixture(scope="module")
def office(books: Connection, issuer: Issuer) -> Office:
    return Office(books, issuer)


@pytest.fixture(scope="module")
def attended(server: Server, books: Connection, issuer: Issuer) -> Iterator[httpx.Client]:
    """May administer; whatever is guarded, people approve."""
    key = given_key(books, issuer, "Attended", frozenset({"admin"}))
    with server.client(key) as client:
        yield client


@pytest.fixture(scope="module")
def limited(server: Server, books: Connection, issuer: Issuer) -> Iterator[httpx.Client]:
    """May act unattended, up to 500.00 in one step."""
    scopes = frozenset({"admin", "unattended"})
    key = given_key(books, issuer, "Limited", scopes, unattended_minor_max=LIMIT_MINOR)
    with server.client(key) as client:
        yield client


def test_every_change_an_administrator_may_ask_for_is_guarded_or_said_not_to_be() -> None:
    changes = {
        endpoint.name: endpoint.guarded
        for endpoint in ENDPOINTS
        if endpoint.writes and "admin" in endpoint.scopes
    }
    assert changes == GUARDED


def test_a_deposit_waits_for_people_and_is_done_once_they_agree(
    attended: httpx.Client, office: Office
) -> None:
    before, headers = available(attended), once()
    body = {"amount": "600.00", "currency": "KES", "reason": "grant"}
    command_id = reviewed(
        attended.post(f"{V1}/deposits", json=body, headers=headers), kind="deposit"
    )
    again = attended.post(f"{V1}/deposits", json=body, headers=headers)
    assert reviewed(again, kind="deposit") == command_id
    assert available(attended) == before
    other = attended.post(f"{V1}/deposits", json=body | {"amount": "700.00"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "reference_reused")
    assert office.approve(command_id, by="client:Attended") is None  # it prepared it
    assert office.approve(command_id) == "done"
    assert available(attended) != before
    told = attended.get(f"{V1}/commands/{command_id}").json()
    assert (told["status"], told["outcome"]) == ("done", "funding:1")
    assert (told["amount"], told["currency"], told["prepared_by"]) == (
        "600.00",
        "KES",
        "client:Attended",
    )
    after = available(attended)
    repeated = attended.post(f"{V1}/deposits", json=body, headers=headers)
    assert (repeated.status_code, repeated.json()["status"]) == (202, "done")
    assert available(attended) == after
    journal = attended.get(f"{V1}/operations", params={"action": "deposit", "limit": 1}).json()
    assert journal["operations"][0]["actor"] == "client:Attended"


def test_up_to_its_limit_an_unattended_client_acts_alone(
    limited: httpx.Client, office: Office
) -> None:
    before = available(limited)
    body = {"amount": "500.00", "currency": "KES"}
    headers = once()
    for status in (201, 200):
        assert limited.post(f"{V1}/deposits", json=body, headers=headers).status_code == status
    assert limited.post(f"{V1}/withdrawals", json=body, headers=once()).status_code == 201
    assert available(limited) == before
    more = body | {"amount": "500.01"}
    above = reviewed(limited.post(f"{V1}/withdrawals", json=more, headers=once()), kind="withdraw")
    assert available(limited) == before
    assert office.approve(above) == "done"
    assert available(limited) != before


def test_the_limit_is_about_all_of_a_provision(
    limited: httpx.Client, office: Office, books: Connection, issuer: Issuer
) -> None:
    body = {"group": "FOOD-AID", "amount": "10.00", "count": 50}
    alone = limited.post(f"{V1}/provisions", json=body, headers=once())
    assert (alone.status_code, alone.json()["status"]) == (202, "running")
    command_id = reviewed(
        limited.post(f"{V1}/provisions", json=body | {"count": 51}, headers=once()),
        kind="provision",
    )
    assert office.approve(command_id) == "done"
    outcome = limited.get(f"{V1}/commands/{command_id}").json()["outcome"]
    provision_id = int(outcome.removeprefix("provision:"))
    list(finish_provision(books, issuer, provision_id))
    ready = limited.get(f"{V1}/provisions/{provision_id}").json()
    assert (ready["asked"], ready["created"]) == (51, 51)


def test_what_was_prepared_is_not_done_the_other_way_too(
    server: Server, books: Connection, issuer: Issuer, office: Office
) -> None:
    """A system that may act alone meanwhile still finds its command under the same reference; and
    what it did alone it does not send for approval as well.
    """
    key = given_key(books, issuer, "Promoted", frozenset({"admin"}))
    client_id = office.client("Promoted").client_id
    body, first, second = {"amount": "7.00", "currency": "KES"}, once(), once()
    with server.client(key) as client:
        command_id = reviewed(
            client.post(f"{V1}/deposits", json=body, headers=first), kind="deposit"
        )
        promote = {"scopes": ["admin", "unattended"], "unattended_minor_max": 1000, "reason": "x"}
        granted = client.patch(f"{V1}/clients/{client_id}", json=promote, headers=once())
        assert office.approve(reviewed(granted, kind="change_client")) == "done"
        again = client.post(f"{V1}/deposits", json=body, headers=first)
        assert reviewed(again, kind="deposit") == command_id
        assert client.post(f"{V1}/deposits", json=body, headers=second).status_code == 201
        demote = {"scopes": ["admin"], "reason": "x"}
        assert client.patch(f"{V1}/clients/{client_id}", json=demote).status_code == 200
        before = available(client)
        assert client.post(f"{V1}/deposits", json=body, headers=second).status_code == 200
        reviewed(client.post(f"{V1}/deposits", json=body, headers=once()), kind="deposit")
        assert available(client) == before


def test_a_group_is_published_after_approval(attended: httpx.Client, office: Office) -> None:
    body = {"code": "WOOL", "name": "Wool", "currency": "KES", "valid_for_days": 30}
    command_id = reviewed(
        attended.post(f"{V1}/groups", json=body, headers=once()), kind="publish_group"
    )
    assert attended.get(f"{V1}/groups/WOOL").status_code == 404
    assert office.approve(command_id) == "done"
    assert attended.get(f"{V1}/groups/WOOL").json()["version"] == 1
    assert attended.post(f"{V1}/groups", json=body).status_code == 200  # nothing would change
    stale = reviewed(
        attended.post(f"{V1}/groups", json=body | {"name": "Wools"}), kind="publish_group"
    )
    newer = reviewed(
        attended.post(f"{V1}/groups", json=body | {"name": "Yarn"}), kind="publish_group"
    )
    assert office.approve(newer) == "done"
    assert office.approve(stale) == "refused"  # it was to follow version 1
    assert attended.get(f"{V1}/groups/WOOL").json()["name"] == "Yarn"
    pause = {"status": "paused", "reason": "a misprint"}
    assert attended.patch(f"{V1}/groups/WOOL", json=pause).json()["status"] == "paused"
    reopen = attended.patch(f"{V1}/groups/WOOL", json={"status": "open", "reason": "put right"})
    assert office.approve(reviewed(reopen, kind="turn_group")) == "done"
    assert attended.get(f"{V1}/groups/WOOL").json()["status"] == "open"
    missing = attended.patch(f"{V1}/groups/NONE", json={"status": "open", "reason": "x"})
    assert missing.status_code == 404


def test_an_acceptor_is_a_draft_until_it_is_approved(
    attended: httpx.Client, office: Office
) -> None:
    body = {"name": "Duka Letu", "kind": "merchant", "account": "ACC-91", "status": "approved"}
    headers = once()
    command_id = reviewed(
        attended.post(f"{V1}/acceptors", json=body, headers=headers), kind="turn_acceptor"
    )
    again = attended.post(f"{V1}/acceptors", json=body, headers=headers)
    assert reviewed(again, kind="turn_acceptor") == command_id
    subject = attended.get(f"{V1}/commands/{command_id}").json()["subject"]
    place = f"{V1}/acceptors/{subject.removeprefix('acceptor:')}"
    assert attended.get(place).json()["status"] == "draft"
    assert office.approve(command_id) == "done"
    assert attended.get(place).json()["status"] == "approved"
    draft = {"name": "Duka Pili", "kind": "merchant", "account": "ACC-92"}
    assert attended.post(f"{V1}/acceptors", json=draft).json()["status"] == "draft"


def test_only_what_stops_something_is_done_to_an_acceptor_at_once(
    attended: httpx.Client, office: Office, api: httpx.Client
) -> None:
    body = {"name": "Soko", "kind": "merchant", "account": "ACC-93", "status": "approved"}
    place = api.post(f"{V1}/acceptors", json=body).headers["location"]
    suspended = attended.patch(place, json={"status": "suspended", "reason": "complaints"})
    assert suspended.json()["status"] == "suspended"
    held = attended.patch(place, json={"payouts_held": True, "reason": "audit"})
    assert held.json()["payouts_held"]
    for change, kind in (
        ({"status": "approved"}, "turn_acceptor"),
        ({"payouts_held": False}, "release_payouts"),
        ({"account": "ACC-94"}, "rebank_acceptor"),
        ({"groups": ["FOOD"]}, "regroup_acceptor"),
    ):
        headers = once()
        asked = {**change, "reason": "put right"}
        command_id = reviewed(attended.patch(place, json=asked, headers=headers), kind=kind)
        assert office.approve(command_id) == "done", kind
        repeated = attended.patch(place, json=asked, headers=headers)
        assert repeated.json()["command_id"] == command_id
    after = attended.get(place).json()
    assert (after["status"], after["payouts_held"], after["groups"]) == (
        "approved",
        False,
        ["FOOD"],
    )
    assert after["next_bank"]["account"] == "ACC-94"
    two = {"status": "closed", "account": "ACC-95", "reason": "x"}
    answer = attended.patch(place, json=two)
    assert (answer.status_code, answer.json()["code"]) == (422, "one_at_a_time")


def test_unattended_is_given_by_people_alone(
    api: httpx.Client, attended: httpx.Client, office: Office
) -> None:
    """Not even a system that has it gives it to another, nor raises a limit."""
    robot = {"name": "Robot", "scopes": ["admin", "unattended"], "unattended_minor_max": 100}
    for client in (api, attended):
        command_id = reviewed(
            client.post(f"{V1}/clients", json=robot | {"name": f"Robot {client is api}"}),
            kind="create_client",
        )
        assert office.approve(command_id) == "done"
    made = office.client("Robot True")
    assert (sorted(made.scopes), made.unattended_minor_max) == (["admin", "unattended"], 100)
    assert not made.has_key
    place = f"{V1}/clients/{made.client_id}"
    raise_limit = {"scopes": sorted(made.scopes), "unattended_minor_max": 101, "reason": "more"}
    reviewed(api.patch(place, json=raise_limit), kind="change_client")
    assert office.client("Robot True").unattended_minor_max == 100
    lower = raise_limit | {"unattended_minor_max": 99}
    assert api.patch(place, json=lower).json()["unattended_minor_max"] == 99


def test_who_asked_for_a_client_makes_its_key(
    server: Server, attended: httpx.Client, limited: httpx.Client, office: Office
) -> None:
    body = {"name": "Kiosk", "scopes": ["redeem"]}
    command_id = reviewed(attended.post(f"{V1}/clients", json=body), kind="create_client")
    assert office.approve(command_id, by="person:9") == "done"
    place = f"{V1}/clients/{office.client('Kiosk').client_id}"
    why = {"reason": "its first"}
    stranger = server.client(
        given_key(office.books, office.issuer, "Stranger", frozenset({"admin"}))
    )
    with stranger:
        refused = stranger.post(f"{place}/rotate-key", json=why)
        assert (refused.status_code, refused.json()["code"]) == (403, "key_not_yours")
    first = attended.post(f"{place}/rotate-key", json=why)
    assert first.json()["api_key"].startswith("cf_")
    replaced = reviewed(attended.post(f"{place}/rotate-key", json=why), kind="replace_client_key")
    assert office.approve(replaced) == "done"
    assert not office.client("Kiosk").has_key
    second = attended.post(f"{place}/rotate-key", json=why)
    assert second.json()["api_key"] not in {None, first.json()["api_key"]}
    assert limited.post(f"{place}/rotate-key", json=why).json()["api_key"].startswith("cf_")
    assert attended.post(f"{place}/revoke", json=why).json()["status"] == "revoked"


def test_settings_keys_and_bulk_changes_wait(
    attended: httpx.Client, office: Office, books: Connection, issuer: Issuer
) -> None:
    change = {"retention_days": 77, "reason": "policy"}
    settings = reviewed(attended.patch(f"{V1}/settings", json=change), kind="change_settings")
    assert attended.get(f"{V1}/settings").json()["retention_days"] != 77
    assert office.approve(settings) == "done"
    assert attended.get(f"{V1}/settings").json()["retention_days"] == 77
    key = reviewed(attended.post(f"{V1}/keys/leaf/rotate"), kind="rotate_key")
    assert office.approve(key) == "done"
    serial = given_active(books, issuer).serial
    cancel = {"action": "cancel", "serials": [serial], "reason": "lost"}
    bulk = reviewed(attended.post(f"{V1}/bulk", json=cancel), kind="change_vouchers")
    assert office.approve(bulk) == "done"
    suspend = cancel | {"action": "suspend"}
    at_once = attended.post(f"{V1}/bulk", json=suspend)
    assert (at_once.status_code, at_once.json()["action"]) == (202, "suspend")


def test_commands_are_listed_and_told(attended: httpx.Client, office: Office) -> None:
    body = {"amount": "1.00", "currency": "KES"}
    ids = [
        reviewed(attended.post(f"{V1}/deposits", json=body, headers=once()), kind="deposit")
        for _each in range(3)
    ]
    first = attended.get(f"{V1}/commands", params={"limit": 2, "status": "in_review"}).json()
    assert [each["command_id"] for each in first["commands"]] == [ids[2], ids[1]]
    after = {"limit": 1, "status": "in_review", "after": first["next"]}
    second = attended.get(f"{V1}/commands", params=after).json()
    assert [each["command_id"] for each in second["commands"]] == [ids[0]]
    done = attended.get(f"{V1}/commands", params={"status": "done"}).json()["commands"]
    assert all(each["status"] == "done" and each["finished_at"] for each in done)
    assert attended.get(f"{V1}/commands/{uuid4()}").json()["code"] == "command_unknown"
    assert attended.get(f"{V1}/commands/1").json()["code"] == "not_found"
    assert attended.get(f"{V1}/commands", params={"status": "odd"}).status_code == 422
    refused = attended.post(f"{V1}/withdrawals", json=body | {"amount": "99999999.00"})
    too_much = reviewed(refused, kind="withdraw")
    assert office.approve(too_much) == "refused"
    told = attended.get(f"{V1}/commands/{too_much}").json()
    assert (told["status"], told["outcome"]) == ("refused", "That is more than is available.")


def test_commands_of_another_issuer_are_not_there(
    server: Server, attended: httpx.Client, office: Office
) -> None:
    other = given_issuer(office.books, office.issuer.provider, code="OTHER")
    key = given_key(office.books, other, "Neighbour")
    body = {"amount": "1.00", "currency": "KES"}
    command_id = reviewed(attended.post(f"{V1}/deposits", json=body), kind="deposit")
    with server.client(key) as neighbour:
        assert neighbour.get(f"{V1}/commands/{command_id}").status_code == 404
        assert neighbour.get(f"{V1}/commands").json() == {"commands": [], "next": None}
