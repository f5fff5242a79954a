"""Runs of payouts begun, counted and sent, and their payments followed to the end.

What goes wrong in one run, or on one rail, stops no other.
"""

from collections.abc import Callable
from functools import partial

import psycopg
import structlog

from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import begin_due_runs, count_run
from counterfoil.engine.payouts.reading import runs_at
from counterfoil.engine.payouts.sending import send_chunk
from counterfoil.errors import DatabaseUnavailableError
from counterfoil.gateway.filing import file_payments
from counterfoil.gateway.paying import pay_out
from counterfoil.jobs.loops import what
from counterfoil.jobs.site import Desk

_log = structlog.get_logger("counterfoil.jobs")


def work_on_runs(desk: Desk, issuer: Issuer) -> int:
    """Whatever was left half-way by a killed process too. Returns how many steps were done."""
    done = _alone(desk, lambda: len(begin_due_runs(desk.connection, issuer)), "due")
    for run_id in runs_at(desk.connection, issuer, "counting"):
        done += _alone(desk, partial(_count, desk, issuer, run_id), run_id)
    for run_id in runs_at(desk.connection, issuer, "sending"):
        done += _alone(desk, partial(_send, desk, issuer, run_id), run_id)
    return done


def pay_acceptors(desk: Desk, issuer: Issuer) -> int:
    """By the rails that can be asked about each payment."""
    rails = desk.site.rails.asked_by(issuer.code)
    return pay_out(desk.connection, issuer, rails) if rails else 0


def file_acceptors(desk: Desk, issuer: Issuer) -> int:
    """By the rails that are files."""
    rails = desk.site.rails.files_of(issuer.code)
    if rails:
        issuer.catch_up(desk.connection)
        desk.connection.rollback()
    return sum(
        _alone(desk, partial(file_payments, desk.connection, issuer, {name: rail}), name)
        for name, rail in rails.items()
    )


def _count(desk: Desk, issuer: Issuer, run_id: int) -> int:
    return int(count_run(desk.connection, issuer, run_id))


def _send(desk: Desk, issuer: Issuer, run_id: int) -> int:
    sent = 0
    while not desk.is_stopping and send_chunk(desk.connection, issuer, run_id):
        sent += 1
    return sent


def _alone(desk: Desk, work: Callable[[], int], which: int | str) -> int:
    try:
        return work()
    except (DatabaseUnavailableError, psycopg.OperationalError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever it was, the next one is worked on
        _log.error("payouts.step_failed", which=which, **what(error))
        desk.connection.rollback()
        return 0
