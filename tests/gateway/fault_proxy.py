"""A bad line between a caller and one HTTP server: every request meets the next fault of a plan.

    caller ──▶ FaultProxy ──▶ far side
                 │ pass         as it was
                 │ delay        later; the caller may have given up by then
                 │ cut_before   the far side never hears of it
                 │ cut_after    the far side acted, its answer is lost
                 │ duplicate    the far side hears of it twice, the caller gets the second answer
                 └ swap         after the request that comes next

One connection carries one request. When the plan is over, everything passes.
"""

import random
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from types import TracebackType
from typing import BinaryIO, Final, Self

import httpx

_FAR_SIDE_SECONDS_MAX: Final = 10.0


class Fault(StrEnum):
    PASS = "pass"
    DELAY = "delay"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    DUPLICATE = "duplicate"
    SWAP = "swap"


def seeded_plan(seed: int, decks: int) -> tuple[Fault, ...]:
    """Ten requests a deck, shuffled: each fault once, and half of them pass."""
    chance = random.Random(seed)  # noqa: S311
    faults = [fault for fault in Fault if fault is not Fault.PASS]
    deck = faults + [Fault.PASS] * len(faults)
    return tuple(fault for _deck in range(decks) for fault in chance.sample(deck, len(deck)))


class FaultProxy:
    """Live on construction; a context manager closes it. `met` is what each request met, in the
    order of their arrival, with its first line.
    """

    def __init__(
        self,
        target_url: str,
        plan: Iterable[Fault] = (),
        *,
        delay_seconds: float = 0.1,
        hold_seconds_max: float = 0.3,
    ) -> None:
        target = httpx.URL(target_url)
        assert target.port is not None
        self._target = (target.host, target.port)
        self._plan = iter(plan)
        self._delay_seconds = delay_seconds
        self._hold_seconds_max = hold_seconds_max
        self._changed = threading.Condition()
        self._delivered = 0
        self._under_way = 0
        self._is_closing = False
        self.met: list[tuple[Fault, str]] = []
        self._server = _Server(("127.0.0.1", 0), self._accepted, self._handle)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def drain(self) -> None:
        """Until whatever is under way has arrived, also of callers that gave up."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._under_way == 0, _FAR_SIDE_SECONDS_MAX)

    def close(self) -> None:
        """What is held back until now never arrives."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _accepted(self) -> None:
        with self._changed:
            self._under_way += 1

    def _handle(self, caller: socket.socket) -> None:
        try:
            with caller.makefile("rb") as stream:
                request = _read_request(stream)
            if request is not None:
                self._pass_on(caller, request)
        except ConnectionError:
            pass  # the caller gave up
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _pass_on(self, caller: socket.socket, request: bytes) -> None:
        with self._changed:
            fault = next(self._plan, Fault.PASS)
            self.met.append((fault, request.split(b"\r\n", 1)[0].decode()))
        answer = self._answer(fault, request)
        if answer is not None and fault is not Fault.CUT_AFTER:
            caller.sendall(answer)

    def _answer(self, fault: Fault, request: bytes) -> bytes | None:
        match fault:
            case Fault.CUT_BEFORE:
                return None
            case Fault.DELAY:
                self._wait(self._delay_seconds, others=None)
            case Fault.SWAP:
                self._wait(self._hold_seconds_max, others=1)
            case Fault.DUPLICATE:
                self._deliver(request)
            case Fault.PASS | Fault.CUT_AFTER:
                pass
        return self._deliver(request)

    def _wait(self, seconds: float, *, others: int | None) -> None:
        """At most so long, and no longer than until so many other requests were delivered."""
        with self._changed:
            enough = None if others is None else self._delivered + others
            self._changed.wait_for(
                lambda: self._is_closing or (enough is not None and self._delivered >= enough),
                seconds,
            )

    def _deliver(self, request: bytes) -> bytes | None:
        if self._is_closing:
            return None
        try:
            with socket.create_connection(self._target, _FAR_SIDE_SECONDS_MAX) as far_side:
                far_side.sendall(_closing(request))
                with far_side.makefile("rb") as stream:
                    answer = stream.read()
        except OSError:
            return None
        with self._changed:
            self._delivered += 1
            self._changed.notify_all()
        return _closing(answer) if answer else None


class _Server(socketserver.ThreadingTCPServer):
    """Its threads are joined when it is closed."""

    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        accepted: Callable[[], None],
        handle: Callable[[socket.socket], None],
    ) -> None:
        self._accepted = accepted
        self._handle_caller = handle
        super().__init__(address, socketserver.BaseRequestHandler)

    def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002
        self._accepted()
        return True

    def finish_request(self, request: object, client_address: object) -> None:  # noqa: ARG002
        assert isinstance(request, socket.socket)
        self._handle_caller(request)


def _read_request(stream: BinaryIO) -> bytes | None:
    """None where the caller went away before it was whole."""
    head = bytearray()
    length = 0
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    body = stream.read(length)
    return bytes(head) + body if len(body) == length else None


def _closing(message: bytes) -> bytes:
    """The same, telling that its connection carries no other."""
    head, _, body = message.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body
