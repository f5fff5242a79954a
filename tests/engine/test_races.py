"""Real threads, each with a connection of its own, all wanting the same thing at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
    state_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Activate, Answer, Operation, Outcome, Preactivate
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action, State

THREADS = 16
_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, code=f"RACE-{next(_codes)}", funds="500.00")
    given_group(connection, issuer)
    return issuer


@pytest.fixture
def race(
    shared_database: str, issuer: Issuer, provider: LocalKeyProvider
) -> Callable[[Callable[[Connection, Issuer, int], object]], list[object]]:
    """Run something in every thread at the same moment; what each returned."""

    def run(work: Callable[[Connection, Issuer, int], object]) -> list[object]:
        barrier = Barrier(THREADS)

        def one(mine: int) -> object:
            with connected(shared_database) as connection:
                own = open_issuer(connection, issuer.code, provider)
                barrier.wait(timeout=30)
                return work(connection, own, mine)

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(one, range(THREADS)))

    return run


Race = Callable[[Callable[[Connection, Issuer, int], object]], list[object]]


def drawing(group: str = "FOOD-AID", amount: str = "10.00") -> Preactivate:
    return Preactivate(caller=SYSTEM, amount=amount, currency="KES", group=group)


def asking(*operations: Operation) -> Callable[[Connection, Issuer, int], object]:
    return lambda connection, issuer, _mine: apply(connection, issuer, operations)


def answers(results: list[object]) -> list[Answer]:
    return [answer for result in results if isinstance(result, list) for answer in result]


def outcomes(results: list[object]) -> Counter[Outcome]:
    return Counter(answer.outcome for answer in answers(results))


def test_the_last_stock_is_drawn_once(connection: Connection, issuer: Issuer, race: Race) -> None:
    given_stock(connection, issuer, 20)
    given_stock(connection, issuer, 5)
    results = race(asking(drawing(), drawing()))
    assert outcomes(results) == {Outcome.DONE: 25, Outcome.OUT_OF_STOCK: 7}
    drawn = [answer for answer in answers(results) if answer.outcome is Outcome.DONE]
    assert len({answer.serial for answer in drawn}) == 25
    assert len({answer.number for answer in drawn}) == 25
    assert check(connection, issuer.issuer_id) == []


def test_provisions_at_once_never_exceed_the_funds(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    """The funds are good for five."""

    def provide(connection: Connection, issuer: Issuer, _mine: int) -> object:
        try:
            provision = begin_provision(
                connection,
                issuer,
                SYSTEM,
                group_code="FOOD-AID",
                money=Money(1000, "KES"),
                count=10,
            )
        except ConflictError:
            return "refused"
        for _step in finish_provision(connection, issuer, provision.provision_id):
            pass
        return "made"

    assert Counter(race(provide)) == {"made": 5, "refused": 11}
    assert balances(connection, issuer) == {"funding:0": -50_000, "reserved:2": 50_000}
    assert check(connection, issuer.issuer_id) == []


def test_one_provision_may_be_finished_by_many(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    begun = begin_provision(
        connection, issuer, SYSTEM, group_code="FOOD-AID", money=Money(1000, "KES"), count=50
    )
    race(lambda each, own, _mine: list(finish_provision(each, own, begun.provision_id)))
    assert balances(connection, issuer) == {"funding:0": -50_000, "reserved:2": 50_000}
    assert check(connection, issuer.issuer_id) == []


def test_one_reference_draws_one_voucher(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    given_stock(connection, issuer, 40)
    asked = Preactivate(
        caller=SYSTEM, reference="once", amount="10.00", currency="KES", group="FOOD-AID"
    )
    told = answers(race(asking(asked)))
    assert {answer.outcome for answer in told} == {Outcome.DONE}
    assert len({(answer.serial, answer.number, answer.operation_id) for answer in told}) == 1
    assert [answer.repeated for answer in told].count(False) == 1
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize("settlement", ["deferred", "instant"])
def test_one_reference_redeems_once(
    connection: Connection, issuer: Issuer, race: Race, settlement: str
) -> None:
    given_group(connection, issuer, "CASH", denominations=(), settlement=settlement)
    voucher = given_active(connection, issuer, group="CASH")
    told = answers(race(asking(redemption(voucher.number or "", "once"))))
    expected = Outcome.PENDING if settlement == "instant" else Outcome.DONE
    assert {answer.outcome for answer in told} == {expected}
    assert [answer.repeated for answer in told].count(False) == 1
    assert sum(answer.payment is not None for answer in told) == (settlement == "instant")
    assert check(connection, issuer.issuer_id) == []


def test_many_redemptions_of_many_vouchers_each_happen_once(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    """In another order in every thread, two to a batch."""
    given_stock(connection, issuer, 24)
    numbers = [given_active(connection, issuer).number or "" for _ in range(24)]

    def redeem_all(connection: Connection, issuer: Issuer, mine: int) -> object:
        order = numbers[mine:] + numbers[:mine]
        order = order[::-1] if mine % 2 else order
        pairs = zip(order[::2], order[1::2], strict=True)
        return [
            answer
            for pair in pairs
            for answer in apply(connection, issuer, [redemption(number) for number in pair])
        ]

    told = outcomes(race(redeem_all))
    assert told == {Outcome.DONE: 24, Outcome.ALREADY_REDEEMED: 24 * (THREADS - 1)}
    assert balances(connection, issuer)["payable:1"] == 24_000
    assert check(connection, issuer.issuer_id) == []


def test_a_cancellation_and_a_redemption_do_not_both_happen(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    given_stock(connection, issuer, 6)
    for _round in range(6):
        voucher = given_active(connection, issuer)
        serial, number = voucher.serial or 0, voucher.number or ""
        cancelling, redeeming = asking(change(Action.CANCEL, serial)), asking(redemption(number))
        told = outcomes(
            race(lambda c, i, mine: (cancelling if mine % 2 else redeeming)(c, i, mine))  # noqa: B023 run in this round
        )
        assert told[Outcome.DONE] == 1
        losers = (
            Outcome.ALREADY_CANCELLED
            if state_of(connection, issuer, serial) is State.CANCELLED
            else Outcome.ALREADY_REDEEMED
        )
        assert told[losers] == THREADS - 1
    assert check(connection, issuer.issuer_id) == []


def test_stock_may_be_cancelled_while_it_is_drawn(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    given_stock(connection, issuer, 32)
    row = connection.execute(
        "SELECT min(serial) FROM voucher WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone()
    connection.rollback()
    assert row is not None

    def cancel_or_draw(connection: Connection, issuer: Issuer, mine: int) -> object:
        if mine % 4:
            return ask(connection, issuer, drawing())
        return [
            answer
            for at in range(4)
            for answer in ask(connection, issuer, change(Action.CANCEL, row[0] + mine + at))
        ]

    told = outcomes(race(cancel_or_draw))
    assert told[Outcome.DONE] == 12 + 16
    assert check(connection, issuer.issuer_id) == []


def test_vouchers_on_demand_never_exceed_the_funds(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    """The funds are good for five of a hundred."""
    given_group(connection, issuer, "CASH", denominations=())
    told = outcomes(race(asking(drawing("CASH", "100.00"))))
    assert told == {Outcome.DONE: 5, Outcome.FUNDS_MISSING: 11}
    assert balances(connection, issuer) == {"funding:0": -50_000, "reserved:3": 50_000}
    assert check(connection, issuer.issuer_id) == []


def test_one_activation_is_enough(connection: Connection, issuer: Issuer, race: Race) -> None:
    given_stock(connection, issuer, 1)
    serial = preactivate(connection, issuer).serial or 0
    told = outcomes(race(asking(Activate(caller=SYSTEM, serial=serial))))
    assert told == {Outcome.DONE: 1, Outcome.NOT_ALLOWED: 15}
    assert check(connection, issuer.issuer_id) == []


def test_one_replacement_is_made(connection: Connection, issuer: Issuer, race: Race) -> None:
    given_stock(connection, issuer, 1)
    serial = given_active(connection, issuer).serial or 0
    told = answers(race(asking(change(Action.REPLACE, serial))))
    assert Counter(answer.outcome for answer in told) == {
        Outcome.DONE: 1,
        Outcome.ALREADY_CANCELLED: 15,
    }
    assert len({a.replacement_serial for a in told if a.replacement_serial is not None}) == 1
    assert check(connection, issuer.issuer_id) == []
