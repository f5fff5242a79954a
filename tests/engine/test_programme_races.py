"""Budgets and steps with real threads, each with a connection of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tests.given import (
    SYSTEM,
    ask,
    balances,
    given_active,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    given_stock,
    redemption,
)
from tests.programmes import provide

from counterfoil.engine.budgets import committed_minor
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.programme_steps import step_programme
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.programme import ProgrammeStatus

THREADS = 8


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(connection, provider)


Race = Callable[[Callable[[Connection, Issuer, int], object]], list[object]]


@pytest.fixture
def race(database: str, issuer: Issuer, provider: LocalKeyProvider) -> Race:
    """Run something in every thread at the same moment; what each returned."""

    def run(work: Callable[[Connection, Issuer, int], object]) -> list[object]:
        barrier = Barrier(THREADS)

        def one(mine: int) -> object:
            with connected(database) as connection:
                own = open_issuer(connection, issuer.code, provider)
                barrier.wait(timeout=30)
                return work(connection, own, mine)

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(one, range(THREADS)))

    return run


def test_provisions_and_draws_at_once_never_exceed_a_budget(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    """The budget is good for five of eight, whoever comes first."""
    given_programme(connection, issuer, budget_minor=5000)
    given_group(connection, issuer, "COAT", programme="WINTER")
    given_group(connection, issuer, "CASH", denominations=(), programme="WINTER")
    draw = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="CASH")

    def work(connection: Connection, issuer: Issuer, mine: int) -> object:
        if mine % 2:
            return str(ask(connection, issuer, draw)[0].outcome)
        try:
            provide(connection, issuer, 1)
        except ConflictError:
            return "funds_missing"
        return "done"

    assert Counter(race(work)) == {"done": 5, "funds_missing": 3}
    assert committed_minor(connection, issuer.issuer_id, 2) == 5000
    assert check(connection) == []


def test_one_step_is_taken_once(connection: Connection, issuer: Issuer, race: Race) -> None:
    given_programme(connection, issuer)

    def work(connection: Connection, issuer: Issuer, _mine: int) -> object:
        try:
            step_programme(
                connection,
                issuer,
                SYSTEM,
                "WINTER",
                "sales_closed",
                expected_status="open",
                reason="r",
            )
        except ConflictError:
            return "refused"
        return "taken"

    assert Counter(race(work)) == {"taken": 1, "refused": THREADS - 1}
    row = connection.execute("SELECT count(*) FROM operation WHERE action = 122").fetchone()
    assert row == (1,)


def test_a_step_stops_provisions_and_redemptions_from_its_commit_on(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    """Whatever was done, was done before the step; what came after it was refused."""
    given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")
    given_stock(connection, issuer, 6 * THREADS, group="COAT")
    numbers = [
        given_active(connection, issuer, group="COAT").number or "" for _ in range(6 * THREADS)
    ]
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED)

    def work(connection: Connection, issuer: Issuer, mine: int) -> object:
        if mine == 0:
            ask(connection, issuer, redemption(numbers[0]))
            given_step(connection, issuer, ProgrammeStatus.REDEMPTION_CLOSED)
            return []
        own = numbers[mine::THREADS]
        return [ask(connection, issuer, redemption(number))[0].outcome for number in own]

    told = [outcome for each in race(work) if isinstance(each, list) for outcome in each]
    outcomes = Counter(told)
    assert set(outcomes) <= {Outcome.DONE, Outcome.REDEMPTION_CLOSED}
    assert outcomes.total() == 6 * (THREADS - 1)
    done = outcomes[Outcome.DONE] + 1
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE o.operation_id > s.operation_id), count(*)"
        " FROM operation o CROSS JOIN (SELECT max(operation_id) AS operation_id FROM operation"
        "  WHERE action = 122) s WHERE o.action = 4"
    ).fetchone()
    assert row == (0, done)
    assert balances(connection, issuer)["payable:1"] == 1000 * done
    assert check(connection) == []


def test_a_provision_races_the_end_of_sales(
    connection: Connection, issuer: Issuer, race: Race
) -> None:
    given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")

    def work(connection: Connection, issuer: Issuer, mine: int) -> object:
        if mine == 0:
            given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED)
            return "stepped"
        try:
            provide(connection, issuer, 1)
        except ConflictError as refusal:
            assert "closed its sales" in str(refusal)  # noqa: PT017 the race decides
            return "refused"
        return "provisioned"

    done = Counter(race(work))
    assert done.pop("stepped") == 1
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE o.operation_id > s.operation_id), count(*)"
        " FROM operation o CROSS JOIN (SELECT max(operation_id) AS operation_id FROM operation"
        "  WHERE action = 122) s WHERE o.action = 104"
    ).fetchone()
    assert row == (0, done["provisioned"])
    assert check(connection) == []
