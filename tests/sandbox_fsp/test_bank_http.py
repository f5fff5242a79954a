"""The bank's HTTP as its callers see it, on a real second process."""

import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from counterfoil.sandbox_fsp.process import BankProcess

SECRET = "a-shared-secret"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("http_bank")


@pytest.fixture(scope="module")
def bank(folder: Path) -> Iterator[BankProcess]:
    (folder / "secret").write_text(SECRET + "\n")
    with BankProcess(folder / "bank.sqlite", folder / "secret") as process:
        yield process


@pytest.fixture(scope="module")
def client(bank: BankProcess) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    with httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False) as caller:
        yield caller


def given_account(client: httpx.Client, **details: object) -> str:
    account_id = f"account-{uuid4().hex}"
    body = {"currency": "EUR", "name": "Somebody", "kind": "merchant"} | details
    assert client.put(f"/accounts/{account_id}", json=body).status_code == 200
    return account_id


def given_transfer(client: httpx.Client, **changes: object) -> Json:
    """The body of a transfer of 10 out of 100 euros, not sent yet."""
    return {
        "transfer_id": str(uuid4()),
        "from": given_account(client, kind="funding", balance="100.00"),
        "to": given_account(client),
        "amount": "10.00",
        "currency": "EUR",
        "narrative": "a voucher",
    } | changes


def balance(client: httpx.Client, account_id: str) -> str:
    return str(client.get(f"/accounts/{account_id}").json()["balance"])


def test_account_is_opened_read_and_changed_but_not_its_money(client: httpx.Client) -> None:
    account_id = given_account(client, balance="5.00", behaviour="slow")
    account = client.get(f"/accounts/{account_id}").json()
    assert account == {
        "account": account_id,
        "currency": "EUR",
        "name": "Somebody",
        "kind": "merchant",
        "identifier": None,
        "balance": "5.00",
        "behaviour": "slow",
        "delay_seconds": 1.0,
        "times": None,
    }
    body = {"currency": "EUR", "name": "Else", "kind": "agent", "balance": "9.00"}
    changed = client.put(f"/accounts/{account_id}", json=body).json()
    assert changed == account | {"name": "Else", "kind": "agent"}


def test_account_keeps_its_currency(client: httpx.Client) -> None:
    account_id = given_account(client)
    body = {"currency": "USD", "name": "Somebody", "kind": "merchant"}
    refused = client.put(f"/accounts/{account_id}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "currency_fixed")


def test_identifier_belongs_to_one_account(client: httpx.Client) -> None:
    given_account(client, identifier="+491700000001")
    body = {"currency": "EUR", "name": "B", "kind": "agent", "identifier": "+491700000001"}
    refused = client.put("/accounts/thief", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "identifier_taken")
    assert client.get("/accounts/thief").status_code == 404


def test_deposit_counts_once_by_its_reference(client: httpx.Client) -> None:
    path = f"/accounts/{given_account(client)}/deposits"
    body = {"amount": "12.50", "currency": "EUR", "reference": "wire 1"}
    assert client.post(path, json=body).json()["balance"] == "12.50"
    assert client.post(path, json=body).json()["balance"] == "12.50"
    other = client.post(path, json=body | {"amount": "12.51"})
    assert (other.status_code, other.json()["code"]) == (409, "reference_reused")
    foreign = client.post(path, json=body | {"currency": "USD", "reference": "wire 2"})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "currency_mismatch")
    assert client.post(path, json=body | {"reference": "wire 3"}).json()["balance"] == "25.00"


def test_completed_transfer_shows_its_legs(client: httpx.Client) -> None:
    order = given_transfer(client)
    done = client.post("/transfers", json=order).json()
    assert (done["status"], done["reason"]) == ("completed", None)
    assert done["legs"] == [
        {"kind": "debit", "account": order["from"], "amount": "10.00"},
        {"kind": "credit", "account": order["to"], "amount": "10.00"},
    ]
    assert done["callbacks"] == []
    assert client.get(f"/transfers/{order['transfer_id']}").json() == done


