"""Runs of payouts begun, counted and sent, and their payments followed to the end."""

from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import begin_due_runs, count_run
from counterfoil.engine.payouts.reading import runs_at
from counterfoil.engine.payouts.routing import SANDBOX
from counterfoil.engine.payouts.sending import send_chunk
from counterfoil.gateway.paying import pay_out
from counterfoil.jobs.site import Desk


def work_on_runs(desk: Desk, issuer: Issuer) -> int:
    """Whatever was left half-way by a killed process too. Returns how many steps were done."""
    done = len(begin_due_runs(desk.connection, issuer))
    for run_id in runs_at(desk.connection, issuer, "counting"):
        done += count_run(desk.connection, issuer, run_id)
    for run_id in runs_at(desk.connection, issuer, "sending"):
        while not desk.is_stopping and send_chunk(desk.connection, issuer, run_id):
            done += 1
    return done


def pay_acceptors(desk: Desk, issuer: Issuer) -> int:
    gateway = desk.site.gateway
    return 0 if gateway is None else pay_out(desk.connection, issuer, {SANDBOX: gateway})
