"""`check` names whatever was damaged of payouts that stand at every step."""

from collections.abc import Iterator
from typing import Final

import pytest
from tests.damages import each_damaged
from tests.engine.payouts.given import (
    given_preview,
    given_redeemed,
    given_sent,
    given_shops,
    read_payments,
)
from tests.given import SYSTEM, given_group, given_issuer

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.keys.provider import LocalKeyProvider

DAMAGES: Final = {
    "a stretch counts as not paid": (
        "UPDATE payout_line SET is_paid = FALSE WHERE run_id = 1 AND acceptor_id = 1",
        "microseconds between stretches that were paid",
    ),
    "a stretch begins later": (
        (
            "UPDATE payout_line SET after_at = after_at + interval '1 hour'"
            " WHERE run_id = 1 AND acceptor_id = 1"
        ),
        "microseconds between stretches that were paid",
    ),
    "a stretch of more than was redeemed": (
        "UPDATE payout_line SET gross_minor = gross_minor + 1 WHERE run_id = 2 AND is_paid",
        "redemptions of a stretch that was paid",
    ),
    "a redemption is gone from a stretch": (
        "DELETE FROM redemption WHERE amount_minor = 1000 AND acceptor_id = 1",
        "redemptions of a stretch that was paid",
    ),
    "a payment is forgotten": (
        "DELETE FROM payment WHERE status = 'pending'",
        "money of the payments of a payout",
    ),
    "a payment of another amount": (
        "UPDATE payment SET amount_minor = amount_minor + 1 WHERE status = 'completed'",
        "money of the payments of a payout",
    ),
    "a payout that failed is called completed": (
        "UPDATE payout SET status = 'completed' WHERE status = 'failed'",
        "money of the payments of a payout",
    ),
    "a payment that was completed is called pending": (
        "UPDATE payment SET status = 'pending' WHERE status = 'completed'",
        "money on its way to acceptors",
    ),
    "a refund is forgotten": ("DELETE FROM redemption_refund", "owed to acceptor 1"),
    "an earning is invented": (
        "INSERT INTO earning VALUES (1, 99, 1, 1, 1, 1, 5, now(), NULL, 1, 1, 2)",
        "owed to acceptor 1",
    ),
    "a commission is raised": (
        "UPDATE payout SET commission_minor = 5, net_minor = net_minor - 5 WHERE run_id = 1",
        "money of the payments of a payout",
    ),
}


@pytest.fixture
def owner(
    connection: Connection, database: str, provider: LocalKeyProvider
) -> Iterator[Connection]:
    """Of a database with payouts that are completed, failed, on their way and previewed."""
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, denominations=())
    (baraka,) = given_shops(connection, issuer, "Baraka")
    for shop in (1, baraka):
        given_redeemed(connection, issuer, shop, 1000, 250)
    first = given_sent(connection, issuer)
    for shop, told in ((1, Told.COMPLETED), (baraka, Told.REJECTED)):
        payment_id = read_payments(connection, issuer, first.run_id, shop)[0][0]
        hear(connection, issuer, SYSTEM, [News(payment_id, told)])
    wrong, _right = given_redeemed(connection, issuer, 1, 30, 400)
    refund_redemption(connection, issuer, SYSTEM, wrong, reason="the wrong voucher")
    given_sent(connection, issuer)
    given_redeemed(connection, issuer, 1, 70)
    given_preview(connection, issuer)
    catch_up(connection, issuer.issuer_id)
    assert check(connection) == []
    with connect_as_owner(database) as owner:
        yield owner


def test_each_damage_is_found_and_named(owner: Connection) -> None:
    for what, subject, found in each_damaged(owner, "check_payouts", DAMAGES):
        assert subject in {each.subject for each in found}, (what, *map(str, found))
