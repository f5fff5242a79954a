"""Accounts of merchants are asked about in the background; redemptions read only what is known."""

import secrets
from collections.abc import Mapping

import httpx
import pytest
from tests.engine.payouts.given import given_shops
from tests.given import SYSTEM, ask, balances, given_active, given_group, given_issuer, state_of

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.accounts.verifying import AccountAnswer, answer_about
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.configuration import SettingsChange, change_settings
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Outcome, Redeem
from counterfoil.gateway.port import Gateway
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.gateway.verifying import verify_accounts
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import State

Asked = tuple[str, str, bool | None]


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(shared_connection, provider, f"V{secrets.token_hex(4).upper()}")
    given_group(shared_connection, issuer, settlement="instant", denominations=())
    return issuer


@pytest.fixture
def rails(gateway: SandboxGateway) -> Mapping[str, Gateway]:
    return {"sandbox": gateway}


def given_verified(connection: Connection, issuer: Issuer, when: str) -> None:
    change_settings(connection, issuer, SYSTEM, SettingsChange(verify_accounts=when))


def given_account(client: httpx.Client, name: str, holder: str) -> None:
    body = {"currency": "KES", "name": holder, "kind": "merchant"}
    assert client.put(f"/accounts/{name}", json=body).status_code == 200


def said(connection: Connection, issuer: Issuer, acceptor_id: int) -> Asked | None:
    answer = answer_about(connection, issuer.issuer_id, acceptor_id)
    connection.rollback()
    return None if answer is None else (answer.rail, answer.status, answer.holder_matches)


def time_passes(connection: Connection, issuer: Issuer) -> None:
    connection.execute(
        "UPDATE account_answer SET asked_at = asked_at - interval '60 days',"
        " valid_until = now() WHERE issuer_id = %s",
        (issuer.issuer_id,),
    )
    connection.commit()


def redeemed(connection: Connection, issuer: Issuer, acceptor_id: int) -> Answer:
    acceptor = issuer.catalogue.acceptors_by_id[acceptor_id]
    voucher = given_active(connection, issuer)
    (answer,) = ask(
        connection,
        issuer,
        Redeem(
            caller=SYSTEM,
            number=voucher.number or "",
            acceptor_name=acceptor.name,
            acceptor_account=acceptor.account,
        ),
    )
    return answer


def test_nothing_is_asked_unless_the_issuer_wants_it(
    shared_connection: Connection, issuer: Issuer, rails: Mapping[str, Gateway]
) -> None:
    (shop,) = given_shops(shared_connection, issuer, "Nowhere")
    assert verify_accounts(shared_connection, issuer, rails) == 0
    assert said(shared_connection, issuer, shop) is None


def test_each_account_is_asked_about_once_at_registration(
    shared_connection: Connection,
    issuer: Issuer,
    rails: Mapping[str, Gateway],
    client: httpx.Client,
) -> None:
    given_verified(shared_connection, issuer, "registration")
    here, other, gone = given_shops(shared_connection, issuer, "Here", "Other", "Gone")
    given_account(client, "ACC-Here", "  HERE ")
    given_account(client, "ACC-Other", "Somebody else")
    assert verify_accounts(shared_connection, issuer, rails) == 4, "with the first shop"
    assert said(shared_connection, issuer, here) == ("sandbox", "found", True)
    assert said(shared_connection, issuer, other) == ("sandbox", "found", False)
    assert said(shared_connection, issuer, gone) == ("sandbox", "not_found", None)
    assert verify_accounts(shared_connection, issuer, rails) == 0
    time_passes(shared_connection, issuer)
    assert verify_accounts(shared_connection, issuer, rails) == 1, "what was not found, again"
    assert redeemed(shared_connection, issuer, gone).outcome is Outcome.PENDING


