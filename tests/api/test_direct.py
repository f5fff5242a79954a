"""The way past ASGI, over real sockets: what takes it, and that no caller can tell."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from tests.api.conftest import BB, Server, running_server
from tests.api.test_govstack_v1 import REDEMPTION, STATUS, activated, redemption
from tests.serving import served

from counterfoil.api.body import BODY_BYTES_MAX, whole_body
from counterfoil.api.direct import DirectProtocol
from counterfoil.api.reply import Reply, send_reply
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.numbers import new_numbers
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action

if TYPE_CHECKING:
    import asyncio

LARGE = b"x" * 2**24  # more than sockets hold for who does not read
TARGETS = (f"{REDEMPTION}?a=b", f"http://x{REDEMPTION}", f"{REDEMPTION}/")
BEHIND_PROXY = b"X-Forwarded-For: 127.0.0.1"


Answer = tuple[int, tuple[tuple[bytes, bytes], ...], bytes]  # status, headers, body


class Caller:
    """One connection, byte by byte."""

    def __init__(self, url: str) -> None:
        port = int(url.rpartition(":")[2])
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def close(self) -> None:
        self._answers.close()
        self._socket.close()

    def send(self, *requests: bytes) -> None:
        self._socket.sendall(b"".join(requests))

    def answer(self) -> Answer:
        """The next one; of its headers only the date's value is left out."""
        status, headers = int(self._answers.readline().split(b" ", 2)[1]), []
        while line := self._answers.readline().removesuffix(b"\r\n"):
            name, _, value = line.partition(b": ")
            headers.append((name, b"" if name == b"date" else value))
        if status == 100:
            return self.answer()
        return status, tuple(headers), self._answers.read(int(dict(headers)[b"content-length"]))

    def status(self, *requests: bytes) -> int:
        self.send(*requests)
        return self.answer()[0]

    def body(self, *requests: bytes) -> bytes:
        self.send(*requests)
        return self.answer()[2]

    def is_ended(self) -> bool:
        return self._answers.read(1) == b""


def calling(url: str) -> closing[Caller]:
    return closing(Caller(url))


def post(body: bytes, *headers: bytes, line: str = f"POST {REDEMPTION} HTTP/1.1") -> bytes:
    lines = [line.encode(), b"Host: x", *headers]
    if b"Transfer-Encoding: chunked" in headers:
        body = b"".join(b"1\r\n%c\r\n" % each for each in body) + b"0\r\n\r\n"
    elif not any(header.startswith(b"Content-Length") for header in headers):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


@pytest.fixture
def caller(server: Server) -> Iterator[Caller]:
    with calling(server.base_url) as caller:
        yield caller


@pytest.fixture
def redeem(key: str) -> Callable[..., bytes]:
    """The request for a voucher's redemption; headers may be added."""
    with_key = b"X-API-Key: " + key.encode()
    return lambda n, *headers: post(json.dumps(redemption(n)).encode(), with_key, *headers)


@pytest.fixture
def number(api: httpx.Client) -> str:
    """Of an active voucher."""
    return activated(api)["voucher_number"]


@pytest.fixture
def under_way(number: str, books: Connection, issuer: Issuer) -> Iterator[Callable[[], None]]:
    """No redemption ends before `books` rolls back; called, it waits until one is under way."""
    assert number  # the last that ends
    waiting = "SELECT FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"

    def wait() -> None:
        while books.execute(waiting).fetchone() is None:
            time.sleep(0.005)

    books.execute("SELECT FROM log_head WHERE issuer_id = %s FOR UPDATE", (issuer.issuer_id,))
    yield wait
    books.rollback()


# ------------------------------------------------------------------ both ways, the whole API


