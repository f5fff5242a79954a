"""Jobs that somebody puts into the queue by hand, as the portal's role: nothing comes of them."""

import json
import time
from threading import Thread

import pytest
from psycopg import sql
from tests.engine.commands.conftest import SEALS, DepositOf, Office
from tests.given import given_group, given_issuer, given_stock

from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.jobs import schema
from counterfoil.jobs.queue import QUEUE
from counterfoil.jobs.site import WorkSite
from counterfoil.jobs.worker import work
from counterfoil.keys.provider import LocalKeyProvider

SECONDS_MAX = 30.0


@pytest.mark.parametrize("task", ["finish_provision", "finish_bulk", "purge", "carry_out"])
def test_a_job_put_in_by_hand_has_no_effect(
    connection: Connection,
    database: str,
    provider: LocalKeyProvider,
    deposit_of: DepositOf,
    task: str,
) -> None:
    schema.migrate(database)
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_stock(connection, issuer, 5)
    office = Office(connection, issuer)
    command_id = office.prepare(deposit_of(5000))
    before = _operations(connection)
    with connect_as_owner(database) as forger:
        role = sql.Identifier(f"{forger.info.dbname}_portal")
        forger.execute(sql.SQL("SET ROLE {}").format(role))
        forger.execute("SET search_path = jobs, public")  # its triggers expect that
        forger.execute(
            "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, args) VALUES (%s, %s, %s)",
            (
                QUEUE,
                task,
                json.dumps(
                    {"issuer_code": issuer.code, "subject_id": 1, "command": str(command_id)}
                )
                if task == "carry_out"
                else json.dumps({"issuer_code": issuer.code, "subject_id": 1}),
            ),
        )
        forger.commit()
    site = WorkSite(database, provider, seals=SEALS)
    worker = Thread(target=work, args=(site,))
    worker.start()
    try:
        _wait_until_taken(database)
    finally:
        site.stopping.set()
        worker.join(SECONDS_MAX)
    assert not worker.is_alive()
    assert office.status(command_id) == ("waiting", None)
    assert _operations(connection) == before


def _operations(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM operation").fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])


def _wait_until_taken(database: str) -> None:
    """The worker has done with it: gone, failed, or waiting to be tried again."""
    deadline = time.monotonic() + SECONDS_MAX
    with connect_as_owner(database) as owner:
        while True:
            rows = owner.execute("SELECT status, attempts FROM jobs.procrastinate_jobs").fetchall()
            owner.rollback()
            if all(status != "doing" and (status != "todo" or tries) for status, tries in rows):
                return
            assert time.monotonic() < deadline
            time.sleep(0.05)
