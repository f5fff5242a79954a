"""The connections of a worker's loops: few while they rest, and nobody waits long for one."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from threading import Event, Thread

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from tests.given import given_issuer

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.jobs import connections, loops, schema
from counterfoil.jobs.connections import AT_ONCE, PATIENCE_SECONDS, Connections
from counterfoil.jobs.loops import Loop
from counterfoil.jobs.site import Desk, WorkSite
from counterfoil.jobs.worker import work
from counterfoil.keys.provider import KeyProvider

SECONDS_MAX = 30.0


@pytest.fixture
def pool(shared_database: str) -> Iterator[Connections]:
    with closing(Connections(shared_database)) as pool:
        yield pool


def used(pool: Connections) -> Connection:
    """One that was taken and given back."""
    with pool.one() as connection:
        connection.execute("SELECT 1")
        connection.commit()
    return connection


def test_what_is_given_back_is_taken_again(pool: Connections) -> None:
    first = used(pool)
    assert used(pool) is first
    with pool.one() as taken, pool.one() as other:
        assert taken is first
        assert other is not first


def test_what_rests_for_long_is_closed(pool: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    with pool.one() as busy:
        seldom = used(pool)
    monkeypatch.setattr(connections, "RESTING_SECONDS_MAX", 0.1)
    time.sleep(0.2)
    assert used(pool) is busy, "the one used last"
    assert seldom.closed
    assert not busy.closed


def test_closing_closes_what_rests(shared_database: str) -> None:
    with closing(Connections(shared_database)) as pool:
        resting = used(pool)
    assert resting.closed


def test_who_finds_all_taken_waits_a_moment_and_gets_one_more(pool: Connections) -> None:
    with ExitStack() as taken:
        for _ in range(AT_ONCE):
            taken.enter_context(pool.one())
        began = time.monotonic()
        used(pool)
        assert PATIENCE_SECONDS <= time.monotonic() - began < PATIENCE_SECONDS + 5
    began = time.monotonic()
    used(pool)
    assert time.monotonic() - began < PATIENCE_SECONDS, "the places are free again"


def test_who_waits_gets_what_is_given_back(
    pool: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE_SECONDS", SECONDS_MAX)
    got: list[Connection] = []
    waiting = Thread(target=lambda: got.append(used(pool)))
    with ExitStack() as others:
        for _ in range(AT_ONCE - 1):
            others.enter_context(pool.one())
        with pool.one() as taken:
            waiting.start()
            time.sleep(0.1)
            assert got == []
        waiting.join(SECONDS_MAX)
    assert got == [taken]


class _WrongError(Exception):
    pass


def test_a_round_that_fails_closes_its_connection_and_those_that_rest(pool: Connections) -> None:
    with pool.one() as failing:
        resting = used(pool)
    with pytest.raises(_WrongError), pool.one() as taken:  # noqa: PT012  # taken is which it was
        assert taken is failing
        raise _WrongError
    assert failing.closed
    assert resting.closed
    assert not used(pool).closed


def test_what_a_round_left_open_is_rolled_back(
    pool: Connections, shared_connection: Connection
) -> None:
    with pool.one() as connection:
        connection.execute("CREATE TEMPORARY TABLE left_open ()")
    assert connection.info.transaction_status is TransactionStatus.IDLE
    with pool.one() as again:
        assert again is connection
        row = again.execute("SELECT to_regclass('left_open')").fetchone()
    assert row == (None,)
    assert shared_connection.info.transaction_status is TransactionStatus.IDLE


def test_a_database_that_is_away_takes_no_place() -> None:
    pool = Connections("host=127.0.0.1 port=9 dbname=none")
    for _ in range(AT_ONCE + 1):
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailableError), pool.one():
            pass
        assert time.monotonic() - began < PATIENCE_SECONDS


def test_a_worker_that_rests_holds_few_connections(
    database: str, connection: Connection, provider: KeyProvider
) -> None:
    schema.migrate(database)
    given_issuer(connection, provider)
    site = WorkSite(database, provider)
    thread = Thread(target=work, args=(site,))
    thread.start()
    try:
        with psycopg.connect(database, autocommit=True) as owner:
            deadline = time.monotonic() + SECONDS_MAX
            time.sleep(1)  # all have begun
            while _others(owner) > AT_ONCE:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    finally:
        site.stopping.set()
        thread.join(SECONDS_MAX)
    assert not thread.is_alive()


def _others(owner: Connection) -> int:
    row = owner.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_loops_that_wait_for_a_far_side_keep_no_other_from_its_turn(
    database: str, connection: Connection, provider: KeyProvider
) -> None:
    given_issuer(connection, provider)
    waiting, answered, turned = Event(), Event(), Event()

    def wait_for_far_side(desk: Desk, issuer: Issuer) -> int:  # noqa: ARG001  # a turn's signature
        waiting.set()
        answered.wait(SECONDS_MAX)
        return 0

    def turn(desk: Desk, issuer: Issuer) -> int:  # noqa: ARG001  # a turn's signature
        turned.set()
        return 0

    site = WorkSite(database, provider)
    with closing(Connections(database)) as pool:
        slow = [Loop(f"slow {number}", wait_for_far_side, 0.1) for number in range(AT_ONCE + 2)]
        threads = [loops.start(site, pool, loop) for loop in slow]
        assert waiting.wait(SECONDS_MAX)
        threads.append(loops.start(site, pool, Loop("quick", turn, 0.1)))
        try:
            assert turned.wait(SECONDS_MAX / 2)
        finally:
            answered.set()
            site.stopping.set()
            for thread in threads:
                thread.join(SECONDS_MAX)
