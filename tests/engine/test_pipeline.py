"""Statements sent together: each answer is its own, and after whatever goes wrong on the way the
connection is ready for the next transaction, or closed.
"""

import asyncio
import signal
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count

import psycopg
import pytest
from psycopg import errors as pg
from psycopg.pq import PipelineStatus, TransactionStatus
from tests.contention import Onlooker
from tests.given import (
    SYSTEM,
    balances,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    state_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.arrays import Blobs, Int2s, Int4s, Int8s, Texts, Times
from counterfoil.engine.database import Connection, connect_as_owner, connected
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import lock_head
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.pipeline import Pipeline
from counterfoil.engine.waiting import run_on_loop
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

VOUCHERS = 12
_codes = count(1)


@pytest.fixture
def connection(shared_database: str) -> Iterator[Connection]:
    """One that the test may spoil."""
    with connected(shared_database) as connection:
        yield connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, code=f"PIPE-{next(_codes)}")
    given_group(connection, issuer)
    given_stock(connection, issuer, VOUCHERS)
    return issuer


@pytest.fixture
def serials(connection: Connection, issuer: Issuer) -> list[int]:
    rows = connection.execute(
        "SELECT serial FROM voucher WHERE issuer_id = %s ORDER BY serial", (issuer.issuer_id,)
    ).fetchall()
    connection.rollback()
    return [serial for (serial,) in rows]


@pytest.fixture
def pipeline(connection: Connection, issuer: Issuer) -> Pipeline:
    return Pipeline(connection, issuer.issuer_id)


def is_ready(connection: Connection) -> bool:
    """Out of pipeline mode and of any transaction."""
    return (
        connection.pgconn.pipeline_status == PipelineStatus.OFF
        and connection.pgconn.transaction_status == TransactionStatus.IDLE
    )


def known_leaf(pipeline: Pipeline) -> None:
    """Break a unique key: every issuer has a first leaf."""
    pipeline.ask("insert_leaves", first_leaf=1, bodies=Blobs([b"again"]))