def test_both_ways_give_the_same_answer(
    api: httpx.Client, caller: Caller, redeem: Callable[..., bytes], number: str, key: str
) -> None:
    (unknown,) = new_numbers(1, 18)
    named = partial(post, b'{"Gov_Stack_BB": "x"}')
    assert caller.status(redeem(number)) == 200
    requests: list[tuple[int, Callable[..., bytes]]] = [
        (200, lambda *way: redeem(activated(api)["voucher_number"], *way)),
        (458, partial(redeem, number)),
        (461, partial(redeem, unknown)),
        (460, partial(named, b"X-API-Key: " + key.encode())),
        (401, partial(named, b"X-API-Key: x")),
        (400, partial(named, b"X-Content-Hash: 00")),
        (400, partial(post, b'{"voucher_number": ')),
        (400, partial(post, b" " * BODY_BYTES_MAX)),
        (413, partial(post, b" " * (BODY_BYTES_MAX + 1))),
        (405, partial(post, b"{}", line=f"PUT {REDEMPTION} HTTP/1.1")),
    ]
    for status, request in requests:
        answers = set()
        for way in (), (BEHIND_PROXY,), (b"Transfer-Encoding: chunked",):
            caller.send(request(*way))
            answers.add(caller.answer())
        assert [answer[0] for answer in answers] == [status], answers


def test_each_request_is_logged_and_counted_once(
    server: Server, api: httpx.Client, caller: Caller, redeem: Callable[..., bytes], number: str
) -> None:
    def counted() -> float:
        counter = 'counterfoil_requests_total{operation="redeem",outcome="done",status="200"} '
        return float(api.get("/metrics").text.partition(counter)[2].partition("\n")[0])

    assert caller.status(redeem(number)) == 200
    before, ids = counted(), [str(uuid4()), str(uuid4())]
    for each, way in zip(ids, ((), (BEHIND_PROXY,)), strict=True):
        known_as = b"X-CorrelationID: " + each.encode()
        assert caller.status(redeem(activated(api)["voucher_number"], known_as, *way)) == 200
    assert counted() == before + 2
    while ids[1].encode() not in server.log.getvalue():
        time.sleep(0.01)
    told = [json.loads(line) for line in server.log.getvalue().splitlines()]
    told = [line for line in told if line.get("correlation_id") in ids]
    assert [line.pop("correlation_id") for line in told] == ids
    for line in told:
        del line["timestamp"], line["latency_us"]
    assert told[0] == told[1]
    assert (told[0]["actor"], told[0]["address"]) == (f"client:{BB}", "127.0.0.1")


def test_pipelined_requests_are_answered_in_order(
    caller: Caller, redeem: Callable[..., bytes], number: str
) -> None:
    caller.send(
        redeem(number),
        post(b"", line=f"GET {STATUS}1 HTTP/1.1"),
        redeem(number) + b"\r\n",
        post(b"{}", line="PUT /nowhere HTTP/1.1"),
        redeem(number, b"Transfer-Encoding: chunked"),
    )
    assert [caller.answer()[0] for _ in range(5)] == [200, 401, 458, 404, 458]
    assert caller.status(redeem(number)) == 458


def test_a_request_may_come_in_pieces(
    api: httpx.Client, caller: Caller, redeem: Callable[..., bytes], number: str
) -> None:
    request = redeem(number)
    body = request.index(b"\r\n\r\n") + 4
    for status in (200, 458):
        for start, end in pairwise([0, 3, 20, body - 2, body, body + 1, len(request) - 1, None]):
            caller.send(request[start:end])
            api.get("/health/live")  # by its answer the server has read the piece
        assert caller.answer()[0] == status


def test_who_leaves_before_the_answer_has_still_redeemed_once(
    server: Server,
    books: Connection,
    redeem: Callable[..., bytes],
    number: str,
    under_way: Callable[[], None],
) -> None:
    redemptions = "SELECT count(*) FROM operation WHERE action = %s"
    before = books.execute(redemptions, (Action.REDEEM,)).fetchone()
    assert before is not None
    with calling(server.base_url) as leaving, calling(server.base_url) as incomplete:
        leaving.send(redeem(number))
        incomplete.send(redeem(number)[:-1])
        under_way()
    with calling(server.base_url) as caller:
        assert caller.status(post(b"{}")) == 400  # the server has seen them go
        books.rollback()
        assert caller.status(redeem(number)) == 458
    assert books.execute(redemptions, (Action.REDEEM,)).fetchone() == (before[0] + 1,)


