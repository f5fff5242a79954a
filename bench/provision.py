"""Provisioning: numbers, sealing, indexes, postings, committed by chunks."""

import statistics
import time
from pathlib import Path

from bench.report import Report
from bench.server import (
    AMOUNT,
    BENCH,
    GROUP,
    bench_issuer,
    bench_place,
    checkpoint,
    database,
    peak_rss_mb,
    pgbench_tps,
)
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.money import Money


def bench_provision(home: Path, *, seconds: int, vouchers: int) -> Report:
    with bench_place(home) as place:
        url, connection = database(place)
        issuer = bench_issuer(connection, place, funds=Money(10**13, "KES"))
        checkpoint(url)
        provision = begin_provision(
            connection, issuer, BENCH, group_code=GROUP, money=AMOUNT, count=vouchers
        )
        times: list[float] = []
        started = before = time.perf_counter()
        created = 0
        for step in finish_provision(connection, issuer, provision.provision_id):
            now = time.perf_counter()
            times.append(now - before)
            before, created = now, step.created
            if now - started > seconds:
                break
        elapsed = time.perf_counter() - started
        connection.close()
        place.drop(url)
        checkpoint(place.postgres.url)
        tps = pgbench_tps(place, seconds=min(seconds, 10))
    return Report(
        name="provision",
        per_second=created / elapsed,
        pgbench_tps=tps,
        p50_ms=1000 * statistics.median(times),
        p99_ms=1000 * statistics.quantiles([*times, *times], n=100)[98],
        peak_rss_mb=peak_rss_mb(),
    )
