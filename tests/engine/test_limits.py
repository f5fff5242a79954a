"""Limits by day, per acceptor and per group: kept to the cent and to the voucher."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.given import (
    SHOP,
    SYSTEM,
    ask,
    balances,
    finish,
    given_active,
    given_issuer,
    given_stock,
    redemption,
    state_of,
)

from counterfoil.engine.acceptors import (
    AcceptorChange,
    AcceptorDesign,
    change_acceptor,
    create_acceptors,
)
from counterfoil.engine.apply import apply
from counterfoil.engine.catalogue import DailyLimits
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Outcome, Redeem
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import State

OTHER = AcceptorDesign(name="Baba Stores", kind="merchant", account="ACC-2")


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    create_acceptors(connection, issuer, SYSTEM, [OTHER])
    given_limited_group(connection, issuer)
    given_stock(connection, issuer, 20)
    return issuer


def given_limited_group(
    connection: Connection,
    issuer: Issuer,
    *,
    settlement: str = "deferred",
    amount_minor_max: int | None = None,
    count_max: int | None = None,
) -> None:
    create_group(
        connection,
        issuer,
        SYSTEM,
        GroupDesign(
            code="FOOD-AID",
            name="Food aid",
            currency="KES",
            denominations=(1000,),
            valid_for_days=90,
            settlement=settlement,
            daily_amount_minor_max=amount_minor_max,
            daily_count_max=count_max,
        ),
    )


def given_limits(
    connection: Connection,
    issuer: Issuer,
    *,
    amount_minor_max: int | None = None,
    count_max: int | None = None,
) -> None:
    """On SHOP."""
    limits = DailyLimits(amount_minor_max, count_max)
    change_acceptor(connection, issuer, SYSTEM, 1, AcceptorChange(daily_limits=limits))


def redemptions(connection: Connection, issuer: Issuer, count: int) -> list[Redeem]:
    return [redemption(given_active(connection, issuer).number or "") for _ in range(count)]


def at_other(redeem: Redeem) -> Redeem:
    return Redeem(
        caller=redeem.caller,
        number=redeem.number,
        acceptor_name=OTHER.name,
        acceptor_account=OTHER.account,
    )


def outcomes(connection: Connection, issuer: Issuer, *asked: Redeem) -> list[Outcome]:
    return [answer.outcome for answer in ask(connection, issuer, *asked)]


def use(connection: Connection) -> list[tuple[str, int, int, int]]:
    rows = connection.execute(
        "SELECT subject_kind, subject_id, amount_minor, vouchers FROM daily_use ORDER BY 1, 2"
    ).fetchall()
    connection.rollback()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_without_limits_nothing_is_counted(connection: Connection, issuer: Issuer) -> None:
    asked = redemptions(connection, issuer, 2)
    assert outcomes(connection, issuer, *asked) == [Outcome.DONE, Outcome.DONE]
    assert issuer.catalogue.limited is False
    assert use(connection) == []


@pytest.mark.parametrize("limits", [{"amount_minor_max": 2999}, {"count_max": 2}])
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_acceptor_redeems_up_to_its_limit_and_no_further(
    connection: Connection, issuer: Issuer, limits: dict[str, int], *, in_one_batch: bool
) -> None:
    given_limits(connection, issuer, **limits)
    asked = redemptions(connection, issuer, 3)
    if in_one_batch:
        found = outcomes(connection, issuer, *asked)
    else:
        found = [outcomes(connection, issuer, each)[0] for each in asked]
    assert found == [Outcome.DONE, Outcome.DONE, Outcome.LIMIT_REACHED]
    assert use(connection) == [("acceptor", 1, 2000, 2)]
    before = balances(connection, issuer)
    assert before["payable:1"] == 2000
    assert outcomes(connection, issuer, asked[2]) == [Outcome.LIMIT_REACHED]
    assert balances(connection, issuer) == before, "a refusal moves nothing"
    assert outcomes(connection, issuer, at_other(asked[2])) == [Outcome.DONE]
    assert check(connection, issuer.issuer_id) == []


def test_limit_is_that_of_the_day(connection: Connection, issuer: Issuer) -> None:
    given_limits(connection, issuer, count_max=1)
    first, second = redemptions(connection, issuer, 2)
    assert outcomes(connection, issuer, first, second) == [Outcome.DONE, Outcome.LIMIT_REACHED]
    connection.execute("UPDATE daily_use SET day = day - 1")
    connection.commit()
    assert outcomes(connection, issuer, second) == [Outcome.DONE]


def test_limit_is_lifted_and_kept_by_other_changes(connection: Connection, issuer: Issuer) -> None:
    given_limits(connection, issuer, count_max=1)
    changed = change_acceptor(
        connection, issuer, SYSTEM, 1, AcceptorChange(groups=("FOOD", "FUEL"))
    )
    assert changed.daily_limits == DailyLimits(None, 1)
    first, second = redemptions(connection, issuer, 2)
    assert outcomes(connection, issuer, first, second) == [Outcome.DONE, Outcome.LIMIT_REACHED]
    given_limits(connection, issuer)
    assert outcomes(connection, issuer, second) == [Outcome.DONE]


def test_group_has_a_limit_over_all_acceptors_even_for_older_stock(
    connection: Connection, issuer: Issuer
) -> None:
    asked = redemptions(connection, issuer, 4)
    given_limited_group(connection, issuer, amount_minor_max=3000)
    found = outcomes(connection, issuer, asked[0], at_other(asked[1]), asked[2], asked[3])
    assert found == [Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.LIMIT_REACHED]
    assert outcomes(connection, issuer, at_other(asked[3])) == [Outcome.LIMIT_REACHED]
    assert use(connection) == [("group", 2, 3000, 3)]


def test_limit_comes_after_every_other_refusal(connection: Connection, issuer: Issuer) -> None:
    given_limits(connection, issuer, count_max=1)
    first, second = redemptions(connection, issuer, 2)
    assert outcomes(connection, issuer, first) == [Outcome.DONE]
    wrong_group = Redeem(
        caller=SYSTEM,
        number=second.number,
        acceptor_name=SHOP.name,
        acceptor_account=SHOP.account,
        acceptor_group="FUEL",
    )
    assert outcomes(connection, issuer, first) == [Outcome.ALREADY_REDEEMED]
    assert outcomes(connection, issuer, wrong_group) == [Outcome.GROUP_MISMATCH]
    assert outcomes(connection, issuer, second) == [Outcome.LIMIT_REACHED]


def test_refused_payment_is_given_back_and_a_settled_one_is_not(
    connection: Connection, issuer: Issuer
) -> None:
    given_limited_group(connection, issuer, settlement="instant")
    given_stock(connection, issuer, 3)
    connection.execute("UPDATE provision SET status = 'paused' WHERE group_version = 1")
    connection.commit()
    given_limits(connection, issuer, count_max=1)
    first, second = redemptions(connection, issuer, 2)
    (reserved,) = ask(connection, issuer, first)
    assert reserved.outcome is Outcome.PENDING
    assert outcomes(connection, issuer, second) == [Outcome.LIMIT_REACHED]
    ask(connection, issuer, finish(reserved, completed=False, reason="cannot_credit"))
    assert state_of(connection, issuer, reserved.serial or 0) is State.ACTIVE
    assert use(connection) == [("acceptor", 1, 0, 0)]
    (reserved,) = ask(connection, issuer, second)
    ask(connection, issuer, finish(reserved, completed=True))
    assert use(connection) == [("acceptor", 1, 1000, 1)]
    assert outcomes(connection, issuer, first) == [Outcome.LIMIT_REACHED]


def test_payment_reserved_before_there_was_a_limit_is_not_given_back(
    connection: Connection, issuer: Issuer
) -> None:
    given_limited_group(connection, issuer, settlement="instant")
    given_stock(connection, issuer, 2)
    connection.execute("UPDATE provision SET status = 'paused' WHERE group_version = 1")
    connection.commit()
    (reserved,) = ask(connection, issuer, *redemptions(connection, issuer, 1))
    given_limits(connection, issuer, count_max=1)
    ask(connection, issuer, finish(reserved, completed=False, reason="cannot_credit"))
    assert use(connection) == []


def test_limit_holds_under_concurrency(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_limits(connection, issuer, amount_minor_max=7000)
    asked = redemptions(connection, issuer, 16)

    def redeem(mine: list[Redeem]) -> list[Outcome]:
        with connected(database) as own:
            known = open_issuer(own, issuer.code, provider)
            return [apply(own, known, [each])[0].outcome for each in mine]

    with ThreadPoolExecutor(4) as pool:
        found = [o for each in pool.map(redeem, (asked[n::4] for n in range(4))) for o in each]
    assert found.count(Outcome.DONE) == 7
    assert found.count(Outcome.LIMIT_REACHED) == 9
    assert use(connection) == [("acceptor", 1, 7000, 7)]
    assert check(connection, issuer.issuer_id) == []
