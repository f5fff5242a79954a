"""Which rail an instant redemption is paid by: that of the first route that fits, if it pays at
once; else it is owed, and paid with the next payout.
"""

import secrets

import pytest
from tests.given import SYSTEM, ask, given_active, given_group, given_issuer, redemption

from counterfoil.engine.accounts.rails import tell_rails
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Answer, Outcome
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.errors import ConflictError
from counterfoil.gateway.resolver import resolve_payments
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.keys.provider import LocalKeyProvider


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(shared_connection, provider, f"N{secrets.token_hex(4).upper()}")
    given_group(shared_connection, issuer, settlement="instant", denominations=())
    return issuer


def redeemed(connection: Connection, issuer: Issuer) -> Answer:
    voucher = given_active(connection, issuer)
    (answer,) = ask(connection, issuer, redemption(voucher.number or "", secrets.token_hex(4)))
    return answer


def payments(connection: Connection, issuer: Issuer) -> list[tuple[str, str, str]]:
    rows = connection.execute(
        "SELECT rail, scheme, status FROM payment WHERE issuer_id = %s ORDER BY created_at",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [(rail, scheme, status) for rail, scheme, status in rows]


def test_without_routes_it_is_the_sandbox(shared_connection: Connection, issuer: Issuer) -> None:
    answer = redeemed(shared_connection, issuer)
    assert answer.payment is not None
    assert answer.payment.rail == "sandbox"
    assert payments(shared_connection, issuer) == [("sandbox", "account", "pending")]


def test_the_first_route_that_fits_says_which(
    shared_connection: Connection, issuer: Issuer
) -> None:
    routes = (Route(scheme="iban", rail="sepa"), Route(currency="KES", rail="hub"))
    set_routes(shared_connection, issuer, SYSTEM, routes)
    answer = redeemed(shared_connection, issuer)
    assert answer.payment is not None
    assert answer.payment.rail == "hub"
    assert payments(shared_connection, issuer) == [("hub", "account", "pending")]


@pytest.mark.parametrize("rail", ["files", None])
def test_what_cannot_be_paid_at_once_is_owed(
    shared_connection: Connection, issuer: Issuer, rail: str | None
) -> None:
    route = Route(scheme="wallet", rail="hub") if rail is None else Route(rail=rail)
    set_routes(shared_connection, issuer, SYSTEM, (route,))
    tell_rails(shared_connection, issuer, {"files": False, "hub": True})
    assert redeemed(shared_connection, issuer).outcome is Outcome.DONE
    assert payments(shared_connection, issuer) == []
    assert check(shared_connection, issuer.issuer_id) == []


def test_rails_are_told_once_and_count_in_every_process(
    shared_connection: Connection,
    shared_database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
) -> None:
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail="files"),))
    with connected(shared_database) as own:
        other = open_issuer(own, issuer.code, provider)
        assert tell_rails(own, other, {"files": False})
        assert not tell_rails(own, other, {"files": False})
    assert redeemed(shared_connection, issuer).outcome is Outcome.DONE
    assert not tell_rails(shared_connection, issuer, {}), "what others have stays"
    assert tell_rails(shared_connection, issuer, {"files": True})
    assert redeemed(shared_connection, issuer).outcome is Outcome.PENDING


def test_a_route_to_a_rail_that_no_worker_has_is_refused(
    shared_connection: Connection, issuer: Issuer
) -> None:
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail="typo"),))
    tell_rails(shared_connection, issuer, {"hub": True})
    with pytest.raises(ConflictError, match="No worker has a rail tpyo"):
        set_routes(shared_connection, issuer, SYSTEM, (Route(rail="hub"), Route(rail="tpyo")))
    assert issuer.catalogue.routes == (Route(rail="typo"),), "as they were"
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail="hub"),))


@pytest.mark.usefixtures("client")
def test_a_payment_goes_by_its_own_rail_alone(
    shared_connection: Connection, issuer: Issuer, gateway: SandboxGateway
) -> None:
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail="hub"),))
    redeemed(shared_connection, issuer)
    shared_connection.execute(
        "UPDATE payment SET next_try_at = now(), leased_until = NULL WHERE issuer_id = %s",
        (issuer.issuer_id,),
    )
    shared_connection.commit()
    assert resolve_payments(shared_connection, issuer, {"sandbox": gateway}) == 0
    assert payments(shared_connection, issuer) == [("hub", "account", "pending")]
    assert resolve_payments(shared_connection, issuer, {"hub": gateway}) == 1
    assert [status for _rail, _scheme, status in payments(shared_connection, issuer)] != ["pending"]
    assert check(shared_connection, issuer.issuer_id) == []
