"""The engine on an event loop: what would block gives way to the loop, and whoever is cancelled
leaves nothing behind.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
import uvloop
from tests.contention import Onlooker
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    redemption,
    state_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.batcher import Batcher
from counterfoil.engine.check import check
from counterfoil.engine.configuration import SettingsChange, change_settings
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.journal import lock_head
from counterfoil.engine.operation import Activate, Outcome, Preactivate
from counterfoil.engine.rotation import rotate
from counterfoil.engine.waiting import off_loop, run_on_loop
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.keys.envelope import Purpose
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

T = TypeVar("T")
PATIENCE_SECONDS = 30.0
VOUCHERS = 300
_codes = count(1)


class Loop:
    """Runs what a test is about on an event loop of its own."""

    def __init__(self, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._new_loop = new_loop

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            return runner.run(coroutine)


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop])
def loop(request: pytest.FixtureRequest) -> Loop:
    """The server's loop, and Python's own."""
    return Loop(request.param)


@pytest.fixture
def connection(shared_database: str) -> Iterator[Connection]:
    """One that the test may spoil."""
    with connected(shared_database) as connection:
        yield connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, code=f"WAIT-{next(_codes)}")
    given_group(connection, issuer)
    return issuer


class PatientProvider(LocalKeyProvider):
    """One that is asked over a slow line: it opens no key before it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, create=True)
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        self.asked.set()
        assert self.may_answer.wait(PATIENCE_SECONDS)
        return super().unwrap(wrapped, context)


def drawing() -> Preactivate:
    return Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")


async def in_time(awaited: Awaitable[T]) -> T:
    return await asyncio.wait_for(awaited, PATIENCE_SECONDS)


async def until_blocked(onlooker: Onlooker, connection: Connection) -> None:
    """Asked on the loop's own thread: if it gets there, nothing blocks the loop."""
    await asyncio.to_thread(onlooker.wait_until_blocked, connection)


def test_what_it_returns_comes_back_whether_or_not_it_waited(
    loop: Loop, connection: Connection
) -> None:
    def work(number: int, *, waits: bool) -> int:
        if waits:
            connection.execute("SELECT pg_sleep(0.01)")
        return number + 1

    async def run() -> list[int]:
        return [await run_on_loop(work, 1, waits=False), await run_on_loop(work, 2, waits=True)]

    assert loop.run(run()) == [2, 3]


def test_what_it_raises_comes_back_before_and_after_it_waited(
    loop: Loop, connection: Connection
) -> None:
    def work(*, waits: bool) -> None:
        if waits:
            connection.execute("SELECT 1 / 0")
        raise LookupError

    async def run() -> None:
        with pytest.raises(LookupError):
            await run_on_loop(work, waits=False)
        with pytest.raises(psycopg.errors.DivisionByZero):
            await run_on_loop(work, waits=True)
        await run_on_loop(connection.rollback)
        row = await run_on_loop(lambda: connection.execute("SELECT 1").fetchone())
        assert row == (1,)

    loop.run(run())


def test_many_wait_at_once_and_each_gets_its_own_answer(loop: Loop, shared_database: str) -> None:
    def work(number: int) -> list[int]:
        with connected(shared_database) as own:
            rows = [
                own.execute("SELECT pg_sleep(random() / 100), %s + %s", (number, step)).fetchone()
                for step in range(10)
            ]
        return [row[1] for row in rows if row is not None]

    async def run() -> list[list[int]]:
        return await asyncio.gather(*(run_on_loop(work, 100 * number) for number in range(8)))

    assert loop.run(run()) == [[100 * number + step for step in range(10)] for number in range(8)]


