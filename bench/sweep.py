"""Expiry: lapsed holds cancelled and their money freed, by the job that does it in service."""

import statistics
import time
from pathlib import Path

from bench.report import Report
from bench.server import (
    BENCH,
    GROUP,
    bench_issuer,
    bench_place,
    checkpoint,
    database,
    drawn,
    peak_rss_mb,
    pgbench_tps,
    provisioned,
)
from counterfoil.engine.due import sweep_due
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.money import Money

HOLD_SECONDS = 1


def bench_sweep(home: Path, *, seconds: int, vouchers: int) -> Report:
    with bench_place(home) as place:
        url, connection = database(place)
        issuer = bench_issuer(connection, place, funds=Money(10**13, "KES"))
        create_group(
            connection,
            issuer,
            BENCH,
            GroupDesign(
                code=GROUP,
                name="Bench",
                currency="KES",
                denominations=(1000,),
                valid_for_days=365,
                hold_seconds=HOLD_SECONDS,
            ),
        )
        provisioned(connection, issuer, vouchers)
        for _answers in drawn(connection, issuer, vouchers):
            pass
        time.sleep(HOLD_SECONDS)
        checkpoint(url)
        times: list[float] = []
        swept = 0
        started = before = time.perf_counter()
        while rows := sweep_due(connection, issuer):
            now = time.perf_counter()
            times.append(now - before)
            before, swept = now, swept + rows
            if now - started > seconds:
                break
        elapsed = time.perf_counter() - started
        connection.close()
        place.drop(url)
        checkpoint(place.postgres.url)
        tps = pgbench_tps(place, seconds=min(seconds, 10))
    return Report(
        name="sweep",
        per_second=swept / elapsed,
        pgbench_tps=tps,
        p50_ms=1000 * statistics.median(times),
        p99_ms=1000 * statistics.quantiles([*times, *times], n=100)[98],
        peak_rss_mb=peak_rss_mb(),
    )
