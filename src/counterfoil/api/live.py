"""Redemptions arriving live in a browser: `GET /live/redemptions?of=…`, Server-Sent Events.

    portal ── /portal/AID/live ──▶ a ticket in a cookie, for a minute (keys/live_tickets.py)
    browser ─ /live/redemptions ─▶ this, as long as the ticket lasts; then it asks for another

A listener gets one event at most twice a second, with how many and how much since the last one and
the latest twenty, however many there were. A page shows what was before by itself: nothing is
told again.

Portal and API may be processes of their own. Browsers reach both under one name, since a cookie
goes back to the host that set it: what stands in front sends `/portal` to the one and everything
else to the other.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from counterfoil.api.live_following import Follower, Listener
from counterfoil.api.observe import SEEN
from counterfoil.api.problem import ProblemError
from counterfoil.api.threads import DatabaseThreads
from counterfoil.keys.live_tickets import Audience, ticket_seconds
from counterfoil.keys.seals import Seals

PATH: Final = "/live/redemptions"
STREAMS_MAX: Final = 200
HEARTBEAT_SECONDS: Final = 15.0
SLOW_SECONDS_MAX: Final = 10.0  # who takes longer to read one event is not waited for
_BEGIN: Final = b"retry: 2000\n\n"
_HEARTBEAT: Final = b": still here\n\n"
_END: Final = b"event: end\ndata: {}\n\n"
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Live:
    """The streams of one process."""

    def __init__(
        self, threads: DatabaseThreads, seals: Seals | None, *, streams_max: int = STREAMS_MAX
    ) -> None:
        self._threads = threads
        self._seals = seals
        self._streams_max = streams_max
        self._streams = 0
        self._followers: dict[int, Follower] = {}

    def routes(self) -> list[Route]:
        return [Route(PATH, self.redemptions, methods=["GET"])]

    async def redemptions(self, request: Request) -> "_Stream":
        """Raises ProblemError: 401 without a ticket for that audience, 503 where many listen."""
        request.scope[SEEN].operation = "live_redemptions"
        audience = Audience.named(request.query_params.get("of", ""))
        seconds = 0.0
        if audience is not None and self._seals is not None:
            ticket = request.cookies.get(audience.cookie, "")
            seconds = ticket_seconds(self._seals, audience, ticket)
        if audience is None or not seconds:
            raise ProblemError(401, "ticket_missing", "The page that shows this has its ticket.")
        if self._streams >= self._streams_max:
            raise ProblemError(
                503, "too_many_streams", "Too many are watching now.", {"Retry-After": "30"}
            )
        request.scope[SEEN].outcome = "done"
        return _Stream(self, audience, seconds)

    def follow(self, listener: Listener) -> Follower:
        self._streams += 1
        issuer_id = listener.audience.issuer_id
        if issuer_id not in self._followers:
            self._followers[issuer_id] = Follower(self._threads, issuer_id)
        follower = self._followers[issuer_id]
        follower.join(listener)
        return follower

    def forget(self, listener: Listener) -> None:
        self._streams -= 1
        self._followers[listener.audience.issuer_id].leave(listener)


class _Stream:
    """One answer, until the ticket, the browser or the server ends it."""

    def __init__(self, live: Live, audience: Audience, seconds: float) -> None:
        self._live = live
        self._audience = audience
        self._seconds = seconds

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        listener = Listener(self._audience)
        follower = self._live.follow(listener)
        writing = asyncio.create_task(self._write(listener, follower, send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._live.forget(listener)
            for task in (writing, leaving):
                task.cancel()
            await asyncio.wait({writing, leaving})
        if not writing.cancelled() and (error := writing.exception()):
            raise error

    async def _write(self, listener: Listener, follower: Follower, send: Send) -> None:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._seconds
        with suppress(TimeoutError):  # the database is away: there will be something to tell later
            await asyncio.wait_for(follower.began.wait(), SLOW_SECONDS_MAX)
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        with suppress(TimeoutError):  # a reader that is too slow
            await _in_time(send({"type": "http.response.body", "body": _BEGIN, "more_body": True}))
            while (left := ends_at - loop.time()) > 0:
                batch = await listener.next_batch(min(HEARTBEAT_SECONDS, left))
                body = _HEARTBEAT if batch is None else batch.event
                await _in_time(
                    send({"type": "http.response.body", "body": body, "more_body": True})
                )
            await _in_time(send({"type": "http.response.body", "body": _END}))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _in_time(sending: Awaitable[None]) -> None:
    await asyncio.wait_for(sending, SLOW_SECONDS_MAX)
