"""What is wrong with sales is found and named."""

from collections.abc import Iterator
from typing import Final

import pytest
from tests.damages import each_damaged
from tests.engine.sales.given_sales import (
    given_allocation,
    given_organisation,
    given_promise,
    given_sold_group,
    line,
    pay,
)
from tests.given import given_issuer, given_stock

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider

_TEAR: Final = """
    UPDATE voucher SET state = 8
    WHERE serial = (SELECT min(serial_first) FROM allocation_range WHERE status = 'held')
"""
# What is damaged: the statement, and what is said about it (of check_sales alone).
DAMAGES: Final = {
    "a range grown into the next": (
        "UPDATE allocation_range SET serial_last = serial_last + 1 WHERE status = 'sold'",
        "the range from serial",
    ),
    "a range outside of its provision": (
        "UPDATE allocation_range SET serial_last = serial_last + 5000 WHERE status = 'held'",
        "the range from serial",
    ),
    "more sold than was cut off": ("UPDATE allocation SET sold = 9 WHERE sold > 0", "sold"),
    "held by nobody": ("UPDATE allocation SET held = 1 WHERE held = 3", "held"),
    "held of what is not in stock": (_TEAR, ", held"),
    "a commission of another share": (
        "UPDATE allocation SET charged_minor = 1 WHERE sold > 0",
        "commission",
    ),
    "a sale that spent more": (
        "UPDATE sale SET spent_minor = spent_minor - 1 WHERE status = 'allocated'",
        "spent",
    ),
    "more set aside than there is": (
        "UPDATE sale SET budget_minor = 999999 WHERE status = 'allocating'",
        "set aside",
    ),
}


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    """With one allocation, one promise beside it, and one sale that is paid and waits."""
    issuer = given_issuer(connection, provider)
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 50)
    buyer = given_organisation(connection, issuer, commission_points=1_000)
    given_allocation(connection, issuer, buyer, 10)
    given_promise(connection, issuer, buyer, [line(3)])
    pay(connection, issuer, given_promise(connection, issuer, buyer, [line(4)]))
    return issuer


@pytest.fixture
def owner(database: str) -> Iterator[Connection]:
    with connect_as_owner(database) as owner:
        yield owner


def test_each_damage_of_a_sale_is_found_and_named(
    connection: Connection, owner: Connection, issuer: Issuer
) -> None:
    assert check(connection, issuer.issuer_id) == []
    for what, said, found in each_damaged(owner, "check_sales", DAMAGES):
        assert found, what
        assert all(said in str(each) for each in found[:1]), (what, *map(str, found))
