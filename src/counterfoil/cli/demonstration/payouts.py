"""Merchants paid every Friday by the sandbox provider, and a run that waits to be approved now.
Loaded when Django knows its settings.
"""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from functools import partial
from typing import Final

from counterfoil.cli.demonstration.desk import Desk
from counterfoil.engine.commands.payout_content import BeginPayoutRun, SendPayouts, SetPayoutTerms
from counterfoil.engine.payouts.calendar import Cycle
from counterfoil.engine.payouts.counting import begin_due_runs, count_run
from counterfoil.engine.payouts.reading import Run, run_of, runs_at
from counterfoil.engine.payouts.routing import SANDBOX
from counterfoil.engine.payouts.sending import send_chunk
from counterfoil.engine.payouts.terms import TermsDesign
from counterfoil.gateway.paying import pay_out
from counterfoil.gateway.port import Gateway

_FUND: Final = 1  # the funding account that most of it is paid from, and the terms of it
_FIRST_PAID: Final = 66
_FRIDAY: Final = 5
_TERMS: Final = TermsDesign(
    funding_account_id=_FUND,
    cycle=Cycle.WEEKLY,
    on_day=_FRIDAY,
    cut_off=time(17),
    time_zone="Africa/Nairobi",
    hold_hours=12,
    minimum_minor=1000_00,
    commission_points=100,
    fee_minor=25_00,
)


def moments(desk: Desk, gateway: Gateway) -> Iterator[tuple[int, float, Callable[[], object]]]:
    yield _FIRST_PAID + 7, 10, partial(_agree_on_terms, desk)
    for day in range(_FIRST_PAID, 0, -1):
        if (desk.today - timedelta(days=day)).isoweekday() == _FRIDAY:
            yield day, 14.2, partial(_pay, desk, gateway)
    yield 0, 7.5, partial(_wait_with_run, desk)


def _agree_on_terms(desk: Desk) -> None:
    desk.done(
        "finance",
        "payout terms",
        SetPayoutTerms(design=_TERMS, expected_version=1),
        "As the contracts with the merchants say.",
    )


def _pay(desk: Desk, gateway: Gateway) -> None:
    """What is due by then, agreed to and sent; a run that a start before this one began, too."""
    begin_due_runs(desk.connection, desk.issuer)
    for run_id in runs_at(desk.connection, desk.issuer, "counting"):
        count_run(desk.connection, desk.issuer, run_id)
    for run_id in runs_at(desk.connection, desk.issuer, "previewed"):
        desk.done("finance", f"send payout run {run_id}", _all_of(_run(desk, run_id)))
    for run_id in runs_at(desk.connection, desk.issuer, "sending"):
        while send_chunk(desk.connection, desk.issuer, run_id):
            pass
    while pay_out(desk.connection, desk.issuer, {SANDBOX: gateway}):
        pass


def _wait_with_run(desk: Desk) -> None:
    outcome = desk.done("finance", "payout run of today", BeginPayoutRun(terms_id=_FUND))
    run_id = int(outcome.removeprefix("payout-run:"))
    count_run(desk.connection, desk.issuer, run_id)
    desk.ask(
        "finance", "send payout run of today", _all_of(_run(desk, run_id)), "Before the holidays."
    )


def _run(desk: Desk, run_id: int) -> Run:
    run = run_of(desk.connection, desk.issuer, run_id)
    desk.connection.rollback()
    return run


def _all_of(run: Run) -> SendPayouts:
    return SendPayouts(
        run_id=run.run_id,
        digest=(run.digest or b"").hex(),
        payouts=run.payouts,
        net_minor=run.net_minor,
        currency=run.currency,
    )
