"""HTTP calls to one address, from any number of threads. What is not an answer is None.

No redirect is followed, and nothing is unpacked: a few bytes can be packed so that they become
gigabytes. So an answer comes from the address that the settings name, and as long as it is read.
"""

import ssl
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpcore
import httpx
import structlog

from counterfoil.gateway.deadlines import Deadline

ANSWER_BYTES_MAX: Final = 64 * 1024
# Shorter than servers keep an idle connection, so that one rarely closes under a request.
KEEPALIVE_SECONDS: Final = 15.0
_ASKED: Final = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "counterfoil"}
_NO_ANSWER: Final = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)

_log = structlog.get_logger("counterfoil.gateway")


@dataclass(frozen=True, slots=True)
class Reply:
    status_code: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Client:
    connections: httpcore.ConnectionPool
    deadline: Deadline


class Calls:
    """`timeout_seconds` bounds each call from its beginning to the last byte of its answer,
    `bytes_max` what is read of it. A call takes an idle client or makes one: each client carries
    one call at a time.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        timeout_seconds: float,
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> None:
        self._base_url = httpx.URL(base_url)
        self._headers = {**_ASKED, **headers}
        self._timeout_seconds = timeout_seconds
        self._bytes_max = bytes_max
        self._tls = _tls()
        self._idle: deque[_Client] = deque()

    def close(self) -> None:
        """To be called when no call is under way."""
        while self._idle:
            self._idle.pop().connections.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply | None:
        url = self._url(path)
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        sent = list({**self._headers, **(headers or {})}.items())
        at = url.netloc.decode()  # nothing behind the host: an account may stand there
        body = bytearray()
        try:
            with (
                self._client() as connections,
                connections.stream(method, target, headers=sent, content=content) as response,
            ):
                for chunk in response.iter_stream():
                    body += chunk
                    if len(body) > self._bytes_max:
                        _log.warning("gateway.answer_too_long", at=at, bytes_max=self._bytes_max)
                        return None
                return Reply(response.status, bytes(body))
        except _NO_ANSWER as error:
            _log.info("gateway.no_answer", at=at, cause=type(error).__name__)
            return None

    def _url(self, path: str) -> httpx.URL:
        """Below the address, where it is none of its own."""
        url = httpx.URL(path)
        if url.is_absolute_url:
            return url
        below = self._base_url.raw_path.rstrip(b"/") + b"/" + url.raw_path.lstrip(b"/")
        return self._base_url.copy_with(raw_path=below)

    @contextmanager
    def _client(self) -> Iterator[httpcore.ConnectionPool]:
        try:
            client = self._idle.pop()  # the one used last: its connection is the likeliest alive
        except IndexError:
            deadline = Deadline()
            client = _Client(
                httpcore.ConnectionPool(
                    ssl_context=self._tls,
                    max_connections=1,
                    keepalive_expiry=KEEPALIVE_SECONDS,
                    network_backend=deadline,
                ),
                deadline,
            )
        client.deadline.begin(self._timeout_seconds)
        try:
            yield client.connections
        finally:
            self._idle.append(client)


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading all the roots takes as long as ten calls."""
    return httpx.create_ssl_context(trust_env=False)
