"""The first route that fits says which rail pays whom."""

import secrets

import pytest
from tests.engine.payouts.given import (
    given_redeemed,
    given_sent,
    given_shops,
    read_payments,
    read_payouts,
)
from tests.given import SYSTEM, given_group, given_issuer

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.engine.payouts.routes import Route, rail_for, routes_of
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.engine.payouts.sending import retry_payout
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.provider import LocalKeyProvider

ROUTES = (
    Route(scheme="wallet", rail="mobile"),
    Route(currency="EUR", scheme="iban", rail="sepa"),
    Route(programme_id=7, rail="hub"),
    Route(currency="KES", rail="files"),
)


@pytest.mark.parametrize(
    ("scheme", "currency", "programme_id", "rail"),
    [
        ("wallet", "EUR", 7, "mobile"),
        ("iban", "EUR", 7, "sepa"),
        ("iban", "KES", 7, "hub"),
        ("iban", "KES", None, "files"),
        ("account", "KES", 8, "files"),
        ("account", "USD", None, None),
    ],
)
def test_the_first_that_fits_counts(
    scheme: str, currency: str, programme_id: int | None, rail: str | None
) -> None:
    found = rail_for(ROUTES, scheme=scheme, currency=currency, programme_id=programme_id)
    assert found == rail


def test_without_routes_there_is_the_sandbox_alone() -> None:
    assert rail_for((), scheme="iban", currency="EUR", programme_id=None) == "sandbox"


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(shared_connection, provider, f"R{secrets.token_hex(4).upper()}")
    given_group(shared_connection, issuer, denominations=())
    return issuer


def test_who_no_rail_pays_waits_and_who_moved_is_paid_by_another(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    (mama,) = given_shops(connection, issuer, "Mama Mboga")
    wallet = BankData("wallet", "M-PESA", "254700000001")
    change = AcceptorChange(bank=wallet, cooling_off_seconds=0)
    change_acceptor(connection, issuer, SYSTEM, mama, change)
    set_routes(connection, issuer, SYSTEM, (Route(scheme="account", rail="files"),))
    for shop in (1, mama):
        given_redeemed(connection, issuer, shop, 100)
    run = given_sent(connection, issuer)
    assert {
        payout.acceptor_id: (payout.rail, payout.left_out)
        for payout in read_payouts(connection, issuer, run.run_id)
    } == {1: ("files", None), mama: ("", "no_rail")}
    payment_id = read_payments(connection, issuer, run.run_id, 1)[0][0]
    hear(connection, issuer, SYSTEM, [News(payment_id, Told.REJECTED)])
    set_routes(connection, issuer, SYSTEM, (Route(scheme="wallet", rail="mobile"),))
    with pytest.raises(ConflictError, match="No rail pays"):
        retry_payout(connection, issuer, SYSTEM, run.run_id, 1)
    change_acceptor(
        connection,
        issuer,
        SYSTEM,
        1,
        AcceptorChange(bank=BankData("wallet", "M-PESA", "254700000002"), cooling_off_seconds=0),
    )
    retry_payout(connection, issuer, SYSTEM, run.run_id, 1)
    again = read_payouts(connection, issuer, run.run_id)[0]
    assert (again.rail, again.scheme, again.account) == ("mobile", "wallet", "254700000002")


def test_routes_are_put_down_in_their_order_or_not_at_all(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    wanted = (Route(rail="b"), Route(scheme="iban", rail="a"))
    set_routes(connection, issuer, SYSTEM, wanted, reference="once")
    set_routes(connection, issuer, SYSTEM, wanted, reference="once")
    with pytest.raises(NotFoundError):
        set_routes(connection, issuer, SYSTEM, (Route(programme_id=99, rail="a"),))
    for wrong in (Route(rail=""), Route(rail="A b"), Route(scheme="cash", rail="a")):
        with pytest.raises(ConflictError):
            set_routes(connection, issuer, SYSTEM, (wrong,))
    assert routes_of(connection, issuer.issuer_id) == list(wanted)
    connection.rollback()
