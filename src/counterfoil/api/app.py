"""The whole API as one ASGI application.

Observed ─▶ /vouchers/…   dialect 1 (bare ASGI)
└─▶ everything else by Starlette: /api/v1, documents, health, metrics, callbacks, /live
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import BinaryIO

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from counterfoil.api.auth import Clients
from counterfoil.api.direct import DirectRoutes
from counterfoil.api.govstack_v1 import PREFIX, REDEMPTION_PATHS, GovStackV1
from counterfoil.api.health import Health
from counterfoil.api.live import Live
from counterfoil.api.native import native_routes
from counterfoil.api.native.desk import Desk, Enqueue
from counterfoil.api.observe import Observed, Observer, Seen
from counterfoil.api.openapi import document_routes
from counterfoil.api.payments import Payments
from counterfoil.api.problem import exception_handlers
from counterfoil.api.redemptions import Redemptions
from counterfoil.api.reply import Reply
from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.batcher import Batcher
from counterfoil.gateway.rails import Rails
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.keys.provider import KeyProvider
from counterfoil.keys.seals import Seals
from counterfoil.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiState:
    """What a server is given by whoever composes it.

    `enqueue` starts work that takes longer than a request: `JobQueue.enqueue`. It may block and
    is called in a thread. Without its rail, an instant redemption waits for a worker that has it;
    `gateway` is the sandbox provider, whose callbacks are heard.
    `seals` are those of the portal's processes; without them nothing can be sent for approval, and
    nobody watches live.
    """

    database_url: str
    provider: KeyProvider
    enqueue: Enqueue
    settings: Settings = field(default_factory=Settings)
    gateway: SandboxGateway | None = None
    rails: Rails = field(default_factory=Rails)
    seals: Seals | None = None
    log: BinaryIO = field(default_factory=lambda: sys.stderr.buffer)


@dataclass(frozen=True, slots=True)
class Api:
    """An ASGI application, and what of it may be answered without ASGI (api/direct.py)."""

    asgi: ASGIApp
    direct: DirectRoutes


def build_app(state: ApiState, *, routes: Sequence[BaseRoute] = ()) -> Api:
    """`routes` come last, after the API's own. Needs a server that runs the lifespan."""
    settings = state.settings
    observer = Observer(state.log)
    threads = DatabaseThreads(state.database_url)
    batcher = Batcher(
        state.database_url,
        queue_max=settings.queue_max,
        batch_max=settings.batch_max,
        writers_max=settings.writers_max,
    )
    clients = Clients(threads, state.provider, open_issuer_code=settings.govstack_issuer)
    payments = Payments(batcher, threads, state.rails)
    health = Health(threads, batcher, observer.registry, state.gateway)
    live = Live(threads, state.seals)
    redemptions = Redemptions(batcher, threads, clients, payments)
    desk = Desk(batcher, threads, clients, redemptions, state.enqueue, state.seals, state.rails)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        observer.start()
        keeping = asyncio.create_task(redemptions.keep_guesses())
        yield
        keeping.cancel()
        await payments.close()
        await batcher.close()
        threads.close()
        observer.stop()

    rest = Starlette(
        routes=[
            *native_routes(desk),
            *document_routes(),
            *health.routes(),
            *live.routes(),
            *routes,
        ],
        exception_handlers=exception_handlers(),
        lifespan=lifespan,
    )
    govstack = GovStackV1(batcher, threads, clients, redemptions, is_open=settings.govstack_open)

    async def redeem(headers: dict[bytes, bytes], body: bytes, address: str) -> Reply:
        started, seen = perf_counter_ns(), Seen()
        try:
            return await govstack.redeem(headers, body, seen)
        finally:
            observer.note("POST", address, seen, perf_counter_ns() - started)

    return Api(
        Observed(_Front(govstack, rest), observer),
        {path.encode(): redeem for path in REDEMPTION_PATHS},
    )


class _Front:
    def __init__(self, govstack: ASGIApp, rest: ASGIApp) -> None:
        self._govstack = govstack
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_govstack = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self._govstack if is_govstack else self._rest)(scope, receive, send)
