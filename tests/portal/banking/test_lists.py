"""Lists of the bank give each row once, page by page: lines from the latest day on, differences."""

import pytest
from tests.databases import connected
from tests.gateway.bank_days import FUNDED, days, given_batch, line, notified, stated
from tests.given import SYSTEM, given_group
from tests.portal.banking.given import given_banked_house, took
from tests.portal.conftest import Portal
from tests.portal.exporting.files import proved, walked
from tests.portal.money.working import House

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.funds import withdraw
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.models import Role
from counterfoil.portal.orchestrator.banking.listed import DIFFERENCES, lines_in
from counterfoil.portal.orchestrator.money.ledger import funding_account


@pytest.fixture
def house(portal: Portal) -> House:
    """A payment, a deposit, something to propose, something unexplained, and something that was."""
    house = given_banked_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, denominations=())
        set_routes(engine, house.issuer, SYSTEM, (Route(rail="bank"),))
        sent = given_batch(engine, house.issuer, 1_000)
    paid = line("PAID", -1_000, of=sent.payments[0], day=days(2))
    fees = line("FEE", -30, day=days(1)), line("TAX", -40, day=days(1))
    took(house, notified(house.issuer, paid, *fees, line("IN", 500, day=days(2))))
    took(house, stated(house.issuer, 0, 100_000, line(FUNDED, 100_000)))
    with connected(portal.url) as engine:
        withdraw(engine, house.issuer, SYSTEM, Money(40, "KES"), reference="TAX", reason="tax")
        look_again(engine, house.issuer)
    return house


def office_of(house: House) -> Office:
    issuer, roles = house.issuer, frozenset({Role.FINANCE})
    return Office(issuer.issuer_id, issuer.code, "Riverside", house.amina, roles)


def test_lines_are_read_from_the_latest_day_on(house: House) -> None:
    office = office_of(house)
    lines = proved(lines_in(funding_account(office, 1)), office, rows=5)["newest"]
    assert [(each.booked_on, each.bank_reference) for each in lines] == [
        (days(2), "IN"),
        (days(2), "PAID"),
        (days(1), "TAX"),
        (days(1), "FEE"),
        (days(0), FUNDED),
    ]
    assert [(each.status, each.signed.amount_minor, each.is_on_statement) for each in lines] == [
        ("proposed", 500, False),
        ("attached", -1_000, False),
        ("attached", -40, False),
        ("unexplained", -30, False),
        ("attached", 100_000, True),
    ]
    assert [each.in_ledger is not None for each in lines] == [False, True, True, False, True]


def test_differences_are_read_as_long_as_they_are_open_and_after(house: House) -> None:
    office = office_of(house)
    for order, found in proved(DIFFERENCES, office, rows=1).items():
        (still,) = (each.difference for each in found)
        (ended,) = (
            each.difference
            for each in walked(DIFFERENCES, office, f"state=ended&sort={order}", at_once=1)
        )
        assert still.kind is ended.kind is ExceptionKind.UNEXPLAINED_DEBIT
        assert (still.found_minor, still.ended_at, still.ended_by) == (30, None, None)
        assert (ended.found_minor, ended.ended_by) == (40, "system")
