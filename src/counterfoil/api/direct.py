"""A shorter way for the one route that must be fast: plain requests, without ASGI in between.

    uvicorn's protocol ─ a plain POST to a direct route ─▶ handler ─▶ Reply, written at once
                       └ anything else ─▶ ASGI, as ever (the same route answers there, too)

Plain is: HTTP/1.1, kept alive, a body of known and small length, each header once, no proxy in
front that speaks for the caller, nothing pipelined before it. ASGI's own work, a scope, two
messages in and two out and the wrappers around them, was more than half of what an API call cost
(bench/README.md).
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from counterfoil.api.body import BODY_BYTES_MAX
from counterfoil.api.reply import Header, Reply, reply_headers

if TYPE_CHECKING:
    from asyncio import TimerHandle

# The headers by lower-case name, the body, and the caller's address.
DirectHandler = Callable[[dict[bytes, bytes], bytes, str], Awaitable[Reply]]
DirectRoutes = Mapping[bytes, DirectHandler]

_NOT_PLAIN: Final = frozenset(
    {b"transfer-encoding", b"expect", b"upgrade", b"x-forwarded-for", b"x-forwarded-proto"}
)
_STREAMS: Final = "/live/"
_LENGTH_DIGITS_MAX: Final = len(str(BODY_BYTES_MAX))
_STATUS_LINES: Final = {
    status.value: b"HTTP/1.1 %d %b\r\n" % (status.value, status.phrase.encode())
    for status in HTTPStatus
}


class DirectProtocol(HttpToolsProtocol):
    """uvicorn's own, which hands plain requests to `routes` by their exact path."""

    def __init__(  # the rest is uvicorn's
        self,
        *args: Any,  # noqa: ANN401
        routes: DirectRoutes,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self._routes = routes
        self._direct: _Exchange | None = None
        self._active_at = 0.0
        self._idle_timer: TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()  # it would keep all of this until it rings
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """As uvicorn's own; but a stream has no end that could be waited for."""
        super().shutdown()
        # uvicorn leaves it None until the first request.
        cycle: Any = self.cycle
        if isinstance(cycle, RequestResponseCycle) and cycle.scope["path"].startswith(_STREAMS):
            self.transport.close()

    def on_message_begin(self) -> None:
        """As uvicorn's own, but for the scope, which plain requests have no use for."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._active_at = self.loop.time()  # a head may come in pieces

    def on_headers_complete(self) -> None:
        handler = self._routes.get(self.url)
        if handler is not None and self.parser.get_method() == b"POST" and self._is_free():
            headers = dict(self.headers)
            if self._is_plain(headers):
                self._direct = _Exchange(self, handler, headers)
                self.cycle = self._direct  # type: ignore[assignment]  # asked as uvicorn's own is
                return
        url, headers_seen, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers_seen)  # the scope has this list
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._direct is not None:
            self._direct.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._direct is None:
            super().on_message_complete()
            return
        exchange, self._direct = self._direct, None
        task = self.loop.create_task(exchange.run())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def on_response_complete(self) -> None:
        self._active_at = self.loop.time()
        super().on_response_complete()

    def answered(self) -> None:
        """What uvicorn does after an answer; but its timer goes on, and looks when it rings."""
        if self.pipeline:
            self.on_response_complete()
            return
        self.server_state.total_requests += 1
        self._active_at = self.loop.time()
        if self._idle_timer is None and not self.transport.is_closing():
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._look_if_idle)

    def _look_if_idle(self) -> None:
        self._idle_timer = None
        if self.transport.is_closing() or not self.cycle.response_complete:
            return  # the next answer sets it again
        idle_until = self._active_at + self.timeout_keep_alive
        if idle_until <= self.loop.time():
            self.transport.close()
        else:
            self._idle_timer = self.loop.call_at(idle_until, self._look_if_idle)

    def _is_free(self) -> bool:
        """Nothing is being answered on this connection, and what was answered has gone out."""
        # uvicorn leaves it None until the first request.
        cycle: Any = self.cycle
        return (cycle is None or cycle.response_complete) and not self.flow.write_paused

    def _is_plain(self, headers: dict[bytes, bytes]) -> bool:
        length = headers.get(b"content-length", b"")
        return (
            length.isdigit()
            and len(length) <= _LENGTH_DIGITS_MAX
            and int(length) <= BODY_BYTES_MAX
            and len(headers) == len(self.headers)
            and _NOT_PLAIN.isdisjoint(headers)
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
        )


class _Silent:
    """Stands where uvicorn wakes an ASGI application that waits for more of a body."""

    def set(self) -> None:
        """Nobody waits: a plain request is handled when all of it is here."""


_SILENT: Final = _Silent()


class _Exchange:
    """One request and its answer; uvicorn's protocol asks it what it asks its own cycles."""

    __slots__ = (
        "_handler",
        "_headers",
        "_protocol",
        "body",
        "disconnected",
        "keep_alive",
        "message_event",
        "response_complete",
    )

    def __init__(
        self, protocol: DirectProtocol, handler: DirectHandler, headers: dict[bytes, bytes]
    ) -> None:
        self._protocol = protocol
        self._handler = handler
        self._headers = headers
        self.body = b""
        self.disconnected = False
        self.keep_alive = True
        self.message_event = _SILENT
        self.response_complete = False

    async def run(self) -> None:
        """Nothing is written for a caller who has gone; what was done stays done."""
        client, transport = self._protocol.client, self._protocol.transport
        body, self.body = self.body, b""  # not kept as long as the connection is
        try:
            reply = await self._handler(self._headers, body, client[0] if client else "")
        except BaseException:  # a bug, or the server will not wait any longer
            transport.close()
            raise
        self.response_complete = True
        if transport.is_closing():
            return
        defaults = tuple(self._protocol.server_state.default_headers)
        transport.write(_written(reply, defaults, keep_alive=self.keep_alive))
        if not self.keep_alive:
            transport.close()
        self._protocol.answered()


@lru_cache(maxsize=64)
def _written(reply: Reply, defaults: tuple[Header, ...], *, keep_alive: bool) -> bytes:
    lines = [_STATUS_LINES.get(reply.status) or b"HTTP/1.1 %d \r\n" % reply.status]
    lines += [b"%b: %b\r\n" % header for header in (*defaults, *reply_headers(reply))]
    if not keep_alive:
        lines.append(b"connection: close\r\n")
    return b"%b\r\n%b" % (b"".join(lines), reply.body)
