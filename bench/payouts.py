"""A run of payouts from what was redeemed to what the bank's statement says: ten thousand merchants
with a hundred redemptions each, where nothing else is asked for. Nothing is compared with pgbench.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.many_redemptions import given_redemptions
from bench.paying_bank import STATEMENT
from bench.server import (
    AMOUNT,
    BENCH,
    bench_issuer,
    bench_place,
    checkpoint,
    database,
    peak_rss_mb,
)
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import begin_run, count_run
from counterfoil.engine.payouts.reading import Run, run_of
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.engine.payouts.sending import approve_run, send_chunk
from counterfoil.gateway.delivery import FolderDelivery
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.taking import take_in
from counterfoil.money import Money
from counterfoil.statements import statement

SECONDS_MAX: Final = 300
MEMORY_MB_MAX: Final = 500
_REDEMPTIONS_EACH: Final = 100
RAIL: Final = "bank"
_FUND: Final = 1
_TERMS: Final = 1  # of that funding account


@dataclass(slots=True)
class PayoutsReport:
    """`seconds` of each step in their order; `beside` are those that are not the run's own."""

    payouts: int
    redemptions: int
    seconds: dict[str, float] = field(default_factory=dict)
    beside: dict[str, float] = field(default_factory=dict)
    peak_rss_mb: float = 0
    differences: int = 0

    @property
    def total(self) -> float:
        return sum(self.seconds.values())

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began

    @contextmanager
    def other(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.beside[name] = time.perf_counter() - began

    def as_json(self) -> str:
        rounded = {name: round(seconds, 2) for name, seconds in self.seconds.items()}
        beside = {name: round(seconds, 2) for name, seconds in self.beside.items()}
        return json.dumps(
            {
                "name": "payouts",
                "payouts": self.payouts,
                "redemptions": self.redemptions,
                "seconds": rounded,
                "beside": beside,
                "total": round(self.total, 2),
                "peak_rss_mb": round(self.peak_rss_mb, 1),
                "differences": self.differences,
            }
        )

    def as_text(self) -> str:
        steps = ", ".join(f"{name} {each:.1f}" for name, each in self.seconds.items())
        beside = ", ".join(f"{name} {each:.1f}" for name, each in self.beside.items())
        return (
            f"payouts: {self.payouts:,} of {self.redemptions:,} redemptions in {self.total:.1f} s"
            f" (at most {SECONDS_MAX}): {steps}; beside it {beside}; peak {self.peak_rss_mb:.0f} MB"
            f" (at most {MEMORY_MB_MAX}); {self.differences} differences"
        )


def bench_payouts(home: Path, *, seconds: int, vouchers: int) -> PayoutsReport:  # noqa: ARG001  # it takes as long as it takes
    folder = empty_folder(home / "bank")
    with bench_place(home) as place:
        url, connection = database(place)
        merchants = max(1, vouchers // _REDEMPTIONS_EACH)
        report = PayoutsReport(payouts=merchants, redemptions=vouchers)
        funds = Money(2 * AMOUNT.amount_minor * vouchers, AMOUNT.currency)
        issuer = bench_issuer(connection, place, funds=funds)
        route = Route(rail=RAIL)
        set_routes(connection, issuer, BENCH, [route])
        with report.other("redeemed"):
            given_redemptions(connection, url, issuer, merchants=merchants, vouchers=vouchers)
        checkpoint(url)
        with report.other("folded, which a worker does as vouchers are redeemed"):
            catch_up(connection, issuer.issuer_id)
        pay(connection, issuer, report, folder, fund=_FUND, terms_id=_TERMS, had=funds)
        report.peak_rss_mb = peak_rss_mb()
        with report.other("checked"):
            report.differences = len(check(connection, issuer.issuer_id))
        report.differences += _unreconciled(connection, issuer)
        connection.close()
        place.drop(url)
    return report


def empty_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def pay(  # who pays whom by which terms, of what, and by which bank
    connection: Connection,
    issuer: Issuer,
    report: PayoutsReport,
    folder: Path,
    *,
    fund: int,
    terms_id: int,
    had: Money,
    others: int = 0,
) -> int:
    """All that happens of a run, with the bank in between, which `had` so much; `others` is how
    many credits and debits its statement has besides. The run's id.
    """
    with report.step("counted"):
        run_id = begin_run(connection, issuer, BENCH, terms_id)
        count_run(connection, issuer, run_id)
    run = _run(connection, issuer, run_id)
    _expect("previewed", report.payouts, (run.status, run.payouts))
    with report.step("approved"):
        approve_run(connection, issuer, BENCH, run_id, run.digest or b"")
    with report.step("sent"):
        while send_chunk(connection, issuer, run_id):
            pass
    rails = {RAIL: FileRail(format=Iso20022(), delivery=FolderDelivery(folder))}
    with report.step("written"):
        while file_payments(connection, issuer, rails):
            pass
    with report.other("the bank"):
        _bank(issuer.catalogue.funding_accounts[fund].account, folder, had, others)
    content = (folder / STATEMENT).read_bytes()
    with report.step("reconciled"):
        take_in(
            connection,
            issuer,
            BENCH,
            rail=RAIL,
            file_format=Iso20022(),
            content=content,
            name=STATEMENT,
        )
    run = _run(connection, issuer, run_id)
    _expect("ended", 0, (run.status, run.payouts_open))
    return run_id


def _run(connection: Connection, issuer: Issuer, run_id: int) -> Run:
    run = run_of(connection, issuer, run_id)
    connection.rollback()
    return run


def _unreconciled(connection: Connection, issuer: Issuer) -> int:
    named = {"issuer_id": issuer.issuer_id}
    row = connection.execute(statement(__package__, "unreconciled"), named).fetchone()
    connection.rollback()
    return 0 if row is None else int(row[0])


def _bank(account: str, folder: Path, had: Money, others: int) -> None:
    arguments = [str(folder), account, had.currency, str(had.amount_minor), str(others)]
    command = [sys.executable, "-m", "bench.paying_bank", *arguments]
    subprocess.run(command, check=True)  # noqa: S603  # ourselves


def _expect(status: str, payouts: int, found: tuple[str, int]) -> None:
    if found != (status, payouts):
        raise AssertionError(found)