def leaves(connection: Connection, issuer: Issuer) -> int:
    row = connection.execute(
        "SELECT count(*) FROM leaf WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])


def test_each_answer_is_its_own(pipeline: Pipeline, serials: list[int]) -> None:
    asked = [
        (serial, pipeline.ask("vouchers_by_serial", serials=Int8s([serial]))) for serial in serials
    ]
    head = pipeline.ask("lock_head")
    nothing = pipeline.ask("vouchers_by_serial", serials=Int8s())
    several = pipeline.ask("vouchers_by_serial", serials=Int8s(serials[3:6]))
    pipeline.run()
    assert [[row[0] for row in answer.rows] for _serial, answer in asked] == [
        [serial] for serial in serials
    ]
    assert len(head.rows) == 1
    assert nothing.rows == []
    assert [row[0] for row in several.rows] == serials[3:6]


def test_it_is_filled_and_run_again_in_one_transaction(
    connection: Connection, issuer: Issuer, pipeline: Pipeline, serials: list[int]
) -> None:
    pipeline.ask("lock_head")
    pipeline.run()
    assert connection.pgconn.transaction_status == TransactionStatus.INTRANS
    began = connection.execute("SELECT now()").fetchone()
    moved = pipeline.ask(
        "redeem_vouchers",
        now=datetime.now(UTC),
        serials=Int8s([*serials[:2], 1]),
        last_operations=Int8s([1, 1, 1]),
    )
    pipeline.run()
    assert (moved.changed, moved.rows) == (2, [])
    assert connection.execute("SELECT now()").fetchone() == began
    pipeline.run(commit=True)
    assert is_ready(connection)
    states = [state_of(connection, issuer, serial) for serial in serials]
    assert Counter(states) == {State.REDEEMED: 2, State.STOCKED: VOUCHERS - 2}


def test_nothing_asked_is_nothing_begun(connection: Connection, pipeline: Pipeline) -> None:
    pipeline.run()
    assert is_ready(connection)


def test_single_values_may_be_of_another_type_the_next_time(
    connection: Connection, issuer: Issuer
) -> None:
    """What was nothing when the statement was prepared is a flag, a number or a text later."""
    names = ("activate_at_once", "retention_days", "miss_budget", "miss_window_seconds")
    nothing: dict[str, object] = dict.fromkeys(
        (*names, "issuer_miss_budget", "secret_tries", "cooling_off_days", "verify_accounts")
    )
    pages: list[object] = []
    pipeline = Pipeline(connection, issuer.issuer_id)
    for change in ({}, {"activate_at_once": True, "retention_days": 7}, {"retention_days": 8}):
        pipeline.ask("change_settings", **nothing | change)
        for code in (None, "FOOD-AID", "100%s"):
            found = pipeline.ask("groups_page", code=code, after="", rows_max=10)
            pipeline.run()
            pages.append([row[0] for row in found.rows])
    settings = pipeline.ask("issuer_setting")
    pipeline.run(commit=True)
    assert settings.rows[0][:2] == (True, 8)
    assert pages == [["FOOD-AID", "GENERAL-PURPOSE"], ["FOOD-AID"], []] * 3


def test_times_come_back_as_they_were_sent(connection: Connection, issuer: Issuer) -> None:
    head = lock_head(connection, issuer.issuer_id)
    later = head.now.replace(year=2090, microsecond=123_456)
    pipeline = Pipeline(connection, issuer.issuer_id)
    pipeline.ask(
        "move_head",
        next_leaf=head.next_leaf,
        next_operation=head.next_operation,
        next_posting=head.next_posting,
        next_serial=head.next_serial,
        next_provision=head.next_provision,
        catalogue_version=head.catalogue_version,
        now=later,
    )
    moved = pipeline.ask("lock_head")
    pipeline.run()
    connection.rollback()
    assert moved.rows[0][-1] == later


def test_the_first_error_is_raised_and_nothing_after_it_is_done(
    connection: Connection, issuer: Issuer, pipeline: Pipeline, serials: list[int]
) -> None:
    before = leaves(connection, issuer)
    head = pipeline.ask("lock_head")
    known_leaf(pipeline)
    pipeline.ask("insert_leaves", first_leaf=1000, bodies=Blobs([b"new"]))
    pipeline.ask("balances_available")
    with pytest.raises(pg.UniqueViolation, match="leaf_pkey"):
        pipeline.run(commit=True)
    assert len(head.rows) == 1
    assert connection.pgconn.pipeline_status == PipelineStatus.OFF
    assert connection.pgconn.transaction_status == TransactionStatus.INERROR
    connection.rollback()
    assert leaves(connection, issuer) == before
    again = [  # one that was prepared, and two that were passed over
        pipeline.ask("lock_head"),
        pipeline.ask("balances_available"),
        pipeline.ask("vouchers_by_serial", serials=Int8s(serials)),
    ]
    pipeline.run(commit=True)
    assert [len(answer.rows) for answer in again] == [1, 1, VOUCHERS]


def test_what_could_not_be_prepared_is_prepared_the_next_time(
    shared_database: str, connection: Connection, pipeline: Pipeline
) -> None:
    noted = Times([datetime.now(UTC)])
    with connect_as_owner(shared_database) as owner:
        owner.execute("ALTER TABLE due RENAME TO due_away")
        owner.commit()
        try:
            pipeline.ask("insert_due", due_ats=noted, serials=Int8s([1]))
            pipeline.ask("secrets", serials=Int8s())
            with pytest.raises(pg.UndefinedTable):
                pipeline.run()
        finally:
            owner.execute("ALTER TABLE due_away RENAME TO due")
            owner.commit()
    connection.rollback()
    written = pipeline.ask("insert_due", due_ats=noted, serials=Int8s([1]))
    pipeline.ask("secrets", serials=Int8s())
    pipeline.run()
    assert written.changed == 1
    connection.rollback()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"first_leaf": object(), "bodies": Blobs()}, TypeError),
        ({"first_leaf": "\ud800", "bodies": Blobs()}, UnicodeEncodeError),
        ({"first_leaf": 1, "bodies": Int4s([2**40])}, struct.error),
        ({"first_leaf": 1, "bodies": Texts(["\ud800"])}, UnicodeEncodeError),
        ({"first_leaf": 1}, KeyError),
    ],
)
def test_what_cannot_be_sent_leaves_no_answer_outstanding(
    shared_database: str,
    connection: Connection,
    issuer: Issuer,
    wrong: dict[str, object],
    error: type[Exception],
) -> None:
    pipeline = Pipeline(connection, issuer.issuer_id)
    pipeline.ask("lock_head")
    pipeline.ask("balances_available")
    with pytest.raises(error):
        pipeline.ask("insert_leaves", **wrong)
    connection.rollback()
    assert is_ready(connection)
    with connected(shared_database) as other:
        assert lock_head(other, issuer.issuer_id).next_leaf > 1
    known_leaf(pipeline)
    with pytest.raises(pg.UniqueViolation):
        pipeline.run()
    connection.rollback()


