"""What machines around the server ask: does it live, may it be used, how is it doing."""

import time
from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.api.body import json_object, whole_body
from counterfoil.api.observe import SEEN
from counterfoil.api.problem import ProblemError
from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.batcher import Batcher
from counterfoil.engine.database import missing_steps
from counterfoil.engine.queries import StockLevel, make_payment_due, stock_levels
from counterfoil.errors import CounterfoilError
from counterfoil.gateway.sandbox import SandboxGateway

STOCK_SECONDS: Final = 5.0


class HealthAnswer(msgspec.Struct):
    status: str


class Health:
    def __init__(
        self,
        threads: DatabaseThreads,
        batcher: Batcher,
        registry: CollectorRegistry,
        gateway: SandboxGateway | None,
    ) -> None:
        self._threads = threads
        self._registry = registry
        self._gateway = gateway
        self._engine = _EngineCollector(batcher)
        registry.register(self._engine)

    def routes(self) -> list[Route]:
        return [
            Route("/health/live", self.live, methods=["GET"]),
            Route("/health/ready", self.ready, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
            Route("/gateway/sandbox/callback", self.callback, methods=["POST"]),
        ]

    async def live(self, request: Request) -> Response:
        _seen(request, "live")
        return _json(200, HealthAnswer("live"))

    async def ready(self, request: Request) -> Response:
        """503 while the database is away or older than this program."""
        _seen(request, "ready")
        missing = await self._threads.run(missing_steps)
        if missing:
            raise ProblemError(
                503, "not_migrated", "The database is not up to date.", {"Retry-After": "5"}
            )
        return _json(200, HealthAnswer("ready"))

    async def metrics(self, request: Request) -> Response:
        _seen(request, "metrics")
        if time.monotonic() - self._engine.stock_read_at > STOCK_SECONDS:
            await self._read_stock()
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    async def callback(self, request: Request) -> Response:
        """The provider says that a transfer ended. It is not believed, only asked sooner."""
        _seen(request, "gateway_callback")
        body = await whole_body(request.receive, dict(request.scope["headers"]))
        signature = request.headers.get("x-sandbox-signature", "")
        if self._gateway is None or not self._gateway.callback_is_authentic(body, signature):
            raise ProblemError(401, "signature_wrong", "The signature is not the provider's.")
        told = msgspec.convert(json_object(body), CallbackBody)
        await self._threads.run(lambda connection: make_payment_due(connection, told.transfer_id))
        return _json(200, HealthAnswer("noted"))

    async def _read_stock(self) -> None:
        """Metrics of the process are shown when the database cannot tell the stock."""
        try:
            self._engine.stock = await self._threads.run(stock_levels)
            self._engine.stock_read_at = time.monotonic()
        except CounterfoilError:
            self._engine.stock = []


class CallbackBody(msgspec.Struct):
    """Which transfer it is about; whatever else it says is not looked at."""

    transfer_id: UUID


class _EngineCollector(Collector):
    """What is read when somebody looks: queue, batches, stock."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher
        self.stock: list[StockLevel] = []
        self.stock_read_at = -STOCK_SECONDS * 2

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily(
            "counterfoil_queue_depth",
            "Operations that wait for their batch",
            value=self._batcher.queue_depth,
        )
        sizes = sorted(self._batcher.batch_sizes)
        batches = GaugeMetricFamily(
            "counterfoil_batch_size",
            "Operations in a batch, over the last thousand batches",
            labels=["quantile"],
        )
        for quantile, percent in (("0.5", 50), ("0.99", 99), ("1", 100)):
            at = max(0, -(-len(sizes) * percent // 100) - 1)
            batches.add_metric([quantile], sizes[at] if sizes else 0)
        yield batches
        stock = GaugeMetricFamily(
            "counterfoil_stock",
            "Vouchers by group and state",
            labels=["issuer", "group", "state"],
        )
        for level in self.stock:
            stock.add_metric(
                [level.issuer_code, level.group_code, level.state.word], level.vouchers
            )
        yield stock


def _seen(request: Request, operation: str) -> None:
    request.scope[SEEN].operation = operation
    request.scope[SEEN].outcome = "done"


def _json(status: int, answer: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
