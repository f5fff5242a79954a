"""What each job does, by ids only. Every one can be stopped and begun again at any point."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy

from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.database import connected
from counterfoil.engine.handing_out import (
    finish_handover,
    forget_handover,
    running_handovers,
    stale_handovers,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.engine.provision import finish_provision, running_provisions
from counterfoil.engine.purge import purge_retained
from counterfoil.engine.rotation import finish_rotation, running_rotations
from counterfoil.engine.sales.steps import open_sales, work_on_sale
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.jobs.loops import what
from counterfoil.jobs.queue import Task
from counterfoil.jobs.site import Desk, WorkSite

SITE: Final = "site"  # the worker's WorkSite in a job's context
_UPKEEP: Final = Caller(0, "system:upkeep")
_RETRY: Final = RetryStrategy(max_attempts=10, exponential_wait=2)

tasks = App(connector=PsycopgConnector())  # never opened: the worker gives it a connector
_log = structlog.get_logger("counterfoil.jobs")


@tasks.task(name=Task.FINISH_PROVISION, pass_context=True, retry=_RETRY)
def finish_provision_job(context: JobContext, *, issuer_code: str, subject_id: int) -> None:
    with _desk(context) as desk:
        finish_one_provision(desk, desk.issuer(issuer_code), subject_id)


def finish_one_provision(desk: Desk, issuer: Issuer, provision_id: int) -> None:
    _until_stopped(desk, finish_provision(desk.connection, issuer, provision_id))
    _log.info("provision.worked_on", issuer=issuer.code, provision_id=provision_id)


def finish_left_provisions(desk: Desk, issuer: Issuer) -> int:
    """Those that a killed process left half-way."""
    left = running_provisions(desk.connection, issuer)
    for provision_id in left:
        finish_one_provision(desk, issuer, provision_id)
    return len(left)


@tasks.task(name=Task.FINISH_BULK, pass_context=True, retry=_RETRY)
def finish_bulk_job(context: JobContext, *, issuer_code: str, subject_id: int) -> None:
    with _desk(context) as desk:
        finish_one_bulk(desk, desk.issuer(issuer_code), subject_id)


def finish_one_bulk(desk: Desk, issuer: Issuer, bulk_id: int) -> None:
    _until_stopped(desk, finish_bulk(desk.connection, issuer, bulk_id))
    _log.info("bulk.worked_on", issuer=issuer.code, bulk_id=bulk_id)


def finish_left_bulks(desk: Desk, issuer: Issuer) -> int:
    left = running_bulks(desk.connection, issuer)
    for bulk_id in left:
        finish_one_bulk(desk, issuer, bulk_id)
    return len(left)


def work_on_sales(desk: Desk, issuer: Issuer) -> int:
    """A step of each: what is held, allocated or released."""
    return sum(
        _work_on_one(desk, issuer, sale_id)
        for sale_id in open_sales(desk.connection, issuer)
        if not desk.is_stopping
    )


def _work_on_one(desk: Desk, issuer: Issuer, sale_id: UUID) -> bool:
    """One that fails does not stand in the way of the others."""
    try:
        return work_on_sale(desk.connection, issuer, sale_id)
    except (DatabaseUnavailableError, psycopg.OperationalError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever it was, the next one is worked on
        _log.error("sale.step_failed", issuer=issuer.code, sale_id=str(sale_id), **what(error))
        return False


def finish_left_handovers(desk: Desk, issuer: Issuer) -> int:
    left = running_handovers(desk.connection, issuer)
    for handover_id in left:
        _until_stopped(desk, finish_handover(desk.connection, issuer, handover_id))
        _log.info("handover.worked_on", issuer=issuer.code, handover_id=str(handover_id))
    return len(left)


def forget_stale_handovers(desk: Desk, issuer: Issuer) -> int:
    stale = stale_handovers(desk.connection, issuer)
    for handover_id in stale:
        forget_handover(desk.connection, issuer, _UPKEEP, handover_id)
    return len(stale)


@tasks.task(name=Task.FINISH_ROTATION, pass_context=True, retry=_RETRY)
def finish_rotation_job(context: JobContext, *, issuer_code: str, subject_id: int) -> None:  # noqa: ARG001  # all of the issuer's
    with _desk(context) as desk:
        finish_left_rotations(desk, desk.issuer(issuer_code))


def finish_left_rotations(desk: Desk, issuer: Issuer) -> int:
    left = running_rotations(desk.connection, issuer)
    for purpose in left:
        _until_stopped(desk, finish_rotation(desk.connection, issuer, purpose))
        _log.info("rotation.worked_on", issuer=issuer.code, purpose=str(purpose))
    return len(left)


@tasks.task(name=Task.PURGE, pass_context=True, retry=_RETRY)
def purge_job(context: JobContext, *, issuer_code: str, subject_id: int) -> None:  # noqa: ARG001  # all of the issuer's
    with _desk(context) as desk:
        issuer = desk.issuer(issuer_code)
        while not desk.is_stopping and purge_retained(desk.connection, issuer):
            pass


def _until_stopped(desk: Desk, steps: Iterable[object]) -> None:
    for _step in steps:
        if desk.is_stopping:
            return


@contextmanager
def _desk(context: JobContext) -> Iterator[Desk]:
    site = context.additional_context[SITE]
    if not isinstance(site, WorkSite):
        raise TypeError(type(site).__name__)
    with connected(site.database_url) as connection:
        yield Desk(site, connection)