def test_an_answer_about_another_account_counts_no_more(
    shared_connection: Connection,
    issuer: Issuer,
    rails: Mapping[str, Gateway],
    client: httpx.Client,
) -> None:
    given_verified(shared_connection, issuer, "redemption")
    (shop,) = given_shops(shared_connection, issuer, "Moves")
    verify_accounts(shared_connection, issuer, rails)
    assert redeemed(shared_connection, issuer, shop).outcome is Outcome.CANNOT_CREDIT
    given_account(client, "ACC-New", "Moves")
    moved = AcceptorChange(bank=BankData("account", "SANDBOX", "ACC-New"), cooling_off_seconds=0)
    change_acceptor(shared_connection, issuer, SYSTEM, shop, moved)
    assert said(shared_connection, issuer, shop) is None
    assert redeemed(shared_connection, issuer, shop).outcome is Outcome.PENDING
    assert verify_accounts(shared_connection, issuer, rails) == 1
    assert said(shared_connection, issuer, shop) == ("sandbox", "found", True)


def test_nothing_is_paid_at_once_to_an_account_that_is_not_there(
    shared_connection: Connection,
    issuer: Issuer,
    rails: Mapping[str, Gateway],
    client: httpx.Client,
) -> None:
    given_verified(shared_connection, issuer, "redemption")
    given_group(shared_connection, issuer, "LATER", denominations=())
    (shop,) = given_shops(shared_connection, issuer, "Gone")
    verify_accounts(shared_connection, issuer, rails)
    before = balances(shared_connection, issuer)
    refused = redeemed(shared_connection, issuer, shop)
    assert refused.outcome is Outcome.CANNOT_CREDIT
    after = balances(shared_connection, issuer)
    moved = {name for name in after if after[name] != before.get(name)}
    assert not any(name.startswith(("payable", "funding")) for name in moved), "nothing is paid"
    assert refused.serial is not None
    assert state_of(shared_connection, issuer, refused.serial) is State.ACTIVE

    given_account(client, "ACC-Gone", "Gone")
    assert verify_accounts(shared_connection, issuer, rails) == 0, "not for an hour"
    time_passes(shared_connection, issuer)
    assert verify_accounts(shared_connection, issuer, rails) == 2, "the first shop again, too"
    assert redeemed(shared_connection, issuer, shop).outcome is Outcome.PENDING


def test_a_provider_that_is_away_refuses_nobody(
    shared_connection: Connection, issuer: Issuer
) -> None:
    given_verified(shared_connection, issuer, "redemption")
    (shop,) = given_shops(shared_connection, issuer, "Unknown")
    away = SandboxGateway("http://127.0.0.1:9", secret="x", timeout_seconds=0.5)
    assert verify_accounts(shared_connection, issuer, {"sandbox": away}) == 2
    assert said(shared_connection, issuer, shop) == ("sandbox", "unknown", None)
    assert redeemed(shared_connection, issuer, shop).outcome is Outcome.PENDING
    assert verify_accounts(shared_connection, issuer, {"sandbox": away}) == 0, "not at once again"


def test_an_account_no_rail_can_be_asked_about_is_unknown(
    shared_connection: Connection, issuer: Issuer
) -> None:
    given_verified(shared_connection, issuer, "redemption")
    (shop,) = given_shops(shared_connection, issuer, "Filed")
    assert verify_accounts(shared_connection, issuer, {}) == 2
    assert said(shared_connection, issuer, shop) == ("none", "unknown", None)


def test_an_answer_keeps_its_day(
    shared_connection: Connection, issuer: Issuer, rails: Mapping[str, Gateway]
) -> None:
    given_verified(shared_connection, issuer, "registration")
    (shop,) = given_shops(shared_connection, issuer, "Gone")
    verify_accounts(shared_connection, issuer, rails)
    answer = answer_about(shared_connection, issuer.issuer_id, shop)
    shared_connection.rollback()
    assert isinstance(answer, AccountAnswer)
    assert (answer.valid_until - answer.asked_at).total_seconds() == 3600
