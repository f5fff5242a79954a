"""The engine on an event loop: what would block gives way to the loop, and whoever is cancelled
leaves nothing behind.
"""

import asyncio
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from tests.contention import Onlooker
from tests.engine.looping import PATIENCE_SECONDS, Loop, drawing, in_time
from tests.given import (
    SYSTEM,
    change,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    state_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.journal import lock_head
from counterfoil.engine.operation import Outcome
from counterfoil.engine.rotation import rotate
from counterfoil.engine.waiting import off_loop, run_on_loop
from counterfoil.keys.envelope import Purpose
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

_codes = count(1)


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
