"""A run paid through a Payment Hub EE over a bad line: each merchant is paid once, the one that
cannot be paid says why, and the ledger agrees with the hub to the cent.
"""

import time

import pytest
from tests.engine.payouts.given import (
    given_redeemed,
    given_sent,
    given_shops,
    read_payouts,
    read_run,
)
from tests.gateway.fault_proxy import FaultProxy, seeded_plan
from tests.gateway.payment_hub.stub import TENANT, TOKEN, HubStub, served
from tests.given import balances, given_group, given_issuer

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.paying import pay_out
from counterfoil.gateway.payment_hub.rail import Hub, PaymentHubGateway
from counterfoil.keys.provider import LocalKeyProvider

SHOPS = 8
UNKNOWN = "Shop 3"


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, denominations=())
    return issuer


def paid_to_the_end(connection: Connection, issuer: Issuer, rail: PaymentHubGateway) -> None:
    deadline = time.monotonic() + 20
    while True:
        connection.execute(
            "UPDATE payment SET next_try_at = now(), leased_until = NULL WHERE status = 'pending'"
        )
        connection.commit()
        if not pay_out(connection, issuer, {"sandbox": rail}):
            return
        assert time.monotonic() < deadline, "stuck"


def test_run_is_paid_once_over_a_bad_line(connection: Connection, issuer: Issuer) -> None:
    names = [f"Shop {number}" for number in range(SHOPS)]
    shops = given_shops(connection, issuer, *names)
    for number, shop in enumerate(shops, 1):
        given_redeemed(connection, issuer, shop, 1000 + number)
    run = given_sent(connection, issuer)
    hub = HubStub()
    hub.fails, hub.shown_after = {f"ACC-{UNKNOWN}": "PayeeNotFound"}, 1
    with (
        served(hub) as url,
        FaultProxy(url, seeded_plan(5, decks=2), delay_seconds=0.5, hold_seconds_max=0.5) as proxy,
    ):
        settings = Hub(
            channel_url=proxy.base_url,
            operations_url=proxy.base_url,
            tenant=TENANT,
            registering_institution="counterfoil",
            refuses_repeats=True,
        )
        rail = PaymentHubGateway(settings, secret=TOKEN, timeout_seconds=0.4)
        paid_to_the_end(connection, issuer, rail)
        proxy.drain()
        rail.close()
    told = {
        payout.account: (payout.status, payout.reason)
        for payout in read_payouts(connection, issuer, run.run_id)
    }
    assert told == {
        f"ACC-{name}": ("failed", "account_unknown") if name == UNKNOWN else ("completed", None)
        for name in names
    }
    assert read_run(connection, issuer, run.run_id).status == "ended"
    assert len(hub.transfers) == SHOPS
    paid = {each.payee: each.amount for each in hub.paid}
    assert len(hub.paid) == len(paid)
    assert paid == {
        f"ACC-{name}": f"10.0{number}" for number, name in enumerate(names, 1) if name != UNKNOWN
    }
    assert balances(connection, issuer) == {
        "funding:0": -(10_000_000 - 7032),
        "available:0": 10_000_000 - 8036,
        f"payable:{shops[names.index(UNKNOWN)]}": 1004,
    }
    assert check(connection, issuer.issuer_id) == []
