"""A worker with every kind of rail: each merchant is paid by its own, and what goes wrong with one
rail or one run stops no other.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import httpx
import pytest
from tests.engine.payouts.given import (
    given_preview,
    given_redeemed,
    given_shops,
    read_payouts,
    read_run,
)
from tests.gateway.payment_hub.stub import TENANT, TOKEN, HubStub, served
from tests.given import SYSTEM, balances, given_group, given_issuer, given_programme

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.engine.payouts.sending import approve_run
from counterfoil.engine.payouts.terms import TermsDesign, set_terms
from counterfoil.gateway.rail_settings import read_rails
from counterfoil.gateway.rails import Rails, rails_of
from counterfoil.jobs import schema
from counterfoil.jobs.payouts import work_on_runs
from counterfoil.jobs.site import Desk, WorkSite
from counterfoil.jobs.worker import work
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.sandbox_fsp.process import BankProcess

SECONDS_MAX = 30.0
SECRET = "a-shared-secret"
SETTINGS = """
[try]
kind = "sandbox"
url = "{bank}"
secret = "try"

[hub-files]
kind = "payment_hub_bulk"
issuer = "AID"
bulk_url = "{hub}"
operations_url = "{hub}"
tenant = "{tenant}"
institution = "counterfoil"
payment_mode = "mojaloop"
secret = "hub"

[broken]
kind = "csv"
issuer = "AID"
out = "{folder}/nowhere"
in = "{folder}/nowhere-in"

[coop]
kind = "csv"
issuer = "AID"
out = "{folder}/out"
in = "{folder}/in"
"""
ROUTES = (
    Route(scheme="wallet", rail="hub-files"),
    Route(scheme="iban", rail="coop"),
    Route(rail="try"),
)


@dataclass(frozen=True)
class Street:
    rails: Rails
    hub: HubStub
    folder: Path


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    hub, path = HubStub(), tmp_path / "rails.toml"
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    (tmp_path / "secret").write_text(SECRET)
    with ExitStack() as stack:
        address = stack.enter_context(served(hub))
        bank = stack.enter_context(BankProcess(tmp_path / "bank.sqlite", tmp_path / "secret"))
        headers = {"Authorization": f"Bearer {SECRET}"}
        teller = httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False)
        stack.callback(teller.close)
        fund = {"currency": "KES", "name": "F", "kind": "funding", "balance": "100000.00"}
        assert teller.put("/accounts/AID-KES", json=fund).is_success
        shop = {"currency": "KES", "name": "S", "kind": "merchant"}
        assert teller.put("/accounts/ACC-Online", json=shop).is_success
        path.write_text(
            SETTINGS.format(bank=bank.base_url, hub=address, tenant=TENANT, folder=tmp_path)
        )
        rails = rails_of(read_rails(path), {"try": SECRET, "hub": TOKEN}.__getitem__)
        stack.callback(rails.close)
        yield Street(rails, hub, tmp_path)


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, denominations=())
    return issuer


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def given_paid_at(connection: Connection, issuer: Issuer, shop: int, bank: BankData) -> None:
    change = AcceptorChange(bank=bank, cooling_off_seconds=0)
    change_acceptor(connection, issuer, SYSTEM, shop, change)


def paid(connection: Connection, issuer: Issuer) -> list[str]:
    return [payout.status for payout in read_payouts(connection, issuer, 1)]


def test_each_merchant_is_paid_by_its_own_rail(
    database: str,
    connection: Connection,
    provider: LocalKeyProvider,
    issuer: Issuer,
    street: Street,
) -> None:
    schema.migrate(database)
    set_routes(connection, issuer, SYSTEM, ROUTES)
    online, first, second, filed = given_shops(connection, issuer, "Online", "A", "B", "C")
    for shop, wallet in ((first, "254700000001"), (second, "254700000002")):
        given_paid_at(connection, issuer, shop, BankData("wallet", "lion", wallet))
    given_paid_at(connection, issuer, filed, BankData("iban", "", "NL30MOCK0000000005"))
    for shop in (online, first, second, filed):
        given_redeemed(connection, issuer, shop, 1000)
    run = given_preview(connection, issuer)
    approve_run(connection, issuer, SYSTEM, run.run_id, run.digest or b"")
    site = WorkSite(database, provider, street.rails)
    thread = Thread(target=work, args=(site,))
    thread.start()
    try:
        out = street.folder / "out"
        wait_until(lambda: bool(list(out.iterdir())))
        (file,) = out.iterdir()
        (payment_id,) = [line.split(",")[0] for line in file.read_text().splitlines()[1:]]
        answer = street.folder / "in" / "answer.part"
        answer.write_text(f"payment_id,status\n{payment_id},paid\n".replace('"', ""))
        answer.rename(answer.with_suffix(".csv"))
        wait_until(lambda: paid(connection, issuer) == ["completed"] * 4)
        wait_until((street.folder / "in" / "taken" / "answer.csv").exists)
    finally:
        site.stopping.set()
        thread.join(SECONDS_MAX)
    assert sorted(each.payee for each in street.hub.paid) == ["254700000001", "254700000002"]
    assert balances(connection, issuer).get("in_transit:0", 0) == 0
    issuer.catch_up(connection)
    assert issuer.catalogue.rails == {
        "try": True,
        "hub-files": False,
        "broken": False,
        "coop": False,
    }
    assert check(connection, issuer.issuer_id) == []


def test_a_run_that_fails_stops_no_other(
    database: str, connection: Connection, provider: LocalKeyProvider, issuer: Issuer
) -> None:
    winter = given_programme(connection, issuer)
    given_group(connection, issuer, "COATS", denominations=(), programme="WINTER")
    design = TermsDesign(funding_account_id=1, programme_id=winter.programme_id)
    terms_id = set_terms(connection, issuer, SYSTEM, design, expected_version=0)
    shop, twin, other = given_shops(connection, issuer, "Shop", "Twin", "Other")
    given_redeemed(connection, issuer, shop, 1000)
    given_redeemed(connection, issuer, twin, 1000)
    given_redeemed(connection, issuer, other, 2000, group="COATS")
    for terms in (1, terms_id):
        run = given_preview(connection, issuer, terms)
        approve_run(connection, issuer, SYSTEM, run.run_id, run.digest or b"")
    # More than an account can state.
    connection.execute(
        "UPDATE payout SET gross_minor = %(much)s, net_minor = %(much)s WHERE run_id = 1",
        {"much": 5 * 10**18},
    )
    connection.commit()
    desk = Desk(WorkSite(database, provider), connection)
    work_on_runs(desk, desk.issuer(issuer.code))
    assert read_run(connection, issuer, 1).status == "sending"
    assert read_run(connection, issuer, 2).status == "sent"
    assert balances(connection, issuer)["in_transit:0"] == 2000
