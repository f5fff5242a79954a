"""Real threads that want the same stock, the same money or the same sale at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from tests.engine.sales.given_sales import (
    given_allocation,
    given_organisation,
    given_promise,
    given_sold_group,
    line,
    pay,
)
from tests.engine.sales.test_handing_out import hand_out, numbers_of
from tests.given import SYSTEM, ask, balances, given_issuer, given_stock

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.sales.paying import Receipt, refund
from counterfoil.engine.sales.promising import release
from counterfoil.engine.sales.reading import allocations_of, sale_of
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

pytestmark = pytest.mark.prove

_codes = count(1)
Work = Callable[[Connection, Issuer], object]


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, code=f"SELL-{next(_codes)}")
    given_sold_group(connection, issuer)
    return issuer


@pytest.fixture
def at_once(
    shared_database: str, issuer: Issuer, provider: LocalKeyProvider
) -> Callable[..., list[object]]:
    """Everything in a thread of its own at the same moment; what each returned or refused."""

    def run(*works: Work) -> list[object]:
        barrier = Barrier(len(works))

        def one(work: Work) -> object:
            with connected(shared_database) as own:
                mine = open_issuer(own, issuer.code, provider)
                barrier.wait()
                try:
                    return work(own, mine)
                except ConflictError as refusal:
                    return str(refusal)

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(one, works))

    return run


def sold(connection: Connection, issuer: Issuer, sale_id: UUID) -> int:
    (allocation,) = allocations_of(connection, issuer, sale_id)
    connection.rollback()
    return allocation.sold


def test_the_last_stock_is_promised_once(
    connection: Connection, issuer: Issuer, at_once: Callable[..., list[object]]
) -> None:
    given_stock(connection, issuer, 100)
    buyers = [given_organisation(connection, issuer, f"Buyer {each}") for each in range(6)]

    def buying(buyer: int) -> Work:
        def work(own: Connection, mine: Issuer) -> UUID:
            sale_id = given_promise(own, mine, buyer, [line(30)])
            pay(own, mine, sale_id)
            finish_sale(own, mine, sale_id)
            return sale_id

        return work

    def drawing(own: Connection, mine: Issuer) -> int:
        wanted = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")
        answers = [ask(own, mine, wanted)[0] for _each in range(5)]
        return sum(answer.outcome is Outcome.DONE for answer in answers)

    *sales, drawn = at_once(*(buying(buyer) for buyer in buyers), drawing)
    numbers = [sold(connection, issuer, each) for each in sales if isinstance(each, UUID)]
    assert isinstance(drawn, int)
    assert sum(numbers) + drawn == 100
    assert all(0 <= number <= 30 for number in numbers)
    spent = sum(numbers) * 1_000
    left = balances(connection, issuer)
    assert sum(v for k, v in left.items() if k.startswith("customer")) == 6 * 30_000 - spent
    assert check(connection, issuer.issuer_id) == []


def test_one_sale_worked_on_by_many_is_allocated_once(
    connection: Connection, issuer: Issuer, at_once: Callable[..., list[object]]
) -> None:
    given_stock(connection, issuer, 50)
    buyer = given_organisation(connection, issuer)
    sale_id = given_promise(connection, issuer, buyer, [line(10), line(20), line(15)])
    pay(connection, issuer, sale_id)
    at_once(*[lambda own, mine: finish_sale(own, mine, sale_id)] * 6)
    assert sale_of(connection, issuer, sale_id).status == "allocated"
    assert [each.sold for each in allocations_of(connection, issuer, sale_id)] == [10, 20, 15]
    connection.rollback()
    assert "customer:1" not in balances(connection, issuer)
    assert check(connection, issuer.issuer_id) == []


def test_paid_or_given_back_but_not_both(
    connection: Connection, issuer: Issuer, at_once: Callable[..., list[object]]
) -> None:
    given_stock(connection, issuer, 400)
    buyer = given_organisation(connection, issuer)
    ends: Counter[str] = Counter()
    for _round in range(12):
        sale_id = given_promise(connection, issuer, buyer, [line(10)])
        at_once(
            lambda own, mine, sale_id=sale_id: pay(own, mine, sale_id),
            lambda own, mine, sale_id=sale_id: release(own, mine, SYSTEM, sale_id),
        )
        finish_sale(connection, issuer, sale_id)
        status = sale_of(connection, issuer, sale_id).status
        ends[status] += 1
        assert sold(connection, issuer, sale_id) == (10 if status == "allocated" else 0)
    assert set(ends) <= {"allocated", "released"}
    assert sum(ends.values()) == 12
    assert "customer:1" not in balances(connection, issuer)
    assert check(connection, issuer.issuer_id) == []


def test_the_same_receipt_pays_for_one_purchase(
    connection: Connection, issuer: Issuer, at_once: Callable[..., list[object]]
) -> None:
    given_stock(connection, issuer, 100)
    buyer = given_organisation(connection, issuer)
    sales = [given_promise(connection, issuer, buyer, [line(10)]) for _each in range(6)]
    refused = at_once(
        *(
            lambda own, mine, sale_id=sale_id: pay(own, mine, sale_id, bank_reference="FT 9")
            for sale_id in sales
        )
    )
    assert refused.count(None) == 1
    assert sum("counts once" in str(each) for each in refused) == 5
    for sale_id in sales:
        finish_sale(connection, issuer, sale_id)
    assert sum(sold(connection, issuer, sale_id) for sale_id in sales) == 10
    assert balances(connection, issuer)["funding:0"] == -10_010_000
    assert check(connection, issuer.issuer_id) == []


def test_distributors_who_draw_from_one_allocation_never_get_the_same(
    connection: Connection, issuer: Issuer, at_once: Callable[..., list[object]]
) -> None:
    given_stock(connection, issuer, 100)
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 60)
    handovers = at_once(
        *[lambda own, mine: hand_out(own, mine, buyer, allocation_id=allocation_id, vouchers=15)]
        * 5
    )
    found = [
        each
        for handover_id in handovers
        if isinstance(handover_id, UUID)
        for each in numbers_of(connection, issuer, handover_id)
    ]
    drawn = [serial for serial, outcome, _number in found if outcome == "done"]
    assert (len(found), len(drawn), len(set(drawn))) == (75, 60, 60)
    assert check(connection, issuer.issuer_id) == []


def test_a_balance_is_spent_or_refunded_once(
    connection: Connection, issuer: Issuer, at_once: Callable[..., list[object]]
) -> None:
    given_stock(connection, issuer, 100)
    buyer = given_organisation(connection, issuer)
    first = given_promise(connection, issuer, buyer, [line(10)])
    pay(connection, issuer, first, paid_minor=20_000)
    finish_sale(connection, issuer, first)
    second = given_promise(connection, issuer, buyer, [line(10)])

    def back(own: Connection, mine: Issuer) -> None:
        receipt = Receipt(money=Money(10_000, "KES"), bank_reference=f"OUT {uuid4()}")
        refund(own, mine, SYSTEM, buyer, receipt=receipt, funding_account_id=1)

    ended = at_once(lambda own, mine: pay(own, mine, second, paid_minor=0), back, back)
    assert ended.count(None) == 1
    finish_sale(connection, issuer, second)
    assert "customer:1" not in balances(connection, issuer)
    assert check(connection, issuer.issuer_id) == []
