"""Callers of a batcher, whose sessions end, whose batch is spoilt and who leave: each is answered
once, and nothing is lost.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import psycopg
import pytest
from tests.contention import Onlooker
from tests.engine.looping import Loop, drawing, in_time
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

from counterfoil.engine.batcher import Batcher
from counterfoil.engine.check import check
from counterfoil.engine.configuration import SettingsChange, change_settings
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.journal import lock_head
from counterfoil.engine.operation import Activate, Outcome
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

VOUCHERS = 300
_codes = count(1)


@pytest.fixture
def connection(shared_database: str) -> Iterator[Connection]:
    """One that the test may spoil."""
    with connected(shared_database) as connection:
        yield connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, code=f"BATCHER-{next(_codes)}")
    given_group(connection, issuer)
    return issuer


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
