"""Real threads that want different things of one command at the same moment: one effect, or none.
And a process that dies half-way.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from tests.contention import Onlooker
from tests.engine.commands.conftest import APPROVER, SECOND, DepositOf, Office
from tests.given import SYSTEM

from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.check import check
from counterfoil.engine.commands.carrying_out import commands_to_look_at, find_outcomes
from counterfoil.engine.commands.content import ApprovalBand, RegisterAcceptor
from counterfoil.engine.commands.rules import change_approvals
from counterfoil.engine.database import connected
from counterfoil.engine.issuer import open_issuer
from counterfoil.engine.journal import lock_head
from counterfoil.keys.provider import LocalKeyProvider

Work = Callable[[Office], object]
RACES = 100


@pytest.fixture
def at_once(
    office: Office, shared_database: str, provider: LocalKeyProvider
) -> Callable[..., list[object]]:
    """Each work in a thread and on a connection of its own, begun at the same moment."""

    def run(*works: Work) -> list[object]:
        barrier = Barrier(len(works))

        def one(work: Work) -> object:
            with connected(shared_database) as connection:
                own = open_issuer(connection, office.issuer.code, provider)
                barrier.wait(timeout=30)
                return work(office.with_connection(connection, own))

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(one, works))

    return run


def test_two_approvers_press_at_once_and_it_is_done_once(
    office: Office, deposit_of: DepositOf, at_once: Callable[..., list[object]]
) -> None:
    for _each in range(20):
        asked = deposit_of(100)
        command_id = office.prepare(asked)

        def press(hand: Office, by: str) -> str | None:
            hand.decide(command_id, asked, by=by)  # noqa: B023  # run before the next one
            return hand.carry_out(command_id)  # noqa: B023

        results = at_once(lambda hand: press(hand, APPROVER), lambda hand: press(hand, SECOND))
        assert Counter(results)["done"] == 1 or office.carry_out(command_id) == "done"
    assert office.deposited() == 20 * 100
    assert check(office.connection, office.issuer.issuer_id) == []


def test_two_who_both_must_approve_press_at_once(
    office: Office, deposit_of: DepositOf, at_once: Callable[..., list[object]]
) -> None:
    """Whoever of them sees the other's approval carries it out; the worker does otherwise."""
    change_approvals(
        office.connection,
        office.issuer,
        SYSTEM,
        "deposit",
        [ApprovalBand("", 0, 2)],
        reference="two",
        reason="policy",
    )
    for _each in range(20):
        asked = deposit_of(100)
        command_id = office.prepare(asked)

        def press(hand: Office, by: str) -> str | None:
            hand.decide(command_id, asked, by=by)  # noqa: B023
            return hand.carry_out(command_id)  # noqa: B023

        results = at_once(lambda hand: press(hand, APPROVER), lambda hand: press(hand, SECOND))
        assert Counter(results)["done"] == 1 or office.carry_out(command_id) == "done"
    assert office.deposited() == 20 * 100


@pytest.mark.prove
def test_an_approval_races_a_withdrawal(
    office: Office, deposit_of: DepositOf, at_once: Callable[..., list[object]]
) -> None:
    """It is done once or not at all, and the command says which."""
    endings: Counter[str] = Counter()
    for turn in range(RACES):
        asked = deposit_of(100)
        command_id = office.prepare(asked)

        def approve(hand: Office) -> str | None:
            hand.decide(command_id, asked)  # noqa: B023
            return hand.carry_out(command_id)  # noqa: B023

        def withdraw(hand: Office) -> str | None:
            hand.withdraw(command_id, asked)  # noqa: B023
            return hand.carry_out(command_id)  # noqa: B023

        works = (approve, withdraw) if turn % 2 else (withdraw, approve)
        results = at_once(*works)
        office.carry_out(command_id)
        status, _outcome = office.status(command_id)
        assert [each for each in results if each is not None] in ([status], [])
        endings[status] += 1
    assert set(endings) <= {"done", "withdrawn"}
    assert sum(endings.values()) == RACES
    assert office.deposited() == endings["done"] * 100
    assert check(office.connection, office.issuer.issuer_id) == []


@pytest.mark.parametrize("approved_first", [True, False])
def test_approved_and_withdrawn_before_anybody_looked_is_withdrawn(
    office: Office, deposit_of: DepositOf, *, approved_first: bool
) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    if approved_first:
        office.decide(command_id, asked)
    office.withdraw(command_id, asked)
    if not approved_first:
        office.decide(command_id, asked)
    assert office.carry_out(command_id) == "withdrawn"
    assert office.deposited() == 0


def test_what_is_done_cannot_be_withdrawn(office: Office, deposit_of: DepositOf) -> None:
    asked = deposit_of(100)
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    assert office.carry_out(command_id) == "done"
    office.withdraw(command_id, asked)
    assert office.carry_out(command_id) is None
    assert office.status(command_id) == ("done", "funding:1")
    assert office.deposited() == 100


def test_many_workers_carry_one_command_out_once(
    office: Office, deposit_of: DepositOf, at_once: Callable[..., list[object]]
) -> None:
    asked = deposit_of(100)
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    results = at_once(*[lambda hand: hand.carry_out(command_id) for _each in range(8)])
    assert Counter(results) == {"done": 1, None: 7}
    assert office.deposited() == 100


def test_a_process_that_dies_before_the_effect_commits_leaves_nothing(
    office: Office,
    deposit_of: DepositOf,
    shared_database: str,
    provider: LocalKeyProvider,
    onlooker: Onlooker,
) -> None:
    """The command is marked, its effect waits for the head, and the process is gone: both are
    undone, and done later, once.
    """
    asked = deposit_of(100)
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    with connected(shared_database) as holder, connected(shared_database) as connection:
        own = open_issuer(connection, office.issuer.code, provider)
        doomed = office.with_connection(connection, own)
        lock_head(holder, office.issuer.issuer_id)
        with onlooker.ending_once_blocked(connection), pytest.raises(psycopg.OperationalError):
            doomed.carry_out(command_id)
        holder.rollback()
    assert office.status(command_id) == ("waiting", None)
    assert office.deposited() == 0
    assert commands_to_look_at(office.connection, office.issuer) == [command_id]
    assert office.carry_out(command_id) == "done"
    assert office.carry_out(command_id) is None
    assert office.deposited() == 100
    assert check(office.connection, office.issuer.issuer_id) == []


def test_what_came_of_it_is_found_where_the_process_died_before_it_said_so(
    office: Office, deposit_of: DepositOf
) -> None:
    design = AcceptorDesign(name="Left", kind="merchant", account="L-1")
    shop = RegisterAcceptor(design=design, profile="left")
    for content, outcome in ((deposit_of(100), "funding:1"), (shop, "acceptor:2")):
        command_id = office.prepare(content)
        office.decide(command_id, content)
        assert office.carry_out(command_id) == "done"
        assert office.status(command_id) == ("done", outcome)
        assert find_outcomes(office.connection, office.issuer) == 0
        office.connection.execute(
            "UPDATE command SET outcome = NULL WHERE command_id = %s", (command_id,)
        )
        office.connection.commit()
        assert find_outcomes(office.connection, office.issuer) == 1
        assert office.status(command_id) == ("done", outcome)
