"""Calls to a server that means no good: it gets neither our time nor our memory."""

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from counterfoil.gateway.calls import ANSWER_BYTES_MAX, Calls, Reply
from counterfoil.gateway.delivery import HttpDelivery

SECONDS = 0.5


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[Calls]:
    """Calls to a server that does as it likes."""
    with served(answer) as address:
        calls = Calls(address, headers={}, timeout_seconds=SECONDS)
        try:
            yield calls
        finally:
            calls.close()


@contextmanager
def served(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads what comes of one request first, and then does as it likes. Only when
    the other side goes does it go: one that goes with something unread takes back its answer.
    """

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            connection.recv(ANSWER_BYTES_MAX)
            answer(connection)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(ANSWER_BYTES_MAX):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


def dripping(start: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        for _drop in range(60):
            connection.sendall(drop)
            time.sleep(SECONDS / 10)

    return drip


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"a"),
    ],
    ids=["headers", "early hints", "body"],
)
def test_answer_that_trickles_in_is_given_up_in_time(start: bytes, drop: bytes) -> None:
    with answering(dripping(start, drop)) as calls:
        began = time.monotonic()
        assert calls.call("GET", "/") is None
        assert time.monotonic() - began < 3 * SECONDS


def test_request_that_nobody_reads_is_given_up_in_time() -> None:
    with answering(lambda _connection: time.sleep(3 * SECONDS)) as calls:
        began = time.monotonic()
        assert calls.call("POST", "/", content=bytes(20_000_000)) is None
        assert time.monotonic() - began < 3 * SECONDS


def test_packed_answer_stays_packed() -> None:
    packed = bytes(100_000_000)
    for _layer in range(2):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = packer.compress(packed) + packer.flush()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    )
    with answering(lambda connection: connection.sendall(head.encode() + packed)) as calls:
        assert calls.call("GET", "/") == Reply(200, packed)


def test_answer_without_an_end_is_left() -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(bytes(ANSWER_BYTES_MAX))

    with answering(pour) as calls:
        assert calls.call("GET", "/") is None


@pytest.mark.parametrize("elsewhere", ["file:///etc/hostname", "http://127.0.0.1:9/"])
def test_nobody_is_followed_elsewhere(elsewhere: str) -> None:
    head = f"HTTP/1.1 307 Gone\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode()
    with answering(lambda connection: connection.sendall(head)) as calls:
        assert calls.call("GET", "/") == Reply(307, b"")


def test_a_bank_may_say_much_of_a_file_that_it_took() -> None:
    said = bytes(2 * ANSWER_BYTES_MAX)
    head = f"HTTP/1.1 202 Accepted\r\nContent-Length: {len(said)}\r\n\r\n".encode()
    with served(lambda connection: connection.sendall(head + said)) as address:
        delivery = HttpDelivery(address)
        assert delivery.put("name", b"<Document/>")
        delivery.close()
