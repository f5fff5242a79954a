"""Each redemption is listed by who redeemed it and whose voucher it was, and found by key."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
import pytest
from tests.engine.figures.given import (
    drawn,
    given_organisation,
    given_sale,
    it_is,
    wrong_figures,
)
from tests.given import (
    SHOP,
    SYSTEM,
    ask,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    redemption,
)

from counterfoil.engine.acceptors import create_acceptors
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.figures.reading import Figure, Measure, Period, SubjectKind
from counterfoil.engine.figures.redemptions import (
    Listed,
    redeemed_where,
    redemptions_of_acceptor,
    redemptions_of_organisation,
)
from counterfoil.engine.figures.several import (
    THE_ISSUER,
    Subjects,
    days_of_subjects,
    folded,
    together,
    totals_of_periods,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Outcome
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

NEWEST: Final = {
    "since": None,
    "until": None,
    "sort": "newest",
    "after_at": datetime.max.replace(tzinfo=UTC),
    "after_id": 2**63 - 1,
    "rows_max": 50,
}
OLDEST: Final = NEWEST | {
    "sort": "oldest",
    "after_at": datetime(1, 1, 1, tzinfo=UTC),
    "after_id": 0,
}
ONE, OTHER = 1, 2  # acceptors


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_stock(connection, issuer, 40)
    other = replace(SHOP, name="Baraka Stores", account="ACC-2")
    create_acceptors(connection, issuer, SYSTEM, [other])
    return issuer


def redeemed(connection: Connection, issuer: Issuer, voucher: Answer, at: int = ONE) -> int:
    wish = redemption(voucher.number or "")
    if at == OTHER:
        wish = msgspec.structs.replace(
            wish, acceptor_name="Baraka Stores", acceptor_account="ACC-2"
        )
    (answer,) = ask(connection, issuer, wish)
    assert answer.outcome is Outcome.DONE, answer
    assert voucher.serial is not None
    return voucher.serial


def of_acceptor(
    connection: Connection,
    issuer: Issuer,
    acceptor_id: int = ONE,
    *,
    asked: Mapping[str, object] | None = None,
) -> list[Listed]:
    found = redemptions_of_acceptor(
        connection, issuer.issuer_id, acceptor_id, {**NEWEST, **(asked or {})}
    )
    connection.rollback()
    return found


def of_organisation(connection: Connection, issuer: Issuer, organisation_id: int) -> list[Listed]:
    found = redemptions_of_organisation(connection, issuer.issuer_id, organisation_id, NEWEST)
    connection.rollback()
    return found


def caught_up(connection: Connection, issuer: Issuer) -> None:
    catch_up(connection, issuer.issuer_id)
    assert wrong_figures(connection) == []


def test_a_redemption_is_its_acceptors_and_its_buyers(
    connection: Connection, issuer: Issuer
) -> None:
    buyer, other_buyer = (
        given_organisation(connection, issuer, name) for name in ("Relief Now", "Others")
    )
    allocation_id = given_sale(connection, issuer, buyer, quantity=4)
    given_sale(connection, issuer, other_buyer, quantity=4)
    nobodys = redeemed(connection, issuer, given_active(connection, issuer))
    here = redeemed(connection, issuer, drawn(connection, issuer, allocation_id))
    there = redeemed(connection, issuer, drawn(connection, issuer, allocation_id), at=OTHER)
    caught_up(connection, issuer)
    assert [each.serial for each in of_acceptor(connection, issuer)] == [here, nobodys]
    assert [each.serial for each in of_acceptor(connection, issuer, OTHER)] == [there]
    assert [
        (each.serial, each.acceptor_name, each.group_code, each.money)
        for each in of_organisation(connection, issuer, buyer)
    ] == [
        (there, "Baraka Stores", "FOOD-AID", Money(1000, "KES")),
        (here, "Asha Stores", "FOOD-AID", Money(1000, "KES")),
    ]
    assert of_organisation(connection, issuer, other_buyer) == []


def test_an_instant_redemption_is_listed_when_it_is_settled(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, code="AT-ONCE", settlement="instant")
    given_stock(connection, issuer, 2, group="AT-ONCE")
    voucher = given_active(connection, issuer, group="AT-ONCE")
    (pending,) = ask(connection, issuer, redemption(voucher.number or ""))
    caught_up(connection, issuer)
    assert of_acceptor(connection, issuer) == []
    ask(connection, issuer, finish(pending, completed=True))
    caught_up(connection, issuer)
    assert [each.serial for each in of_acceptor(connection, issuer)] == [voucher.serial]


def test_pages_and_days_of_an_acceptor(connection: Connection, issuer: Issuer) -> None:
    noon = datetime(2040, 3, 1, 12, tzinfo=UTC)
    serials = []
    for day in range(4):
        it_is(connection, issuer, noon + timedelta(days=day))
        serials.append(redeemed(connection, issuer, given_active(connection, issuer)))
    caught_up(connection, issuer)
    oldest = of_acceptor(connection, issuer, asked=OLDEST)
    assert [each.serial for each in oldest] == serials
    at, operation_id = oldest[1].key
    key = {"after_at": at, "after_id": operation_id}
    following = of_acceptor(connection, issuer, asked={**OLDEST, **key})
    assert [each.serial for each in following] == serials[2:]
    before = of_acceptor(connection, issuer, asked={**key, "rows_max": 1})
    assert [each.serial for each in before] == serials[:1]
    one_day = {"since": datetime(2040, 3, 2, tzinfo=UTC), "until": datetime(2040, 3, 3, tzinfo=UTC)}
    second = of_acceptor(connection, issuer, asked=one_day)
    assert [each.serial for each in second] == serials[1:2]


def test_where_an_organisations_vouchers_are_redeemed(
    connection: Connection, issuer: Issuer
) -> None:
    buyer = given_organisation(connection, issuer)
    allocation_id = given_sale(connection, issuer, buyer, quantity=6)
    for day, place in ((1, ONE), (2, OTHER), (20, OTHER), (21, OTHER)):
        it_is(connection, issuer, datetime(2040, 5, day, 9, tzinfo=UTC))
        redeemed(connection, issuer, drawn(connection, issuer, allocation_id), place)
        redeemed(connection, issuer, given_active(connection, issuer), ONE)
    caught_up(connection, issuer)

    def where(first: int, last: int) -> list[tuple[str, int, int]]:
        period = Period(date(2040, 5, first), date(2040, 5, last))
        found = redeemed_where(connection, issuer.issuer_id, buyer, "KES", period)
        connection.rollback()
        return [(each.name, each.vouchers, each.money.amount_minor) for each in found]

    assert where(1, 31) == [("Baraka Stores", 3, 3000), ("Asha Stores", 1, 1000)]
    assert where(2, 20) == [("Baraka Stores", 2, 2000)]
    assert where(1, 1) == [("Asha Stores", 1, 1000)]
    assert where(3, 19) == []


def test_several_periods_and_groups_at_once(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, code="SCHOOL")
    given_stock(connection, issuer, 3, group="SCHOOL")
    for day, group in ((1, "FOOD-AID"), (2, "FOOD-AID"), (2, "SCHOOL")):
        it_is(connection, issuer, datetime(2040, 5, day, 9, tzinfo=UTC))
        redeemed(connection, issuer, given_active(connection, issuer, group=group))
    caught_up(connection, issuer)
    first, second, third = (Period(date(2040, 5, day), date(2040, 5, day)) for day in (1, 2, 3))
    groups = Subjects(SubjectKind.GROUP, (2, 3))
    one, two, nothing = totals_of_periods(
        connection, issuer.issuer_id, groups, [first, second, third], [Measure.REDEEMED]
    )
    key = (Measure.REDEEMED, "KES")
    ten = Figure(1, Money(1000, "KES"))
    assert one == {2: {key: ten}}
    assert two == {2: {key: ten}, 3: {key: ten}}
    assert nothing == {}
    assert together(two.values()) == {key: Figure(2, Money(2000, "KES"))}
    days = days_of_subjects(
        connection,
        issuer.issuer_id,
        groups,
        Period(date(2040, 5, 1), date(2040, 5, 3)),
        [Measure.REDEEMED],
    )
    assert [(each.day.day, each.vouchers) for each in days] == [(1, 1), (2, 2)]
    only = days_of_subjects(
        connection, issuer.issuer_id, Subjects(SubjectKind.GROUP, (3,)), second, Measure
    )
    assert {(each.measure.value, each.vouchers) for each in only} == {
        ("distributed", 1),
        ("redeemed", 1),
    }
    connection.rollback()


def test_how_far_the_figures_are(connection: Connection, issuer: Issuer) -> None:
    before = folded(connection, issuer.issuer_id)
    connection.rollback()
    assert (before.until, before.is_all) == (None, False)
    catch_up(connection, issuer.issuer_id)
    after = folded(connection, issuer.issuer_id)
    connection.rollback()
    assert after.is_all
    assert after.until is not None
    given_active(connection, issuer)
    later = folded(connection, issuer.issuer_id)
    connection.rollback()
    assert (later.until, later.is_all) == (after.until, False)
    assert THE_ISSUER.ids == (0,)
