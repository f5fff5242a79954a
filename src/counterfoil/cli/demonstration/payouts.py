"""Merchants paid week by week by the sandbox provider, and a run that waits to be approved now.
Loaded when Django knows its settings.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time
from functools import partial
from typing import Final

from counterfoil.cli.demonstration.desk import Desk
from counterfoil.engine.commands.payout_content import BeginPayoutRun, SendPayouts, SetPayoutTerms
from counterfoil.engine.payouts.calendar import Cycle
from counterfoil.engine.payouts.counting import count_run
from counterfoil.engine.payouts.reading import Run, run_of
from counterfoil.engine.payouts.routes import SANDBOX
from counterfoil.engine.payouts.sending import send_chunk
from counterfoil.engine.payouts.terms import TermsDesign
from counterfoil.gateway.paying import pay_out
from counterfoil.gateway.port import Gateway

_FUND: Final = 1  # the funding account that most of it is paid from, and the terms of it
_PAID: Final = range(59, 0, -7)  # days ago
_FRIDAY: Final = 5
_BY_HAND: Final = TermsDesign(
    funding_account_id=_FUND,
    cut_off=time(17),
    time_zone="Africa/Nairobi",
    hold_hours=12,
    minimum_minor=1000_00,
    commission_points=100,
    fee_minor=25_00,
)
_WEEKLY: Final = replace(_BY_HAND, cycle=Cycle.WEEKLY, on_day=_FRIDAY)


def moments(desk: Desk, gateway: Gateway) -> Iterator[tuple[int, float, Callable[[], object]]]:
    yield 66, 10, partial(_agree, desk, _BY_HAND, 1, "As the contracts with the merchants say.")
    for day in _PAID:
        yield day, 14.2, partial(_pay, desk, gateway, f"payouts {day} days ago")
    yield 0, 7, partial(_agree, desk, _WEEKLY, 2, "Paid every Friday from now on.")
    yield 0, 7.5, partial(_wait, desk, "payouts of today")


def _agree(desk: Desk, terms: TermsDesign, version: int, reason: str) -> None:
    asked = SetPayoutTerms(design=terms, expected_version=version)
    desk.done("finance", f"payout terms {version}", asked, reason)


def sent(desk: Desk, name: str, terms_id: int) -> None:
    """A run of those terms; its payments wait for a rail."""
    run = _counted(desk, name, terms_id)
    desk.done("finance", f"send {name}", _all_of(run))
    while send_chunk(desk.connection, desk.issuer, run.run_id):
        pass


def _pay(desk: Desk, gateway: Gateway, name: str) -> None:
    sent(desk, name, _FUND)
    while pay_out(desk.connection, desk.issuer, {SANDBOX: gateway}):
        pass


def _wait(desk: Desk, name: str) -> None:
    desk.ask(
        "finance", f"send {name}", _all_of(_counted(desk, name, _FUND)), "Before the holidays."
    )


def _counted(desk: Desk, name: str, terms_id: int) -> Run:
    outcome = desk.done("finance", name, BeginPayoutRun(terms_id=terms_id))
    run_id = int(outcome.removeprefix("payout-run:"))
    count_run(desk.connection, desk.issuer, run_id)
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
