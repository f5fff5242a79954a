"""Runs of payouts begun, counted and sent, and their payments followed to the end.

What goes wrong in one run, or on one rail, stops no other.
"""

from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import begin_due_runs, count_run
from counterfoil.engine.payouts.reading import runs_at
from counterfoil.engine.payouts.sending import send_chunk
from counterfoil.gateway.filing import file_payments
from counterfoil.gateway.paying import pay_out
from counterfoil.jobs.alone import alone
from counterfoil.jobs.site import Desk


def work_on_runs(desk: Desk, issuer: Issuer) -> int:
    """Whatever was left half-way by a killed process too. Returns how many steps were done."""
    done = 0
    with alone(desk, "due"):
        done += len(begin_due_runs(desk.connection, issuer))
    for run_id in runs_at(desk.connection, issuer, "counting"):
        with alone(desk, run_id):
            done += count_run(desk.connection, issuer, run_id)
    for run_id in runs_at(desk.connection, issuer, "sending"):
        with alone(desk, run_id):
            while not desk.is_stopping and send_chunk(desk.connection, issuer, run_id):
                done += 1
    return done


def pay_acceptors(desk: Desk, issuer: Issuer) -> int:
    """By the rails that can be asked about each payment."""
    rails = desk.site.rails.asked_by(issuer.code)
    return pay_out(desk.connection, issuer, rails) if rails else 0


def file_acceptors(desk: Desk, issuer: Issuer) -> int:
    """By the rails that are files."""
    rails = desk.site.rails.files_of(issuer.code)
    if not rails:
        return 0
    issuer.catch_up(desk.connection)
    desk.connection.rollback()
    done = 0
    for name, rail in rails.items():
        with alone(desk, name):
            done += file_payments(desk.connection, issuer, {name: rail})
    return done