def test_refused_credit_gives_the_debit_back(client: httpx.Client) -> None:
    order = given_transfer(client, to=given_account(client, behaviour="rejects_credit"))
    refused = client.post("/transfers", json=order).json()
    assert (refused["status"], refused["reason"]) == ("rejected", "cannot_credit")
    assert [leg["kind"] for leg in refused["legs"]] == ["debit", "giveback"]
    assert balance(client, order["from"]) == "100.00"
    assert balance(client, order["to"]) == "0.00"


@pytest.mark.parametrize(
    "change",
    [{"amount": "10.01"}, {"narrative": "another"}, {"to": "someone-else"}, {"currency": "USD"}],
)
def test_transfer_id_belongs_to_one_content(client: httpx.Client, change: Json) -> None:
    order = given_transfer(client)
    done = client.post("/transfers", json=order).json()
    conflict = client.post("/transfers", json=order | change)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "transfer_id_reused")
    assert client.post("/transfers", json=order | {"amount": "10"}).json() == done
    assert balance(client, order["from"]) == "90.00"


def test_behaviour_lasts_for_the_calls_it_was_set_for(client: httpx.Client) -> None:
    order = given_transfer(client)
    path = f"/accounts/{order['to']}/behaviour"
    set_to = client.put(path, json={"behaviour": "drops_after", "times": 2}).json()
    assert (set_to["behaviour"], set_to["times"]) == ("drops_after", 2)
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            client.post("/transfers", json=order)
    assert client.post("/transfers", json=order).json()["status"] == "completed"
    assert client.get(f"/accounts/{order['to']}").json()["behaviour"] == "normal"
    assert balance(client, order["from"]) == "90.00"


def test_log_is_paged_by_cursor_without_gaps(client: httpx.Client) -> None:
    sent = [given_transfer(client) for _ in range(5)]
    for order in sent:
        client.post("/transfers", json=order)
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        page = client.get("/transfers", params={"after": after, "limit": 2}).json()
        seen += [transfer["transfer_id"] for transfer in page["transfers"]]
        after = page["next"]
    assert seen[-5:] == [order["transfer_id"] for order in sent]
    assert len(seen) == len(set(seen))


def test_accounts_are_paged_by_cursor(client: httpx.Client) -> None:
    opened = {given_account(client) for _ in range(3)}
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get("/accounts", params={"after": after, "limit": 2}).json()
        seen += [account["account"] for account in page["accounts"]]
        after = page["next"]
    assert opened <= set(seen)
    assert seen == sorted(set(seen))


def test_summary_puts_balances_beside_the_sums_of_legs(client: httpx.Client) -> None:
    order = given_transfer(client)
    client.post("/transfers", json=order)
    refused = order | {
        "transfer_id": str(uuid4()),
        "to": given_account(client, behaviour="rejects_credit"),
    }
    client.post("/transfers", json=refused)
    summary = client.get("/summary", params={"limit": 1000}).json()
    assert summary["agrees"] is True
    totals = {each["account"]: each for each in summary["accounts"]}
    assert totals[order["from"]] == {
        "account": order["from"],
        "currency": "EUR",
        "balance": "90.00",
        "legs": "90.00",
        "deposits": "100.00",
        "debits": "20.00",
        "credits": "0.00",
        "givebacks": "10.00",
    }


def test_summary_tells_when_a_balance_does_not_agree(client: httpx.Client, folder: Path) -> None:
    account_id = given_account(client, balance="1.00")
    database = sqlite3.connect(folder / "bank.sqlite", isolation_level=None)
    change = "UPDATE account SET balance_minor = balance_minor + ? WHERE account_id = ?"
    database.execute(change, (1, account_id))
    wrong = client.get("/summary", params={"limit": 1000}).json()["agrees"]
    database.execute(change, (-1, account_id))
    database.close()
    assert wrong is False


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "0"},
        {"amount": "-1.00"},
        {"amount": "1e3"},
        {"amount": "10.001"},
        {"amount": 10},
        {"amount": "9" * 40},
        {"currency": "XXX"},
        {"currency": "eur"},
        {"transfer_id": "7"},
        {"to": ""},
        {"to": "a/b"},
        {"to": "a\nb"},
        {"narrative": "\x00"},
        {"narrative": "x" * 141},
        {"surprise": 1},
    ],
)
def test_malformed_transfer_is_refused_and_not_recorded(client: httpx.Client, change: Json) -> None:
    order = given_transfer(client, **change)
    refused = client.post("/transfers", json=order)
    assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
    assert client.get(f"/transfers/{order['transfer_id']}").status_code == 404


