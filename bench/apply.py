"""Redemptions through the engine, 500 at a time, without HTTP."""

import random
import statistics
import time
from pathlib import Path
from typing import Final

from bench.report import Report
from bench.server import (
    BENCH,
    SHOP,
    active_numbers,
    bench_issuer,
    bench_place,
    checkpoint,
    database,
    peak_rss_mb,
    pgbench_tps,
    provisioned,
)
from counterfoil.engine.apply import apply
from counterfoil.engine.operation import Outcome, Redeem
from counterfoil.money import Money

BATCH: Final = 500


def bench_apply(home: Path, *, seconds: int, vouchers: int) -> Report:
    """Redeems until the time or the vouchers are over; then asks pgbench the same server."""
    with bench_place(home) as place:
        url, connection = database(place)
        issuer = bench_issuer(connection, place, funds=Money(10**13, "KES"))
        provisioned(connection, issuer, vouchers)
        numbers = active_numbers(connection, issuer, vouchers)
        random.Random(1).shuffle(numbers)  # noqa: S311  # an order, not a secret
        checkpoint(url)
        times: list[float] = []
        started = time.perf_counter()
        for first in range(0, len(numbers), BATCH):
            batch_started = time.perf_counter()
            answers = apply(
                connection,
                issuer,
                [
                    Redeem(
                        caller=BENCH,
                        reference=f"bench-{first + index}",
                        number=number,
                        acceptor_name=SHOP.name,
                        acceptor_account=SHOP.account,
                        acceptor_group=SHOP.groups[0],
                    )
                    for index, number in enumerate(numbers[first : first + BATCH])
                ],
            )
            times.append(time.perf_counter() - batch_started)
            if any(answer.outcome is not Outcome.DONE for answer in answers):
                raise AssertionError({answer.outcome for answer in answers})
            if time.perf_counter() - started > seconds:
                break
        elapsed = time.perf_counter() - started
        connection.close()
        place.drop(url)
        checkpoint(place.postgres.url)
        tps = pgbench_tps(place, seconds=seconds)
    return Report(
        name="apply",
        per_second=BATCH * len(times) / elapsed,
        pgbench_tps=tps,
        p50_ms=1000 * statistics.median(times),
        p99_ms=1000 * statistics.quantiles(times, n=100)[98],
        peak_rss_mb=peak_rss_mb(),
    )
