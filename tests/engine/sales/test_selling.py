"""From a promise to an allocation: stock, money and commission, to the cent."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from tests.engine.sales.given_sales import (
    given_organisation,
    given_promise,
    given_sold_group,
    in_days,
    line,
    pay,
)
from tests.given import SYSTEM, ask, balances, change, given_issuer, given_stock, preactivate

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.organisations import OrganisationChange, change_organisation
from counterfoil.engine.provision import finish_provision, running_provisions
from counterfoil.engine.sales.paying import Receipt, receive, refund
from counterfoil.engine.sales.promising import promise, release
from counterfoil.engine.sales.reading import allocations_of, sale_of
from counterfoil.engine.sales.steps import finish_sale, open_sales
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action

_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    """A database for all of them; each has an issuer of its own."""
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, f"SELLING-{next(_codes)}")
    given_sold_group(connection, issuer)
    return issuer


def ranges(connection: Connection, issuer: Issuer) -> list[tuple[int, int, str]]:
    """How many vouchers, how many serials and in which status, in order."""
    found = connection.execute(
        "SELECT vouchers, serial_last - serial_first + 1, status FROM allocation_range"
        " WHERE issuer_id = %s ORDER BY serial_first",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [tuple(row) for row in found]


def test_a_paid_promise_becomes_the_buyers_and_its_money_is_where_it_belongs(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 100)
    buyer = given_organisation(connection, issuer, commission_points=250)
    sale_id = given_promise(connection, issuer, buyer, [line(30)])
    assert sale_of(connection, issuer, sale_id).status == "held"
    assert ranges(connection, issuer) == [(30, 30, "held")]
    assert not any(kind.startswith("customer") for kind in balances(connection, issuer))

    pay(connection, issuer, sale_id)
    finish_sale(connection, issuer, sale_id)

    (allocation,) = allocations_of(connection, issuer, sale_id)
    assert sale_of(connection, issuer, sale_id).status == "allocated"
    assert (allocation.sold, allocation.held, allocation.charged_minor) == (30, 0, 750)
    assert ranges(connection, issuer) == [(30, 30, "sold")]
    assert balances(connection, issuer) == {
        "funding:0": -(10_000_000 + 30_750),
        "available:0": 10_000_000 - 100_000 + 30_000,
        "reserved:2": 100_000,
        "fees:0": 750,
    }
    assert check(connection, issuer.issuer_id) == []


def test_callers_draw_what_nobody_holds(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    first = preactivate(connection, issuer).serial
    sale_id = given_promise(connection, issuer, buyer, [line(5)])
    second = preactivate(connection, issuer).serial
    assert first is not None
    assert second == first + 6
    release(connection, issuer, SYSTEM, sale_id)
    finish_sale(connection, issuer, sale_id)
    assert sale_of(connection, issuer, sale_id).status == "released"
    assert preactivate(connection, issuer).serial == first + 1
    assert check(connection, issuer.issuer_id) == []


def test_what_was_given_back_is_promised_again_before_new_stock(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    for_nothing = given_promise(connection, issuer, buyer, [line(6)])
    release(connection, issuer, SYSTEM, for_nothing)
    finish_sale(connection, issuer, for_nothing)
    drawn = preactivate(connection, issuer).serial
    sale_id = given_promise(connection, issuer, buyer, [line(7)])
    pay(connection, issuer, sale_id)
    finish_sale(connection, issuer, sale_id)
    assert ranges(connection, issuer) == [(5, 5, "sold"), (2, 2, "sold")]
    after = preactivate(connection, issuer).serial
    assert drawn is not None
    assert after == drawn + 8
    assert check(connection, issuer.issuer_id) == []


def test_a_promise_lapses_on_its_day(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    sale_id = given_promise(connection, issuer, buyer, [line(6)])
    assert open_sales(connection, issuer) == []
    connection.execute(
        "UPDATE sale SET held_until = %s WHERE issuer_id = %s",
        (datetime.now(UTC) - timedelta(seconds=1), issuer.issuer_id),
    )
    connection.commit()
    with pytest.raises(ConflictError, match="a day that is past"):
        pay(connection, issuer, sale_id)
    assert open_sales(connection, issuer) == [sale_id]
    finish_sale(connection, issuer, sale_id)
    found = sale_of(connection, issuer, sale_id)
    assert (found.status, found.outcome) == ("released", "lapsed")
    assert ranges(connection, issuer) == [(6, 6, "returned")]
    assert check(connection, issuer.issuer_id) == []


def test_short_of_stock_the_rest_of_the_money_stays_on_the_balance(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 4)
    buyer = given_organisation(connection, issuer, commission_points=100)
    sale_id = given_promise(connection, issuer, buyer, [line(10)])
    pay(connection, issuer, sale_id)
    finish_sale(connection, issuer, sale_id)
    found = sale_of(connection, issuer, sale_id)
    (allocation,) = allocations_of(connection, issuer, sale_id)
    assert (found.status, found.outcome, allocation.sold) == ("allocated", "part", 4)
    assert balances(connection, issuer)["customer:1"] == 10_100 - 4_040
    assert balances(connection, issuer)["fees:0"] == 40
    assert check(connection, issuer.issuer_id) == []


def test_short_of_stock_the_rest_is_made_from_this_payment(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider, f"POOR-{next(_codes)}", funds="50.00")
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 4)
    buyer = given_organisation(connection, issuer, commission_points=100)
    sale_id = given_promise(connection, issuer, buyer, [line(10)])
    pay(connection, issuer, sale_id, when_short="provision")
    finish_sale(connection, issuer, sale_id)
    assert sale_of(connection, issuer, sale_id).status == "allocating"
    given_made(connection, issuer)
    finish_sale(connection, issuer, sale_id)
    (allocation,) = allocations_of(connection, issuer, sale_id)
    found = sale_of(connection, issuer, sale_id)
    assert (found.status, found.outcome, allocation.sold) == ("allocated", None, 10)
    assert ranges(connection, issuer) == [(4, 4, "sold"), (6, 6, "sold")]
    assert balances(connection, issuer) == {
        "funding:0": -(5_000 + 10_100),
        "available:0": 5_000,
        "reserved:2": 10_000,
        "fees:0": 100,
    }
    assert check(connection, issuer.issuer_id) == []


def given_made(connection: Connection, issuer: Issuer) -> None:
    for provision_id in running_provisions(connection, issuer):
        for _step in finish_provision(connection, issuer, provision_id):
            pass


def test_money_that_does_not_reach_buys_nothing_unless_a_part_is_taken(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer, commission_points=1_000)
    sale_id = given_promise(connection, issuer, buyer, [line(10)])
    with pytest.raises(ConflictError, match="is needed"):
        pay(connection, issuer, sale_id, paid_minor=10_999)
    assert sale_of(connection, issuer, sale_id).status == "held"
    pay(connection, issuer, sale_id, paid_minor=10_999, takes_part=True)
    finish_sale(connection, issuer, sale_id)
    (allocation,) = allocations_of(connection, issuer, sale_id)
    assert (allocation.sold, allocation.held, allocation.charged_minor) == (9, 0, 900)
    assert ranges(connection, issuer) == [(9, 9, "sold"), (1, 1, "returned")]
    assert balances(connection, issuer)["customer:1"] == 10_999 - 9_900
    assert check(connection, issuer.issuer_id) == []


def test_a_balance_pays_and_is_refunded_but_never_what_is_set_aside(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    receipt = Receipt(money=Money(15_000, "KES"), bank_reference="FT 1")
    receive(connection, issuer, SYSTEM, buyer, receipt=receipt, funding_account_id=1)
    sale_id = given_promise(connection, issuer, buyer, [line(10)])
    pay(connection, issuer, sale_id, paid_minor=0)
    back = Receipt(money=Money(5_001, "KES"), bank_reference="OUT 1")
    with pytest.raises(ConflictError, match=r"50\.00 KES"):
        refund(connection, issuer, SYSTEM, buyer, receipt=back, funding_account_id=1)
    finish_sale(connection, issuer, sale_id)
    back = Receipt(money=Money(5_000, "KES"), bank_reference="OUT 1")
    refund(connection, issuer, SYSTEM, buyer, receipt=back, funding_account_id=1)
    assert "customer:1" not in balances(connection, issuer)
    assert check(connection, issuer.issuer_id) == []


def test_what_the_bank_calls_it_counts_once_however_it_is_recorded(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    first = given_promise(connection, issuer, buyer, [line(2)])
    second = given_promise(connection, issuer, buyer, [line(2)])
    pay(connection, issuer, first, bank_reference="FT 77")
    with pytest.raises(ConflictError, match="counts once"):
        pay(connection, issuer, second, bank_reference="ft77")
    receipt = Receipt(money=Money(2_000, "KES"), bank_reference="FT 77")
    with pytest.raises(ConflictError, match="counts once"):
        receive(connection, issuer, SYSTEM, buyer, receipt=receipt, funding_account_id=1)
    with pytest.raises(ConflictError, match="counts once"):
        deposit(connection, issuer, SYSTEM, Money(2_000, "KES"), reference="FT77")
    # Out is another direction.
    pay(connection, issuer, second, bank_reference="FT 78", paid_minor=3_000)
    back = Receipt(money=Money(1_000, "KES"), bank_reference="FT 77")
    refund(connection, issuer, SYSTEM, buyer, receipt=back, funding_account_id=1)
    assert check(connection, issuer.issuer_id) == []


def test_who_is_suspended_buys_nothing(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    sale_id = given_promise(connection, issuer, buyer, [line(2)])
    change_organisation(connection, issuer, SYSTEM, buyer, OrganisationChange(status="suspended"))
    with pytest.raises(ConflictError, match="Relief Trust is suspended"):
        pay(connection, issuer, sale_id)
    with pytest.raises(ConflictError, match="Relief Trust is suspended"):
        promise(
            connection,
            issuer,
            SYSTEM,
            sale_id,
            organisation_id=buyer,
            funding_account_id=1,
            lines=[line(1)],
            held_until=in_days(1),
        )


def test_what_is_cancelled_in_stock_is_held_no_more(connection: Connection, issuer: Issuer) -> None:
    """In part, and all of a range; what is short is taken of other stock when it is paid."""
    given_stock(connection, issuer, 20)
    buyer = given_organisation(connection, issuer)
    sale_id = given_promise(connection, issuer, buyer, [line(3), line(2)])
    row = connection.execute(
        "SELECT min(serial_first) FROM allocation_range WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone()
    assert row is not None
    ask(connection, issuer, *(change(Action.CANCEL, row[0] + each) for each in (0, 3, 4)))
    lines = allocations_of(connection, issuer, sale_id)
    connection.rollback()
    assert [each.held for each in lines] == [2, 0]
    assert ranges(connection, issuer) == [(2, 3, "held")]
    assert check(connection, issuer.issuer_id) == []
    pay(connection, issuer, sale_id)
    finish_sale(connection, issuer, sale_id)
    lines = allocations_of(connection, issuer, sale_id)
    connection.rollback()
    assert [(each.held, each.sold) for each in lines] == [(0, 3), (0, 2)]
    assert check(connection, issuer.issuer_id) == []
