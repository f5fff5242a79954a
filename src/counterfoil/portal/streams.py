"""What is sent piece by piece: in the language of who asked for it, and whether they are still
there to get it.

A server takes what is sent to somebody who has gone and says nothing. So for each request it is
watched for the word that the connection is closed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, Final, TypeVar

from django.http import HttpRequest
from django.utils import timezone, translation

_GONE: Final = "counterfoil.gone"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
T = TypeVar("T")


def watched(app: App) -> App:
    """An ASGI application around one that is asked for a closed connection by nobody else."""

    async def watching(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        scope[_GONE] = False
        watch: asyncio.Task[None] | None = None

        async def until_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            scope[_GONE] = True

        async def sending(message: Message) -> None:
            nonlocal watch
            if message["type"] == "http.response.start" and watch is None:
                watch = asyncio.create_task(until_gone())
            await send(message)

        try:
            await app(scope, receive, sending)
        finally:
            if watch is not None:
                watch.cancel()

    return watching


def is_gone(request: HttpRequest) -> bool:
    """As far as is known; a request that nothing watches is taken to be there."""
    return bool(request.META.get("asgi.scope", {}).get(_GONE, False))


def as_here(pieces: Iterator[T]) -> Iterator[T]:
    """In the language and by the clocks of the page: it is sent after the page's own have ended."""
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()

    def each() -> Iterator[T]:
        while True:
            with translation.override(language), timezone.override(zone):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    return each()
