"""Sockets that are given up at one moment, whatever trickles in until then. A timeout of a socket
starts anew with every byte, so a server that sends one now and then would hold its caller for days.
"""

import ssl
import time
from collections.abc import Iterable
from typing import Any, Final

import httpcore
from httpcore import SOCKET_OPTION

_PIECE_BYTES: Final = 64 * 1024  # of what is sent, between two looks at the clock


class Deadline(httpcore.NetworkBackend):
    """What the connections of one client share, which carries one call at a time. Each wait raises
    httpcore's TimeoutException when the time of that call is over.
    """

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()
        self._ends = 0.0

    def begin(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the call's own counts
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        opened = self._sockets.connect_tcp(host, port, self.left(), local_address, socket_options)
        return _Stream(opened, self)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        for start in range(0, len(buffer), _PIECE_BYTES):
            self._stream.write(buffer[start : start + _PIECE_BYTES], self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # httpcore's own
        return self._stream.get_extra_info(info)
