"""What tests of payouts are given: an issuer with its people, merchants who have redeemed, and the
worker's part.
"""

from uuid import UUID

from tests.databases import connected
from tests.engine.payouts.given import (
    WIDE,
    given_preview,
    given_redeemed,
    given_sent,
    given_shops,
    read_payments,
    read_run,
)
from tests.given import SYSTEM, given_group
from tests.portal.conftest import Portal
from tests.portal.money.working import House, given_house

from counterfoil.engine.payouts import terms
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.engine.payouts.reading import Run
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.engine.payouts.sending import send_chunk
from counterfoil.engine.payouts.terms import TermsDesign

ASHA = 1  # tests.given.SHOP


def given_office(portal: Portal) -> House:
    """With a voucher of any amount."""
    house = given_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, denominations=())
    return house


def redeemed(house: House, acceptor_id: int, *amounts_minor: int) -> list[int]:
    with connected(house.portal.url) as engine:
        return given_redeemed(engine, house.issuer, acceptor_id, *amounts_minor)


def shops(house: House, *names: str) -> list[int]:
    with connected(house.portal.url) as engine:
        return given_shops(engine, house.issuer, *names)


def preview(house: House) -> Run:
    with connected(house.portal.url) as engine:
        return given_preview(engine, house.issuer, WIDE)


def sent(house: House) -> Run:
    with connected(house.portal.url) as engine:
        return given_sent(engine, house.issuer, WIDE)


def send_all(house: House, run_id: int) -> Run:
    """As the worker does with a run that was approved."""
    with connected(house.portal.url) as engine:
        while send_chunk(engine, house.issuer, run_id):
            pass
        return read_run(engine, house.issuer, run_id)


def told(
    house: House, run_id: int, acceptor_id: int, what: Told, reason: str | None = None
) -> None:
    """What the rail says of its last payment."""
    with connected(house.portal.url) as engine:
        payment_id = read_payments(engine, house.issuer, run_id, acceptor_id)[-1][0]
        assert isinstance(payment_id, UUID)
        assert hear(engine, house.issuer, SYSTEM, [News(payment_id, what, reason)]).moved == 1


def refunded(house: House, serial: int) -> None:
    with connected(house.portal.url) as engine:
        refund_redemption(engine, house.issuer, SYSTEM, serial, reason="scanned by mistake")


def set_terms(house: House, *, commission_points: int, fee_minor: int) -> None:
    """Of the first funding account."""
    design = TermsDesign(
        funding_account_id=1, commission_points=commission_points, fee_minor=fee_minor
    )
    with connected(house.portal.url) as engine:
        terms.set_terms(engine, house.issuer, SYSTEM, design, expected_version=1)
