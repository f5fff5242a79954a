"""Random histories against the auditor: the same answers, the same states, the same balances.

A failure prints its seed; `history(seed)` repeats it to the letter, but for the numbers drawn.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import count
from random import Random
from threading import Barrier, Thread
from typing import Final

import pytest
from tests.engine.figures.given import figures
from tests.given import balances
from tests.histories import (
    World,
    any_operation,
    given_world,
    let_time_pass,
    take_step,
    turn_payouts,
    work_off,
)
from tests.histories_of_sales import hand_out_some, trade

from counterfoil.engine.apply import PART_OPERATIONS, apply
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.due import sweep_due
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.figures.reading import Subject, SubjectKind, owned_vouchers
from counterfoil.engine.issuer import open_issuer
from counterfoil.engine.operation import CHANGED, Answer, Change, Operation
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import State

# Each seed makes a world and three histories in it, one after the other.
HISTORIES: Final = 3
QUICK: Final = range(4)
QUICK_CONCURRENT: Final = range(3)
PROVED: Final = [range(first, first + 45) for first in range(1000, 1360, 45)]
PROVED_CONCURRENT: Final = [range(first, first + 30) for first in range(5000, 5120, 30)]
BOUGHT: Final = {
    *("received", "sold", "fees", "distributed", "redeemed", "refunded"),
    *("returned_to_buyer", "returned_to_issuer", "breakage"),
}
_codes = count(1)

Batch = list[tuple[Operation, Answer]]


def test_a_history_is_as_the_auditor_says(
    shared_connection: Connection, provider: LocalKeyProvider
) -> None:
    for seed in QUICK:
        history(shared_connection, provider, seed)


def test_a_concurrent_history_can_be_explained(
    shared_database: str, shared_connection: Connection, provider: LocalKeyProvider
) -> None:
    for seed in QUICK_CONCURRENT:
        concurrent_history(shared_database, shared_connection, provider, seed)


@pytest.mark.prove
@pytest.mark.parametrize("seeds", PROVED, ids=str)
def test_many_histories_are_as_the_auditor_says(
    shared_connection: Connection, provider: LocalKeyProvider, seeds: range
) -> None:
    seen: set[str] = set()
    for seed in seeds:
        seen |= history(shared_connection, provider, seed)
    assert seen >= BOUGHT, "these histories have everything in them"


@pytest.mark.prove
@pytest.mark.parametrize("seeds", PROVED_CONCURRENT, ids=str)
def test_many_concurrent_histories_can_be_explained(
    shared_database: str,
    shared_connection: Connection,
    provider: LocalKeyProvider,
    seeds: range,
) -> None:
    for seed in seeds:
        concurrent_history(shared_database, shared_connection, provider, seed)


def history(connection: Connection, provider: LocalKeyProvider, seed: int) -> set[str]:
    """One connection: every answer is predicted, one by one. Returns what organisations did."""
    random = Random(seed)  # noqa: S311 a seed to repeat it by
    world = given_world(connection, provider, f"H{next(_codes)}")
    for _history in range(HISTORIES):
        _live(connection, world, random, seed)
        _agree(connection, world, seed)
    books = world.auditor.books
    return {word for kind, _id, word in books.amounts if kind == "organisation"}


def _live(connection: Connection, world: World, random: Random, seed: int) -> None:
    for _batch in range(random.randint(6, 14)):
        operations = [any_operation(random, world) for _ in range(random.choice([1, 2, 4, 12]))]
        bulk = all(isinstance(operation, Change) for operation in operations)
        part = random.choice([1, 2, 5, PART_OPERATIONS])
        answers = apply(connection, world.issuer, operations, bulk=bulk, part_operations=part)
        _check_batch(world, list(zip(operations, answers, strict=True)), seed)
        if random.random() < 0.4:
            let_time_pass(connection, random, world)
        if random.random() < 0.15:
            turn_payouts(connection, random, world)
        if random.random() < 0.5:
            trade(connection, random, world)
        if random.random() < 0.2:
            hand_out_some(connection, random, world)
        if random.random() < 0.1:
            take_step(connection, world)
        if random.random() < 0.2:
            work_off(connection, world)  # before the sweep, which would come upon some of it
            sweep_due(connection, world.issuer)
            world.auditor.sweep()


def concurrent_history(
    database: str, connection: Connection, provider: LocalKeyProvider, seed: int
) -> None:
    """Several threads and connections: replayed in the order of the journal, every answer is
    what the auditor says at its place; one that changed nothing, at some place it can have had.
    """
    random = Random(seed)  # noqa: S311 a seed to repeat it by
    world = given_world(connection, provider, f"C{next(_codes)}")
    for at in range(HISTORIES):
        if random.random() < 0.5:
            turn_payouts(connection, random, world)
        if random.random() < 0.3:
            take_step(connection, world)
        for _deal in range(random.randint(0, 4)):
            trade(connection, random, world)
        done = _live_together(database, provider, world, random.choice([2, 3, 4]), f"{seed}/{at}")
        _replay(world, done, seed)
        _agree(connection, world, seed)


def _live_together(
    database: str, provider: LocalKeyProvider, world: World, threads_count: int, seed: str
) -> list[list[Batch]]:
    done: list[list[Batch]] = [[] for _ in range(threads_count)]
    barrier = Barrier(threads_count)

    def work(mine: int) -> None:
        own = Random(f"{seed}/{mine}")  # noqa: S311 the same
        with connected(database) as each:
            issuer = open_issuer(each, world.issuer.code, provider)
            barrier.wait()
            for _batch in range(6):
                operations = [any_operation(own, world) for _ in range(own.choice([1, 2, 6]))]
                answers = apply(each, issuer, operations, part_operations=3)
                done[mine].append(list(zip(operations, answers, strict=True)))
                for operation, answer in done[mine][-1]:
                    world.learn(operation, answer)

    threads = [Thread(target=work, args=(mine,)) for mine in range(threads_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(batches) for batches in done] == [6] * threads_count, f"seed {seed}: one failed"
    return done


def _replay(world: World, done: Sequence[list[Batch]], seed: int) -> None:
    """Batches in the order of their first operation; those without one wait for their place."""
    order = sorted(
        (_place(batch), thread, at)
        for thread, batches in enumerate(done)
        for at, batch in enumerate(batches)
        if _place(batch) is not None
    )
    next_at = [0] * len(done)
    _explain_unchanged(world, done, next_at)
    for _first, thread, at in order:
        _explain_unchanged(world, done, next_at)
        assert next_at[thread] == at, f"seed {seed}: no place for {done[thread][next_at[thread]]}"
        _check_batch(world, done[thread][at], seed)
        next_at[thread] += 1
    _explain_unchanged(world, done, next_at)
    assert next_at == [len(batches) for batches in done], f"seed {seed}"


def _explain_unchanged(world: World, done: Sequence[list[Batch]], next_at: list[int]) -> None:
    """Pass over batches that changed nothing and could have been answered just now."""
    for thread, batches in enumerate(done):
        while next_at[thread] < len(batches):
            batch = batches[next_at[thread]]
            if _place(batch) is not None or any(_problem(world, *pair) for pair in batch):
                break
            next_at[thread] += 1


def _place(batch: Batch) -> int | None:
    return min(
        (
            answer.operation_id
            for _operation, answer in batch
            if answer.operation_id is not None and not answer.repeated
        ),
        default=None,
    )


def _check_batch(world: World, batch: Batch, seed: int) -> None:
    """In order. What is asked again may be told as it stands at the end of its batch."""
    again = []
    for operation, answer in batch:
        problem = _problem(world, operation, answer)
        if problem is not None and answer.repeated:
            again.append((operation, answer))
            problem = None
        assert problem is None, f"seed {seed}: {problem}"
        _take_in(world, operation, answer)
    problems = [_problem(world, operation, answer) for operation, answer in again]
    assert not any(problems), f"seed {seed}: {problems}"


def _problem(world: World, operation: Operation, answer: Answer) -> str | None:
    expected = world.auditor.outcome(operation)
    if answer.outcome is expected:
        return None
    return f"{type(operation).__name__} {answer!r}, not {expected}"


def _take_in(world: World, operation: Operation, answer: Answer) -> None:
    changed = answer.outcome in CHANGED and not answer.repeated
    if changed and answer.operation_id is not None:
        world.auditor.record(operation, answer)
        paper = world.auditor.papers[answer.serial or 0]
        assert answer.state is not None
        assert (answer.state.word, answer.amount_minor) == (paper.state, paper.amount_minor)
    world.learn(operation, answer)


def _agree(connection: Connection, world: World, seed: int) -> None:
    """Every voucher, every balance, every sale and every figure is where the auditor has it, and
    nothing differs.
    """
    issuer_id = world.issuer.issuer_id
    rows = connection.execute(
        "SELECT serial, state, amount_minor FROM voucher WHERE issuer_id = %s", (issuer_id,)
    ).fetchall()
    connection.rollback()
    found = {serial: (State(state).word, amount) for serial, state, amount in rows}
    papers = world.auditor.papers
    assert found == {s: (p.state, p.amount_minor) for s, p in papers.items()}, f"seed {seed}"
    assert balances(connection, world.issuer) == world.auditor.books.stand(), f"seed {seed}"
    _agree_on_sales(connection, world, seed)
    catch_up(connection, issuer_id)
    _agree_on_figures(connection, world, seed)
    assert check(connection, issuer_id) == [], f"seed {seed}"


def _agree_on_sales(connection: Connection, world: World, seed: int) -> None:
    rows = connection.execute(
        "SELECT a.allocation_id, s.status, a.sold, a.charged_minor FROM allocation AS a"
        " JOIN sale AS s USING (issuer_id, sale_id) WHERE a.issuer_id = %s",
        (world.issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    found = {allocation_id: tuple(line) for allocation_id, *line in rows}
    assert found == {
        line.allocation_id: (sale.status, line.sold, line.charged_minor)
        for sale in world.auditor.desk.sales.values()
        for line in sale.lines
    }, f"seed {seed}"


def _agree_on_figures(connection: Connection, world: World, seed: int) -> None:
    auditor = world.auditor
    subjects = [Subject(SubjectKind.ISSUER)]
    subjects += [
        Subject(SubjectKind.GROUP, each.group_id) for each in auditor.books.groups.values()
    ]
    subjects += [Subject(SubjectKind.ACCEPTOR, each.acceptor_id) for each in auditor.shops.values()]
    subjects += [Subject(SubjectKind.ORGANISATION, buyer) for buyer in auditor.desk.buyers]
    for subject in subjects:
        expected = auditor.books.figures(subject.kind, subject.subject_id)
        assert figures(connection, world.issuer, subject) == expected, f"seed {seed}: {subject}"
    for allocation_id, line in auditor.desk.lines.items():
        buyer = auditor.desk.buyer_of[allocation_id]
        owned = owned_vouchers(
            connection, world.issuer.issuer_id, buyer, allocation_id=allocation_id
        )
        connection.rollback()
        states = Counter(auditor.papers[serial].state for serial in line.bought)
        assert {each.state.word: each.vouchers for each in owned} == states, f"seed {seed}"
