"""What is told about each request: one JSON line and its metrics, never what was in it.

Lines are gathered and written a few times a second by a thread of their own; on the way of a
request stands one append.
"""

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from time import perf_counter_ns
from typing import BinaryIO, Final

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SEEN: Final = "counterfoil.seen"
_FLUSH_SECONDS: Final = 0.2
_LINES_MAX: Final = 100_000
_LATENCY_BOUNDS_MS: Final = (1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)
_LATENCY_BOUNDS_NS: Final = tuple(int(bound * 1e6) for bound in _LATENCY_BOUNDS_MS)
_LATENCY_BOUNDS: Final = (*(str(bound / 1000) for bound in _LATENCY_BOUNDS_MS), "+Inf")


@dataclass(slots=True)
class Seen:
    """What is learned of one request on its way; words for programs only."""

    operation: str = "other"
    outcome: str = "none"
    actor: str = "anonymous"
    correlation_id: str | None = None
    status: int = 0


class _Line(msgspec.Struct, omit_defaults=True):
    """Named like structlog's own lines, so that one reader takes both."""

    timestamp: datetime
    level: str
    event: str
    code: str
    outcome: str
    status: int
    method: str
    actor: str
    address: str
    latency_us: int
    correlation_id: str | None = None


class Observer:
    """The log and the metrics of one server."""

    def __init__(self, log: BinaryIO) -> None:
        self.registry = CollectorRegistry()
        self._answered = _Answered()
        self.registry.register(self._answered)
        self._log = log
        self._lines: deque[_Line] = deque(maxlen=_LINES_MAX)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._flush_until_stopped, name="log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._flush()

    def note(self, method: str, address: str, seen: Seen, latency_ns: int) -> None:
        self._answered.count(seen, latency_ns)
        self._lines.append(
            _Line(
                datetime.now(UTC),
                "info" if seen.status < 500 or seen.status == 599 else "error",  # noqa: PLR2004 HTTP's server errors
                "request",
                seen.operation,
                seen.outcome,
                seen.status,
                method,
                seen.actor,
                address,
                latency_ns // 1000,
                seen.correlation_id,
            )
        )

    def _flush_until_stopped(self) -> None:
        while not self._stop.wait(_FLUSH_SECONDS):
            self._flush()

    def _flush(self) -> None:
        lines, encode = bytearray(), _ENCODER.encode_into
        while self._lines:
            encode(self._lines.popleft(), lines, -1)
            lines += b"\n"
        if lines:
            self._log.write(lines)
            self._log.flush()


class _Answered(Collector):
    """Requests by how they ended and how long they took, as Prometheus counts them.

    Counted in the event loop and read there; prometheus_client's own counters lock for each.
    """

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._latencies: dict[str, _Latencies] = {}

    def count(self, seen: Seen, latency_ns: int) -> None:
        key = seen.operation, seen.outcome, seen.status
        self._requests[key] = self._requests.get(key, 0) + 1
        latencies = self._latencies.get(seen.operation)
        if latencies is None:
            latencies = self._latencies[seen.operation] = _Latencies()
        latencies.buckets[bisect_left(_LATENCY_BOUNDS_NS, latency_ns)] += 1
        latencies.sum_ns += latency_ns

    def collect(self) -> Iterable[Metric]:
        requests = CounterMetricFamily(
            "counterfoil_requests", "Requests answered", labels=["operation", "outcome", "status"]
        )
        for (operation, outcome, status), count in self._requests.items():
            requests.add_metric([operation, outcome, str(status)], count)
        yield requests
        seconds = HistogramMetricFamily(
            "counterfoil_request_seconds",
            "From a request to the end of its answer",
            labels=["operation"],
        )
        for operation, latencies in self._latencies.items():
            seconds.add_metric(
                [operation],
                buckets=list(zip(_LATENCY_BOUNDS, accumulate(latencies.buckets), strict=True)),
                sum_value=latencies.sum_ns * 1e-9,
            )
        yield seconds


@dataclass(slots=True)
class _Latencies:
    """Of one operation: how many up to each bound and above the one before."""

    buckets: list[int] = field(default_factory=lambda: [0] * len(_LATENCY_BOUNDS))
    sum_ns: int = 0


_ENCODER: Final = msgspec.json.Encoder()


class Observed:
    """Around everything: times each request and notes how it ended."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter_ns()
        seen = scope[SEEN] = Seen()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if not seen.status:
                raise
            # Starlette has answered 500 and hands the error on to have it printed; it was logged
            # by its type and place, and its text may hold what was sent.
        finally:
            client = scope.get("client")
            address = client[0] if client else ""
            self._observer.note(scope["method"], address, seen, perf_counter_ns() - started)


def where(error: BaseException) -> str:
    """File and line of the failure; its text may hold what was sent."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
