"""What people who watch cost the redemptions they watch.

wrk against a real API process as in `redemption`, in turns with nobody watching and with twenty
streams open, at full speed and at about 500 a second. The turns of one kind are spread over the
run, so that a slower minute of the machine is everybody's.
"""

import asyncio
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from bench.redemption import CONNECTIONS, PER_SECOND_MAX, Load, api, numbers_file, wrk
from bench.server import (
    BENCH,
    active_numbers,
    bench_issuer,
    bench_place,
    checkpoint,
    database,
    provisioned,
)
from counterfoil.engine.clients import create_client
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.keys.live_tickets import Audience, AudienceKind, new_ticket
from counterfoil.keys.seals import Seals
from counterfoil.money import Money
from counterfoil.portal.schema import portal_secret

LISTENERS: Final = 20
TURNS: Final = 3
STEADY_DELAY_MS: Final = 250  # of each connection: about 500 a second in all
_HOUR_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class LiveReport:
    """Redemptions a second, the median of the turns; `events` is what one stream was sent."""

    alone: float
    watched: float
    steady_alone: float
    steady_watched: float
    steady_p99_alone_ms: float
    steady_p99_watched_ms: float
    events: int

    @property
    def drop_percent(self) -> float:
        return 100 - 100 * self.watched / self.alone

    def as_json(self) -> str:
        return json.dumps(asdict(self) | {"drop_percent": round(self.drop_percent, 1)})

    def as_text(self) -> str:
        return (
            f"live: {self.alone:,.0f} redemptions a second alone, {self.watched:,.0f} with"
            f" {LISTENERS} streams: {self.drop_percent:.1f} % fewer; at"
            f" {self.steady_alone:,.0f} a second p99 {self.steady_p99_alone_ms:.1f} ms alone,"
            f" {self.steady_p99_watched_ms:.1f} ms watched; {self.events} events a stream"
        )


class Watchers:
    """Streams that are read and thrown away, in a thread of their own."""

    def __init__(self, address: str, audience: Audience, ticket: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._request = (
            f"GET /live/redemptions?of={audience.name} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Cookie: {audience.cookie}={ticket}\r\n\r\n"
        ).encode()
        self.events = 0
        self._begun = threading.Semaphore(0)
        self._loop = asyncio.new_event_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()
        for _each in range(LISTENERS):
            self._begun.acquire()

    def stop(self) -> None:
        for task in self._tasks:
            self._loop.call_soon_threadsafe(task.cancel)
        self._thread.join()

    def _run(self) -> None:
        self._tasks = [self._loop.create_task(self._read()) for _each in range(LISTENERS)]
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.close()

    async def _read(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(self._request)
            await reader.readuntil(b"retry:")
            self._begun.release()
            while line := await reader.readline():
                self.events += line.startswith(b"event: redemptions")
        finally:
            writer.close()


def bench_live(home: Path, *, seconds: int, vouchers: int) -> LiveReport:
    """`seconds` is the length of one turn."""
    with bench_place(home) as place:
        url, connection = database(place)
        issuer = bench_issuer(connection, place, funds=Money(10**15, "KES"))
        provisioned(connection, issuer, vouchers)
        needed = 4 * TURNS * (seconds + 1) * PER_SECOND_MAX
        numbers = active_numbers(connection, issuer, min(vouchers, needed))
        random.Random(1).shuffle(numbers)  # noqa: S311  # an order, not a secret
        key = new_api_key()
        digest = api_key_digest(key)
        create_client(
            connection, issuer, BENCH, name="BENCH-POS", scopes=["redeem"], key_digest=digest
        )
        connection.close()
        checkpoint(url)
        audience = Audience(issuer.issuer_id, AudienceKind.ISSUER)
        seals = Seals.of_secret(portal_secret(url, place.provider))
        ticket = new_ticket(seals, audience, seconds=_HOUR_SECONDS)
        with numbers_file(home, numbers) as path, api(place, url) as (address, _process):
            turns = _Turns(address, path, key, seconds)
            turns.take(delay_ms=None)  # warms up
            runs: dict[tuple[bool, bool], list[Load]] = {}
            events = 0
            for turn in range(TURNS):
                for is_steady in (False, True):
                    for is_watched in (False, True) if turn % 2 == 0 else (True, False):
                        with _watched(address, audience, ticket, many=is_watched) as watchers:
                            load = turns.take(delay_ms=STEADY_DELAY_MS if is_steady else None)
                        runs.setdefault((is_steady, is_watched), []).append(load)
                        events += watchers.events
        place.drop(url)
    rates = {kind: median(load.per_second for load in loads) for kind, loads in runs.items()}
    p99s = {kind: median(load.p99_ms for load in loads) for kind, loads in runs.items()}
    return LiveReport(
        alone=rates[False, False],
        watched=rates[False, True],
        steady_alone=rates[True, False],
        steady_watched=rates[True, True],
        steady_p99_alone_ms=p99s[True, False],
        steady_p99_watched_ms=p99s[True, True],
        events=events // LISTENERS,
    )


@contextmanager
def _watched(address: str, audience: Audience, ticket: str, *, many: bool) -> Iterator[Watchers]:
    watchers = Watchers(address, audience, ticket)
    if not many:
        yield watchers
        return
    watchers.start()
    try:
        yield watchers
    finally:
        watchers.stop()


@dataclass(slots=True)
class _Turns:
    """Turns that go on where the last one stopped: no number is redeemed twice."""

    address: str
    numbers: Path
    key: str
    seconds: int
    used: int = 0

    def take(self, *, delay_ms: int | None) -> Load:
        load = wrk(
            self.address,
            self.numbers,
            self.key,
            offset=self.used,
            connections=CONNECTIONS,
            seconds=self.seconds,
            delay_ms=delay_ms,
        )
        self.used += load.used
        return load