def test_a_server_that_stops_answers_what_is_under_way(
    api_database: str,
    provider: LocalKeyProvider,
    books: Connection,
    redeem: Callable[..., bytes],
    number: str,
    under_way: Callable[[], None],
) -> None:
    def release(url: str) -> None:
        """Once nobody is let in any more."""
        with suppress(ConnectionError):
            while True:
                Caller(url).close()
                time.sleep(0.01)
        books.rollback()

    with running_server(api_database, provider) as stopping:
        caller = Caller(stopping.base_url)
        caller.send(redeem(number))
        under_way()
        releasing = threading.Thread(target=release, args=(stopping.base_url,))
        releasing.start()
    releasing.join()
    with closing(caller):
        status, headers, _body = caller.answer()
        assert (status, headers[-1]) == (200, (b"connection", b"close"))
        assert caller.is_ended()


# ------------------------------------------------------------------ which way, by itself


async def by_asgi(scope: Scope, receive: Receive, send: Send) -> None:
    body = await whole_body(receive, dict(scope["headers"]))
    await send_reply(send, Reply(200, b"asgi:" + body, ""))


async def directly(_headers: dict[bytes, bytes], body: bytes, _address: str) -> Reply:
    if body == b"fail":
        raise AssertionError("as asked")
    return Reply(200, LARGE if body == b"large" else b"direct:" + body, "")


@contextmanager
def two_ways(*, timeout_keep_alive: int = 60) -> Iterator[str]:
    routes = {REDEMPTION.encode(): directly}
    config = uvicorn.Config(
        by_asgi,
        port=0,
        loop="uvloop",
        http=cast("type[asyncio.Protocol]", partial(DirectProtocol, routes=routes)),
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=timeout_keep_alive,
    )
    with served(config) as url:
        yield url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with two_ways() as url:
        yield url


def test_what_is_plain_goes_directly(url: str) -> None:
    with calling(url) as caller:
        for body in (b"", b"x", b" " * BODY_BYTES_MAX):
            assert caller.body(post(body)) == b"direct:" + body
        caller.send(post(b"1"), post(b"2"), post(b"3"))
        assert [caller.answer()[2] for _ in "123"] == [b"direct:1", b"asgi:2", b"asgi:3"]
        assert caller.body(post(b"4")) == b"direct:4"


def test_what_is_not_plain_goes_by_asgi(url: str) -> None:
    requests = [
        *(post(b"x", line=f"POST {target} HTTP/1.1") for target in TARGETS),
        post(b"x", line=f"PUT {REDEMPTION} HTTP/1.1"),
        post(b"x", b"Transfer-Encoding: chunked"),
        post(b"x", b"Expect: 100-continue"),
        post(b"x", b"Upgrade: h2c"),
        post(b"x", b"X-Forwarded-Proto: https"),
        post(b"x", BEHIND_PROXY),
        post(b"x", b"X-API-Key: 1", b"x-api-key: 2"),
    ]
    with calling(url) as caller:
        for request in requests:
            assert caller.body(request) == b"asgi:x"
            assert caller.body(post(b"y")) == b"direct:y"


def test_who_wants_no_more_is_answered_and_closed(url: str) -> None:
    for request in (
        post(b"x", b"Connection: close"),
        post(b"x", b"Connection: keep-alive, Close"),
        post(b"x", line=f"POST {REDEMPTION} HTTP/1.0"),
    ):
        with calling(url) as caller:
            caller.send(request)
            _status, headers, body = caller.answer()
            assert (body, headers[-1]) == (b"asgi:x", (b"connection", b"close"))
            assert caller.is_ended()


def test_who_does_not_read_gets_nothing_more_until_it_does(url: str) -> None:
    with calling(url) as caller:
        caller.send(post(b"large"))
        with calling(url) as other:
            assert other.body(post(b"x")) == b"direct:x"
        caller.send(post(b"y"))
        assert caller.answer()[2] == LARGE
        assert caller.answer()[2] == b"asgi:y"
        assert caller.body(post(b"z")) == b"direct:z"


def test_a_failure_ends_its_connection_only(url: str) -> None:
    with calling(url) as caller, calling(url) as other:
        caller.send(post(b"fail"), post(b"x"))
        assert caller.is_ended()
        assert other.body(post(b"x")) == b"direct:x"


def test_an_idle_connection_is_closed() -> None:
    with two_ways(timeout_keep_alive=1) as url, calling(url) as caller:
        assert caller.body(post(b"x")) == b"direct:x"
        assert caller.is_ended()
