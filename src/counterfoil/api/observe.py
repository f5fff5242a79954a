"""What is told about each request: one JSON line and its metrics, never what was in it.

Lines are gathered and written a few times a second by a thread of their own; on the way of a
request stands one append.
"""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter_ns
from typing import BinaryIO, Final

import msgspec
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SEEN: Final = "counterfoil.seen"
_FLUSH_SECONDS: Final = 0.2
_LINES_MAX: Final = 100_000
_LATENCY_BUCKETS: Final = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)


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
        self._requests = Counter(
            "counterfoil_requests",
            "Requests answered",
            ("operation", "outcome", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "counterfoil_request_seconds",
            "From the request's head to the answer's end",
            ("operation",),
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[str, Histogram] = {}
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

    def note(self, scope: Scope, seen: Seen, latency_ns: int) -> None:
        key = seen.operation, seen.outcome, seen.status
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._requests.labels(*map(str, key))
        counter.inc()
        histogram = self._histograms.get(seen.operation)
        if histogram is None:
            histogram = self._histograms[seen.operation] = self._seconds.labels(seen.operation)
        histogram.observe(latency_ns * 1e-9)
        client = scope.get("client")
        self._lines.append(
            _Line(
                datetime.now(UTC),
                "info" if seen.status < 500 or seen.status == 599 else "error",  # noqa: PLR2004 HTTP's server errors
                "request",
                seen.operation,
                seen.outcome,
                seen.status,
                scope["method"],
                seen.actor,
                client[0] if client else "",
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
            self._observer.note(scope, seen, perf_counter_ns() - started)


def where(error: BaseException) -> str:
    """File and line of the failure; its text may hold what was sent."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
