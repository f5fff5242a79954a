"""Payouts as other systems read them."""

import pytest
from tests.api.conftest import Server, given_key
from tests.engine.payouts.given import given_redeemed, given_sent, given_shops
from tests.given import given_group, given_issuer

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.reading import Run
from counterfoil.keys.provider import KeyProvider

V1 = "/api/v1"


@pytest.fixture(scope="module")
def paying(books: Connection, provider: KeyProvider) -> Issuer:
    issuer = given_issuer(books, provider, "PAYING-OUT")
    given_group(books, issuer, denominations=())
    return issuer


@pytest.fixture(scope="module")
def run(books: Connection, paying: Issuer) -> Run:
    for shop, amount in zip(given_shops(books, paying, "Asha", "Baraka"), (700, 300), strict=True):
        given_redeemed(books, paying, shop, amount)
    return given_sent(books, paying)


def test_runs_and_their_payouts_are_read_by_pages(
    server: Server, books: Connection, paying: Issuer, run: Run
) -> None:
    with server.client(given_key(books, paying, "Ledger")) as api:
        found = api.get(f"{V1}/payout-runs", params={"limit": 1}).json()
        assert found["next"] == run.run_id
        (listed,) = found["payout_runs"]
        assert api.get(f"{V1}/payout-runs/{run.run_id}").json() == listed
        assert (listed["status"], listed["net"], listed["currency"]) == ("sent", "10.00", "KES")
        assert (listed["payouts"], listed["payouts_open"]) == (2, 2)
        after = api.get(f"{V1}/payout-runs", params={"after": run.run_id}).json()
        assert after == {"payout_runs": [], "next": None}
        names, page = [], {"limit": 1}
        while True:
            answer = api.get(f"{V1}/payout-runs/{run.run_id}/payouts", params=page).json()
            names += [(each["acceptor"], each["net"], each["status"]) for each in answer["payouts"]]
            if answer["next"] is None:
                break
            page["after"] = answer["next"]
    assert names == [("Asha", "7.00", "pending"), ("Baraka", "3.00", "pending")]


def test_another_issuers_run_is_not_there(
    server: Server, books: Connection, issuer: Issuer, run: Run
) -> None:
    with server.client(given_key(books, issuer, "Ledger")) as api:
        for path in (f"/payout-runs/{run.run_id}", f"/payout-runs/{run.run_id}/payouts"):
            answer = api.get(V1 + path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert api.get(f"{V1}/payout-runs").json() == {"payout_runs": [], "next": None}
