"""One port, and what answers there: the API, the portal, or both."""

import asyncio
import gc
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from counterfoil.api.direct import DirectProtocol, DirectRoutes
from counterfoil.errors import CounterfoilError, WrongSettingError

BACKLOG: Final = 2048
DRAIN_SECONDS_MAX: Final = 15
KEEPALIVE_SECONDS: Final = 30
# A thread that comes back from the database (one that reads, or the portal's) waits this long for
# the event loop's thread to let it in; Python's own 5 ms are felt when it comes back many times.
SWITCH_SECONDS: Final = 0.0005
GARBAGE_OBJECTS: Final = 20_000


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The port is ours before anything is started. Raises WrongSettingError where it is not."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family)
    except OSError as error:
        raise WrongSettingError(f"{host} is not an address of this machine.") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            raise WrongSettingError(
                f"Port {port} of {host} cannot be used ({error.strerror}): choose another --port."
            ) from error
        yield listener


def is_free(host: str, port: int) -> bool:
    with suppress(WrongSettingError), listening(host, port):
        return True
    return False


def serve(
    app: ASGIApp,
    listener: socket.socket,
    *,
    lifespan: bool,
    ready: Callable[[], None],
    direct: DirectRoutes | None = None,
) -> None:
    """Blocks until Ctrl-C or SIGTERM, then answers what has been asked and returns."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=cast("type[asyncio.Protocol]", partial(DirectProtocol, routes=direct or {})),
        ws="none",
        lifespan="on" if lifespan else "off",
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEPALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS_MAX,
        server_header=False,
        date_header=False,
    )
    server = _Server(config, ready)
    sys.setswitchinterval(SWITCH_SECONDS)
    with suppress(KeyboardInterrupt):  # uvicorn raises again the signal that ended it
        server.run(sockets=[listener])
    if not server.started:
        raise CounterfoilError("The server did not start; its log says why.")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            spare_the_collector()
            await asyncio.to_thread(self._ready)


def spare_the_collector() -> None:
    """What a server is made of stays until its end: looking through all of it again and again for
    garbage stopped every request under way for 50 ms (bench/README.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS)


class OnePort:
    """The portal's paths go to the portal, all others to the API."""

    def __init__(self, api: ASGIApp, portal: ASGIApp, prefix: str) -> None:
        self._api = api
        self._portal = portal
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_portals(scope["path"]):
            await self._portal(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    def _is_portals(self, path: str) -> bool:
        return path in {"/", self._prefix} or path.startswith(f"{self._prefix}/")


def address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
