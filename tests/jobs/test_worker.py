"""The worker does what is enqueued, finishes what was left, and waits for a lost database."""

import time
from collections.abc import Callable, Iterator
from threading import Thread

import psycopg
import pytest
from psycopg import sql
from tests.given import SYSTEM, ask, given_group, given_issuer, given_stock, state_of

from counterfoil.engine.bank_data import rebank_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import rows_behind
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.provision import Provision, begin_provision, provision_by_id
from counterfoil.jobs import schema
from counterfoil.jobs.queue import JobQueue, Task
from counterfoil.jobs.site import WorkSite
from counterfoil.jobs.worker import work
from counterfoil.keys.provider import KeyProvider
from counterfoil.money import Money
from counterfoil.voucher import State

SECONDS_MAX = 30.0


@pytest.fixture
def jobs_database(database: str) -> str:
    schema.migrate(database)
    return database


@pytest.fixture
def queue(jobs_database: str) -> Iterator[JobQueue]:
    with JobQueue(jobs_database) as queue:
        yield queue


@pytest.fixture
def worker(jobs_database: str, provider: KeyProvider) -> Iterator[WorkSite]:
    site = WorkSite(jobs_database, provider)
    thread = Thread(target=work, args=(site,))
    thread.start()
    yield site
    site.stopping.set()
    thread.join(SECONDS_MAX)
    assert not thread.is_alive()


def begun(connection: Connection, issuer: Issuer, count: int = 25_000) -> Provision:
    return begin_provision(
        connection,
        issuer,
        SYSTEM,
        group_code="FOOD-AID",
        money=Money(1000, "KES"),
        count=count,
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_migrating_again_changes_nothing(database: str) -> None:
    assert schema.migrate(database) == ["jobs"]
    assert schema.migrate(database) == []


def test_asking_twice_is_one_job(jobs_database: str, queue: JobQueue) -> None:
    for _ in range(2):
        queue.enqueue(Task.FINISH_PROVISION, "AID", 1)
    queue.enqueue(Task.FINISH_PROVISION, "AID", 2)
    with psycopg.connect(jobs_database) as owner:
        rows = owner.execute("SELECT task_name, args FROM jobs.procrastinate_jobs").fetchall()
    assert rows == [
        ("finish_provision", {"issuer_code": "AID", "subject_id": 1}),
        ("finish_provision", {"issuer_code": "AID", "subject_id": 2}),
    ]


@pytest.mark.usefixtures("worker")
def test_a_worker_finishes_what_is_enqueued_and_what_was_left(
    connection: Connection, provider: KeyProvider, queue: JobQueue
) -> None:
    issuer = given_issuer(connection, provider, funds="1000000.00")
    given_group(connection, issuer)
    left, asked = begun(connection, issuer), begun(connection, issuer)
    queue.enqueue(Task.FINISH_PROVISION, issuer.code, asked.provision_id)
    for provision in (left, asked):
        wait_until(
            lambda each=provision: (  # type: ignore[misc]
                provision_by_id(connection, issuer, each.provision_id).status == "ready"
            )
        )


@pytest.mark.usefixtures("worker")
def test_a_worker_expires_what_is_due(connection: Connection, provider: KeyProvider) -> None:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer, hold_seconds=1)
    given_stock(connection, issuer, 3)
    (drawn,) = ask(
        connection,
        issuer,
        Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID"),
    )
    assert drawn.outcome is Outcome.DONE
    assert drawn.serial is not None
    serial = drawn.serial
    wait_until(lambda: state_of(connection, issuer, serial) is State.CANCELLED)


@pytest.mark.usefixtures("worker")
def test_a_worker_lets_new_bank_data_count(connection: Connection, provider: KeyProvider) -> None:
    issuer = given_issuer(connection, provider)
    bank = BankData("iban", "sandbox", "DE02120300000000202051")
    rebank_acceptor(connection, issuer, SYSTEM, 1, bank, cooling_off_seconds=1, reason="moved")

    def counts() -> bool:
        issuer.catch_up(connection)
        connection.rollback()
        return issuer.catalogue.acceptors_by_id[1].bank == bank

    assert not counts()
    wait_until(counts)
    assert not issuer.catalogue.acceptors_by_id[1].payouts_wait


def test_a_worker_outlives_a_lost_database(
    connection: Connection, provider: KeyProvider, jobs_database: str, worker: WorkSite
) -> None:
    """Every session of the worker is ended, twice; what is due is worked off all the same."""
    issuer = given_issuer(connection, provider, funds="1000000.00")
    given_group(connection, issuer)
    for _ in range(2):
        time.sleep(0.5)
        with psycopg.connect(jobs_database, autocommit=True) as owner:
            owner.execute(
                sql.SQL(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), {})"
                ).format(sql.Literal(connection.info.backend_pid))
            )
    left = begun(connection, issuer, 100)
    wait_until(lambda: provision_by_id(connection, issuer, left.provision_id).status == "ready")
    assert not worker.stopping.is_set()


@pytest.mark.usefixtures("worker")
def test_figures_are_folded_without_being_asked_for(
    connection: Connection, provider: KeyProvider
) -> None:
    issuer = given_issuer(connection, provider)
    wait_until(lambda: rows_behind(connection, issuer.issuer_id) == 0)
    row = connection.execute(
        "SELECT amount_minor FROM figure WHERE measure = 'deposited' AND days = 1"
    ).fetchone()
    assert row == (10_000_000,)