def test_transfer_to_itself_is_refused(client: httpx.Client) -> None:
    account_id = given_account(client, balance="100.00")
    order = given_transfer(client, **{"from": account_id, "to": account_id})
    assert client.post("/transfers", json=order).status_code == 422
    assert balance(client, account_id) == "100.00"


@pytest.mark.parametrize(
    ("body", "status_code"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 10_000, 422),
        (b'{"transfer_id":' + b"[" * 10_000, 422),
        (b'{"narrative":"\\ud800"}', 400),
        (b'{"a":' + b"9" * 10_000 + b"}", 422),
        (b"[]", 422),
        (b" " * 20_000, 413),
    ],
)
def test_hostile_body_gets_a_plain_refusal(
    client: httpx.Client, body: bytes, status_code: int
) -> None:
    refused = client.post("/transfers", content=body)
    assert refused.status_code == status_code
    assert set(refused.json()) == {"code", "detail"}
    assert "Traceback" not in refused.text


@pytest.mark.parametrize(
    ("method", "path", "status_code"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/transfers", 405),
        ("GET", "/transfers/not-a-uuid", 404),
        ("GET", "/transfers?after=-1", 422),
        ("GET", "/transfers?limit=many", 422),
        ("GET", "/transfers?after=9999999999999999999999", 422),
        ("GET", "/accounts/%00", 404),
        ("GET", "/accounts/%ff", 404),
    ],
)
def test_wrong_address_gets_json(
    client: httpx.Client, method: str, path: str, status_code: int
) -> None:
    refused = client.request(method, path)
    assert refused.status_code == status_code
    assert set(refused.json()) == {"code", "detail"}


def test_behaviour_of_an_account_that_is_not_there(client: httpx.Client) -> None:
    refused = client.put("/accounts/nobody/behaviour", json={"behaviour": "slow"})
    assert (refused.status_code, refused.json()["code"]) == (404, "account_not_found")


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", f"Basic {SECRET}"])
def test_only_who_knows_the_secret_gets_in(bank: BankProcess, authorization: str) -> None:
    headers = {"Authorization": authorization}
    with httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False) as stranger:
        assert stranger.get("/accounts").status_code == 401
        assert stranger.post("/transfers", json={}).status_code == 401
        assert stranger.get("/health/live").json() == {"status": "live"}


def test_log_names_no_person(client: httpx.Client, bank: BankProcess) -> None:
    person = given_account(client, name="Wanjiku Unmistakable", identifier="+254711111111")
    client.get(f"/accounts/{person}")
    client.post("/lookups", json={"identifier": "+254711111111"})
    log = bank.log_path.read_text()
    assert "bank.started" in log
    for word in (person, "Unmistakable", "+254711111111", SECRET):
        assert word not in log


def test_a_caller_that_dies_in_the_middle_is_not_an_error(
    bank: BankProcess, client: httpx.Client
) -> None:
    with socket.create_connection(("127.0.0.1", bank.port)) as caller:
        caller.sendall(
            b"POST /transfers HTTP/1.1\r\nHost: bank\r\nContent-Length: 100\r\n"
            b"Authorization: Bearer " + SECRET.encode() + b'\r\n\r\n{"transfer_id":'
        )
    for _ in range(5):
        time.sleep(0.1)
        assert client.get("/health/live").status_code == 200
    assert "Traceback" not in bank.log_path.read_text()