def test_an_administrative_change_that_cannot_be_sent_is_undone(
    connection: Connection, issuer: Issuer
) -> None:
    """A reason as a shell gives it, with bytes that are no UTF-8."""
    before = leaves(connection, issuer)
    journal = issuer.begin(connection)
    journal.record(Action.CHANGE_SETTINGS, SYSTEM, reason="\udcff")
    with pytest.raises(UnicodeEncodeError):
        commit(connection, issuer, journal)
    connection.rollback()
    assert is_ready(connection)
    assert leaves(connection, issuer) == before


def test_one_operation_that_cannot_be_written_costs_no_connection(
    connection: Connection, issuer: Issuer
) -> None:
    drawing = Preactivate(
        caller=SYSTEM, reference="r\0", amount="10.00", currency="KES", group="FOOD-AID"
    )
    with pytest.raises(psycopg.DataError):
        apply(connection, issuer, [drawing])
    assert is_ready(connection)
    assert preactivate(connection, issuer).outcome is Outcome.DONE


def test_an_account_that_would_be_overdrawn_undoes_everything(
    connection: Connection, issuer: Issuer, pipeline: Pipeline
) -> None:
    before = balances(connection, issuer)
    pipeline.ask("lock_head")
    pipeline.ask(
        "move_accounts",
        funding_account_ids=Int4s([1]),
        kinds=Int2s([2]),
        owner_ids=Int8s([0]),
        debits=Int8s([10**12]),
        credits=Int8s([0]),
    )
    pipeline.ask("balances_available")
    with pytest.raises(pg.CheckViolation, match="account_not_overdrawn"):
        pipeline.run(commit=True)
    connection.rollback()
    assert balances(connection, issuer) == before


@pytest.mark.parametrize("on_loop", [False, True])
def test_much_may_be_under_way_both_ways_at_once(
    connection: Connection, issuer: Issuer, serials: list[int], *, on_loop: bool
) -> None:
    """More than the buffers between hold: PostgreSQL waits to be read while we still send."""
    many = Int8s(serials * 2000)

    def ask_much() -> list[int]:
        pipeline = Pipeline(connection, issuer.issuer_id)
        asked = [pipeline.ask("vouchers_by_serial", serials=many) for _ in range(8)]
        pipeline.run()
        return [len(answer.rows) for answer in asked]

    found = asyncio.run(run_on_loop(ask_much)) if on_loop else ask_much()
    assert found == [len(many)] * 8
    connection.rollback()


def test_a_connection_killed_before_it_is_asked_is_noticed(
    connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    lock_head(connection, issuer.issuer_id)
    connection.rollback()
    onlooker.end(connection)
    with pytest.raises(DatabaseUnavailableError):
        apply(connection, issuer, [])
    assert connection.closed


def test_a_connection_killed_while_it_waits_is_noticed(
    shared_database: str, connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    with connected(shared_database) as holder:
        lock_head(holder, issuer.issuer_id)
        with onlooker.ending_once_blocked(connection):
            with pytest.raises(psycopg.OperationalError):
                lock_head(connection, issuer.issuer_id)
            assert connection.closed
            with pytest.raises(DatabaseUnavailableError):
                apply(connection, issuer, [])


def test_a_lock_that_is_not_given_in_time_leaves_the_connection_as_it_was(
    shared_database: str, connection: Connection, issuer: Issuer
) -> None:
    connection.execute("SET lock_timeout = '50ms'")
    connection.commit()
    with connected(shared_database) as holder:
        lock_head(holder, issuer.issuer_id)
        with pytest.raises(DatabaseUnavailableError):
            apply(connection, issuer, [])
    assert is_ready(connection)
    assert preactivate(connection, issuer).outcome is Outcome.DONE


def test_ctrl_c_while_it_waits_leaves_a_connection_to_roll_back(
    shared_database: str, connection: Connection, issuer: Issuer, onlooker: Onlooker
) -> None:
    main = threading.main_thread().ident or 0

    def interrupt() -> None:
        onlooker.wait_until_blocked(connection)
        signal.pthread_kill(main, signal.SIGINT)

    with connected(shared_database) as holder, default_ctrl_c():
        lock_head(holder, issuer.issuer_id)
        interrupting = threading.Thread(target=interrupt)
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            lock_head(connection, issuer.issuer_id)
        interrupting.join()
    connection.rollback()
    assert is_ready(connection)
    assert preactivate(connection, issuer).outcome is Outcome.DONE


@contextmanager
def default_ctrl_c() -> Iterator[None]:
    before: Callable[..., object] | int | None = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
