"""The worker: what waits in the queue, and the loops that nobody has to ask for.

    queue      finish a provision, a bulk, a rotation      as soon as it is asked for
    loops      commands, due vouchers, payments without    each by its own pause
               an end, what a killed process left, the
               purge, figures

Any number of workers may run: every piece of work is locked by whoever does it.
"""

import asyncio
from contextlib import closing
from threading import Thread
from typing import Final
from uuid import UUID

import psycopg
import structlog
from procrastinate import PsycopgConnector

from counterfoil.engine.bank_data import SWITCHES_MAX, switch_due_accounts
from counterfoil.engine.commands.carrying_out import (
    carry_out,
    commands_to_look_at,
    find_outcomes,
    give_up,
)
from counterfoil.engine.due import SWEEP_ROWS, sweep_due
from counterfoil.engine.figures.folding import STRETCH_ROWS, fold_figures
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.purge import STRETCH_OPERATIONS, purge_retained
from counterfoil.errors import CounterfoilError
from counterfoil.gateway.resolver import resolve_payments
from counterfoil.jobs import loops
from counterfoil.jobs.accounts import (
    forget_old_lookups,
    tell_of_rails,
    verify_due_accounts,
)
from counterfoil.jobs.banks import fetch_bank_files, look_at_banks_again, take_brought_files
from counterfoil.jobs.connections import Connections
from counterfoil.jobs.earnings import PAUSE_SECONDS, earn
from counterfoil.jobs.loops import BACK_OFF_SECONDS, Loop
from counterfoil.jobs.payouts import file_acceptors, pay_acceptors, work_on_runs
from counterfoil.jobs.queue import QUEUE, pool_arguments
from counterfoil.jobs.site import Desk, WorkSite
from counterfoil.jobs.tasks import (
    SITE,
    finish_left_bulks,
    finish_left_handovers,
    finish_left_provisions,
    finish_left_rotations,
    forget_stale_handovers,
    tasks,
    work_on_sales,
)
from counterfoil.keys.seals import Seals

_JOBS_AT_ONCE: Final = 2
_STOP_SECONDS_MAX: Final = 30.0
_POLL_SECONDS: Final = 2.0
_STOP_POLL_SECONDS: Final = 0.1

_log = structlog.get_logger("counterfoil.jobs")


def _sweep(desk: Desk, issuer: Issuer) -> int:
    swept = sweep_due(desk.connection, issuer)
    return swept if swept == SWEEP_ROWS else 0


def _purge(desk: Desk, issuer: Issuer) -> int:
    purged = purge_retained(desk.connection, issuer)
    return purged if purged == STRETCH_OPERATIONS else 0


def _resolve(desk: Desk, issuer: Issuer) -> int:
    rails = desk.site.rails.online_of(issuer.code)
    return resolve_payments(desk.connection, issuer, rails) if rails else 0


def _switch(desk: Desk, issuer: Issuer) -> int:
    switched = switch_due_accounts(desk.connection, issuer)
    return switched if switched == SWITCHES_MAX else 0


def _carry_out(desk: Desk, issuer: Issuer) -> int:
    seals = desk.site.seals
    if seals is None:
        return 0
    ended = [
        _carry_out_one(desk, issuer, seals, command_id)
        for command_id in commands_to_look_at(desk.connection, issuer)
    ]
    return sum(ended)


def _carry_out_one(desk: Desk, issuer: Issuer, seals: Seals, command_id: UUID) -> bool:
    """Whether it ended. One that fails must not stand in the way of those behind it."""
    try:
        status = carry_out(desk.connection, issuer, seals, command_id)
    except (CounterfoilError, psycopg.OperationalError):
        raise  # something does not answer: it is tried again
    except Exception as error:  # noqa: BLE001  # whatever it was, the next one is tried
        _log.error("worker.command_failed", command_id=str(command_id), **loops.what(error))
        give_up(desk.connection, issuer, command_id)
        return True
    if status is not None:
        _log.info("command.ended", issuer=issuer.code, command_id=str(command_id), status=status)
    return status is not None


def _find_outcomes(desk: Desk, issuer: Issuer) -> int:
    find_outcomes(desk.connection, issuer)
    return 0


def _fold(desk: Desk, issuer: Issuer) -> int:
    folded = fold_figures(desk.connection, issuer.issuer_id)
    return folded if folded >= STRETCH_ROWS else 0


LOOPS: Final = (
    Loop("commands", _carry_out, 0.2),
    Loop("due", _sweep, 0.5),
    Loop("sales", work_on_sales, 0.3),
    Loop("handovers", finish_left_handovers, 0.3),
    Loop("stale handovers", forget_stale_handovers, 60.0),
    Loop("payments", _resolve, 0.5),
    Loop("payout runs", work_on_runs, 0.5),
    Loop("payouts", pay_acceptors, 0.5),
    Loop("payout files", file_acceptors, 2.0),
    Loop("bank files", fetch_bank_files, 2.0),
    Loop("brought files", take_brought_files, 0.5),
    Loop("banks", look_at_banks_again, 5.0),
    Loop("earnings", earn, PAUSE_SECONDS),
    Loop("figures", _fold, 0.5),
    Loop("left provisions", finish_left_provisions, 2.0),
    Loop("left bulks", finish_left_bulks, 2.0),
    Loop("left rotations", finish_left_rotations, 2.0),
    Loop("left outcomes", _find_outcomes, 10.0),
    Loop("retention", _purge, 10.0),
    Loop("bank data", _switch, 5.0),
    Loop("rails", tell_of_rails, 5.0),
    Loop("accounts", verify_due_accounts, 5.0),
    Loop("old lookups", forget_old_lookups, 600.0),
)


def work(site: WorkSite) -> None:
    """Blocks until `site.stopping` is set, then lets each thread end its step."""
    with closing(Connections(site.database_url)) as connections:
        threads = [loops.start(site, connections, loop) for loop in LOOPS]
        threads.append(_start_queue(site))
        _log.info("worker.started", loops=[loop.name for loop in LOOPS])
        try:
            site.stopping.wait()
        finally:
            site.stopping.set()
            for thread in threads:
                thread.join(_STOP_SECONDS_MAX)
    _log.info("worker.stopped")


def _start_queue(site: WorkSite) -> Thread:
    thread = Thread(target=lambda: asyncio.run(_queue(site)), name="queue")
    thread.start()
    return thread


async def _queue(site: WorkSite) -> None:
    failures = 0
    while not site.stopping.is_set():
        try:
            await _serve_queue(site)
        except Exception as error:  # noqa: BLE001  # whatever it was, the queue goes on
            _log.warning("worker.queue_lost", cause=type(error).__name__)
        pause = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
        failures += 1
        await asyncio.to_thread(site.stopping.wait, pause)


async def _serve_queue(site: WorkSite) -> None:
    app = tasks.with_connector(PsycopgConnector(**pool_arguments(site.database_url)))
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=_JOBS_AT_ONCE,
                install_signal_handlers=False,
                fetch_job_polling_interval=_POLL_SECONDS,
                delete_jobs="successful",
                additional_context={SITE: site},
            )
        )
        while not worker.done() and not site.stopping.is_set():  # noqa: ASYNC110  # a thread's event
            await asyncio.sleep(_STOP_POLL_SECONDS)
        worker.cancel()
        await asyncio.wait([worker])
        if not worker.cancelled() and (error := worker.exception()):
            raise error
