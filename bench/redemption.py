"""Redemptions over HTTP, dialect 1: wrk at 128 connections against a real API process.

Everything a redemption is: API key, merchant and group check, idempotency by correlation id,
ledger, leaf, commit with fsync. Then pgbench on the same server, and a lone client.
"""

import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.report import RedemptionReport
from bench.server import (
    BENCH,
    Place,
    active_numbers,
    bench_issuer,
    bench_place,
    checkpoint,
    database,
    pgbench_tps,
    provisioned,
)
from counterfoil.engine.clients import create_client
from counterfoil.errors import CounterfoilError
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.money import Money

CONNECTIONS: Final = 128
THREADS: Final = 2
PER_SECOND_MAX: Final = 16_000
LONE_SECONDS: Final = 3
WARM_UP_SECONDS: Final = 2
_SCRIPT: Final = Path(__file__).parent / "redeem.lua"


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw."""

    per_second: float
    p50_ms: float
    p99_ms: float
    used: int


def bench_redemption(home: Path, *, seconds: int, vouchers: int) -> RedemptionReport:
    """`vouchers` is how many the issuer has in all; as many as the run needs are active."""
    if shutil.which("wrk") is None:
        raise CounterfoilError("wrk is needed for this bench; install it (Debian: wrk).")
    with bench_place(home) as place:
        url, connection = database(place)
        issuer = bench_issuer(connection, place, funds=Money(10**15, "KES"))
        provisioned(connection, issuer, vouchers)
        needed = (seconds + WARM_UP_SECONDS + LONE_SECONDS) * PER_SECOND_MAX
        numbers = active_numbers(connection, issuer, min(vouchers, needed))
        random.Random(1).shuffle(numbers)  # noqa: S311  # an order, not a secret
        key = new_api_key()
        digest = api_key_digest(key)
        create_client(
            connection, issuer, BENCH, name="BENCH-POS", scopes=["redeem"], key_digest=digest
        )
        connection.close()
        checkpoint(url)
        with numbers_file(home, numbers) as path, api(place, url) as (address, process):
            warm = wrk(address, path, key, offset=0, connections=CONNECTIONS, seconds=2)
            load = wrk(
                address, path, key, offset=warm.used, connections=CONNECTIONS, seconds=seconds
            )
            lone = wrk(
                address,
                path,
                key,
                offset=warm.used + load.used,
                connections=1,
                seconds=LONE_SECONDS,
            )
            rss = _peak_rss_mb(process.pid)
        place.drop(url)
        checkpoint(place.postgres.url)
        tps = pgbench_tps(place, seconds=seconds)
    return RedemptionReport(
        name="redemption",
        per_second=load.per_second,
        pgbench_tps=tps,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        peak_rss_mb=rss,
        vouchers=vouchers,
        lone_p50_ms=lone.p50_ms,
    )


@contextmanager
def numbers_file(home: Path, numbers: list[str]) -> Iterator[Path]:
    path = home / "bench-numbers"
    path.touch(mode=0o600)
    path.write_text("\n".join(numbers))
    try:
        yield path
    finally:
        path.unlink()


@contextmanager
def api(place: Place, url: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"COUNTERFOIL_KEY_FILE": str(place.home / "bench-keys.json")}
    with (place.home / "bench-api.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # ourselves
            [
                sys.executable,
                "-m",
                "counterfoil",
                "api",
                "--database",
                url,
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
            ],
            env=environment,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address, process)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CounterfoilError("The API did not start; see bench-api.log in the home folder.")
        try:
            if httpx.get(f"{address}/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise CounterfoilError("The API was not ready within 30 seconds.")


def wrk(
    address: str,
    numbers: Path,
    key: str,
    *,
    offset: int,
    connections: int,
    seconds: int,
    delay_ms: int | None = None,
) -> Load:
    """`delay_ms`: each connection rests so long before a request."""
    rests = {} if delay_ms is None else {"BENCH_DELAY_MS": str(delay_ms)}
    threads = min(THREADS, connections)
    done = subprocess.run(  # noqa: S603  # wrk, our own script
        [
            shutil.which("wrk") or "wrk",
            f"-t{threads}",
            f"-c{connections}",
            f"-d{seconds}s",
            "--timeout",
            "10s",
            "-s",
            str(_SCRIPT),
            address,
        ],
        env=os.environ
        | {
            "BENCH_NUMBERS": str(numbers),
            "BENCH_KEY": key,
            "BENCH_OFFSET": str(offset),
            "BENCH_THREADS": str(threads),
            "BENCH_RUN": f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4000",
        }
        | rests,
        check=True,
        capture_output=True,
        text=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("BENCH "))
    said = json.loads(line.removeprefix("BENCH "))
    if said["refused"] or said["errors"]:
        raise CounterfoilError(f"Not every redemption was answered with 200: {line}")
    return Load(said["requests"] / said["seconds"], said["p50_ms"], said["p99_ms"], said["used"])


def _peak_rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
