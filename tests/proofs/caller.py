"""A client of the API with so little work per call that dozens of them can press a server."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import uvloop

ANSWER_SECONDS_MAX: Final = 30.0

T = TypeVar("T")


class NoAnswerError(Exception):
    """The connection broke, or could not be made: what was asked for may have happened."""


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]  # whatever the API answers


class Caller:
    """One kept connection; one call at a time. Each call asks once and never again."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\nX-API-Key: {key}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object],
        *,
        correlation_id: str | None = None,
    ) -> Told:
        """Raises NoAnswerError."""
        content = json.dumps(body).encode()
        named = "" if correlation_id is None else f"X-CorrelationID: {correlation_id}\r\n"
        head = (
            f"{method} {path} HTTP/1.1\r\n{self._head}{named}"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await self._exchange(head.encode() + content)
        except (OSError, EOFError, TimeoutError) as error:
            await self.close()
            raise NoAnswerError(type(error).__name__) from error

    async def close(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            with suppress(OSError):
                await streams[1].wait_closed()

    async def _exchange(self, request: bytes) -> Told:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        told = Told(int(first.split(" ", 2)[1]), headers, body)
        if headers.get("connection") == "close":
            await self.close()
        return told


def run(main: Coroutine[None, None, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