def test_the_loop_goes_on_while_a_batch_waits_for_its_issuer(
    loop: Loop, shared_database: str, connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    """It is the loop that lets go of what the batch waits for."""
    given_stock(connection, issuer, 1)

    async def run(holder: Connection) -> None:
        lock_head(holder, issuer.issuer_id)
        batch = asyncio.create_task(run_on_loop(apply, connection, issuer, [drawing()]))
        await in_time(until_blocked(onlooker, connection))
        assert not batch.done()
        holder.rollback()
        (answer,) = await in_time(batch)
        assert answer.outcome is Outcome.DONE

    with connected(shared_database) as holder:
        loop.run(run(holder))


def test_the_loop_goes_on_while_the_key_provider_is_asked(
    loop: Loop, shared_database: str, connection: Connection, tmp_path: Path
) -> None:
    provider = PatientProvider(tmp_path / "keys.json")
    issuer = given_issuer(connection, provider, code=f"WAIT-{next(_codes)}")
    given_group(connection, issuer)
    given_stock(connection, issuer, 1)

    async def run() -> None:
        provider.asked.clear()
        provider.may_answer.clear()
        batch = asyncio.create_task(run_on_loop(apply, connection, issuer, [drawing()]))
        await in_time(asyncio.to_thread(provider.asked.wait, PATIENCE_SECONDS))
        assert not batch.done()
        provider.may_answer.set()
        (answer,) = await in_time(batch)
        assert answer.outcome is Outcome.DONE

    with connected(shared_database) as other:
        elsewhere = open_issuer(other, issuer.code, provider)
        rotate(other, elsewhere, SYSTEM, Purpose.SEAL)
    loop.run(run())
    assert issuer.keys.seal.active == 2


def test_off_loop_just_calls_where_there_is_no_loop() -> None:
    assert off_loop(threading.get_ident) == threading.get_ident()


def test_off_loop_calls_in_a_thread_where_there_is_one(loop: Loop) -> None:
    def work() -> tuple[int, int]:
        return off_loop(threading.get_ident), threading.get_ident()

    called, mine = loop.run(run_on_loop(work))
    assert mine == threading.get_ident() != called


def test_what_is_raised_off_the_loop_comes_back(loop: Loop) -> None:
    def work() -> None:
        with pytest.raises(ZeroDivisionError):
            off_loop(lambda: 1 // 0)

    loop.run(run_on_loop(work))


def test_a_cancelled_batch_changes_nothing_and_leaves_no_session(
    loop: Loop, shared_database: str, connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    given_stock(connection, issuer, 1)
    serial = given_active(connection, issuer).serial or 0

    async def run(doomed: Connection, holder: Connection) -> None:
        lock_head(holder, issuer.issuer_id)
        suspension = change(Action.SUSPEND, serial)
        batch = asyncio.create_task(run_on_loop(apply, doomed, issuer, [suspension]))
        await in_time(until_blocked(onlooker, doomed))
        batch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await in_time(batch)
        assert doomed.closed

    with connected(shared_database) as doomed, connected(shared_database) as holder:
        loop.run(run(doomed, holder))
    lock_head(connection, issuer.issuer_id)
    connection.rollback()
    assert state_of(connection, issuer, serial) is State.ACTIVE


def test_who_is_cancelled_off_the_loop_waits_for_the_end_of_what_runs_there(loop: Loop) -> None:
    started, may_end = threading.Event(), threading.Event()
    ended: list[bool] = []

    def slow() -> None:
        started.set()
        ended.append(may_end.wait(PATIENCE_SECONDS))

    async def run() -> None:
        task = asyncio.create_task(run_on_loop(off_loop, slow))
        await in_time(asyncio.to_thread(started.wait, PATIENCE_SECONDS))
        task.cancel()
        for _turn in range(10):
            await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await in_time(task)
        assert ended == [True]

    loop.run(run())


def test_a_batcher_whose_connection_was_ended_takes_another(
    loop: Loop, shared_database: str, connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    given_stock(connection, issuer, 2)

    async def run() -> list[Outcome]:
        batcher = Batcher(shared_database)
        first = await batcher.submit(issuer, drawing())
        ended = await asyncio.to_thread(onlooker.end_the_others, connection)
        assert ended == 1
        second = await batcher.submit(issuer, drawing())
        await batcher.close()
        return [first.outcome, second.outcome]

    assert loop.run(run()) == [Outcome.DONE, Outcome.DONE]
    assert check(connection, issuer.issuer_id) == []


def test_a_batcher_hears_of_what_another_process_changed(
    loop: Loop,
    shared_database: str,
    connection: Connection,
    issuer: Issuer,
    provider: LocalKeyProvider,
) -> None:
    given_stock(connection, issuer, 2)
    elsewhere = open_issuer(connection, issuer.code, provider)

    async def run() -> list[State | None]:
        batcher = Batcher(shared_database)
        first = await batcher.submit(issuer, drawing())
        await asyncio.to_thread(
            change_settings, connection, elsewhere, SYSTEM, SettingsChange(activate_at_once=True)
        )
        second = await batcher.submit(issuer, drawing())
        await batcher.close()
        return [first.state, second.state]

    assert loop.run(run()) == [State.PREACTIVATED, State.ACTIVE]


def test_one_bad_operation_does_not_fail_its_neighbours(
    loop: Loop, shared_database: str, connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 5)
    serials = [given_active(connection, issuer).serial or 0 for _ in range(5)]
    changes = [change(Action.SUSPEND, serial) for serial in serials]
    changes[1] = change(Action.SUSPEND, serials[1], reason="\0")  # PostgreSQL refuses it
    changes[3] = change(Action.SUSPEND, serials[3], reason="\ud800")  # it cannot even be sent

    async def run() -> list[object]:
        batcher = Batcher(shared_database)
        told = await asyncio.gather(
            *(batcher.submit(issuer, each) for each in changes), return_exceptions=True
        )
        await batcher.close()
        return list(told)

    told = loop.run(run())
    assert [type(answer) for answer in (told[1], told[3])] == [
        psycopg.errors.CharacterNotInRepertoire,
        UnicodeEncodeError,
    ]
    states = [state_of(connection, issuer, serial) for serial in serials]
    assert states == [State.SUSPENDED, State.ACTIVE] * 2 + [State.SUSPENDED]
    assert check(connection, issuer.issuer_id) == []


def test_a_caller_that_leaves_does_not_undo_what_it_asked_for(
    loop: Loop, shared_database: str, connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 1)
    number = given_active(connection, issuer).number or ""

    async def run(holder: Connection) -> None:
        batcher = Batcher(shared_database)
        lock_head(holder, issuer.issuer_id)
        left = batcher.submit(issuer, redemption(number, "r1"))
        await asyncio.sleep(0)
        left.cancel()
        again = batcher.submit(issuer, redemption(number, "r1"))
        holder.rollback()
        answer = await in_time(again)
        await batcher.close()
        assert (answer.outcome, answer.repeated) == (Outcome.DONE, True)

    with connected(shared_database) as holder:
        loop.run(run(holder))


def test_callers_of_a_batch_that_was_cancelled_are_told_to_ask_again(
    loop: Loop, shared_database: str, connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    given_stock(connection, issuer, 1)
    serial = given_active(connection, issuer).serial or 0

    async def run(holder: Connection) -> None:
        batcher = Batcher(shared_database)
        await batcher.submit(issuer, Activate(caller=SYSTEM, serial=serial))
        lock_head(holder, issuer.issuer_id)
        before = asyncio.all_tasks()
        asked = batcher.submit(issuer, change(Action.SUSPEND, serial))
        (writing,) = asyncio.all_tasks() - before
        await asyncio.to_thread(onlooker.wait_until_another_is_blocked, holder)
        writing.cancel()
        with pytest.raises(DatabaseUnavailableError):
            await in_time(asked)
        holder.rollback()
        answer = await in_time(batcher.submit(issuer, change(Action.SUSPEND, serial)))
        assert answer.outcome is Outcome.DONE
        await batcher.close()

    with connected(shared_database) as holder:
        loop.run(run(holder))
    assert ask(connection, issuer, change(Action.UNSUSPEND, serial))[0].outcome is Outcome.DONE


def test_sessions_that_end_at_any_moment_cost_no_voucher_and_no_answer(
    loop: Loop, shared_database: str, connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    """Everybody asks until there is an answer, under the same reference; commits are lost too."""
    given_stock(connection, issuer, VOUCHERS)
    drawn = ask(connection, issuer, *[drawing()] * VOUCHERS)
    ask(connection, issuer, *(Activate(caller=SYSTEM, serial=a.serial or 0) for a in drawn))

    async def redeem(batcher: Batcher, number: str) -> Outcome:
        while True:
            with suppress(DatabaseUnavailableError):
                return (await batcher.submit(issuer, redemption(number, f"r{number}"))).outcome

    async def end_sessions(redeeming: asyncio.Future[list[Outcome]]) -> None:
        while not redeeming.done():
            await asyncio.to_thread(onlooker.end_the_others, connection)
            await asyncio.sleep(0.005)

    async def run() -> list[Outcome]:
        batcher = Batcher(shared_database, batch_max=2)
        redeeming = asyncio.gather(*(redeem(batcher, answer.number or "") for answer in drawn))
        ending = asyncio.create_task(end_sessions(redeeming))
        outcomes = await in_time(redeeming)
        await ending
        await batcher.close()
        return outcomes

    assert loop.run(run()) == [Outcome.DONE] * VOUCHERS
    assert balances(connection, issuer)["payable:1"] == VOUCHERS * 1000
    assert check(connection, issuer.issuer_id) == []
