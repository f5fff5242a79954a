"""The engine's blocking code on an event loop: where it would wait, the loop goes on.

    run_on_loop(apply, …) ─▶ a greenlet: apply ─▶ psycopg waits ─▶ back to the loop
                                            ◀── the socket can be read ──┘

Threads would do, too, but a batch comes back from the database a dozen times, and each time a
thread fights the loop's for the interpreter: a request then costs a fifth more (bench/README.md).
Outside `run_on_loop` everything here simply blocks.
"""

import asyncio
import select
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar, cast

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from psycopg.waiting import Ready, Wait

P = ParamSpec("P")
T = TypeVar("T")

_EVENTS: Final = {
    Wait.R: select.POLLIN,
    Wait.W: select.POLLOUT,
    Wait.RW: select.POLLIN | select.POLLOUT,
}


class _Running(greenlet):
    """Code that was started by `run_on_loop`; its parent is the loop's own code."""


class LoopConnection(psycopg.Connection[TupleRow]):
    """A connection whose waiting gives way to the loop it is used on, if there is one."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        if not isinstance(getcurrent(), _Running):
            return super().wait(gen, interval, timeout)
        socket = self.pgconn.socket
        try:
            wanted = next(gen)
            while True:
                ready = _ready_now(socket, wanted) or _await(_ready(socket, wanted))
                wanted = gen.send(ready)
        except StopIteration as end:
            return cast("T", end.value)


async def run_on_loop(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` returns or raises. It must not wait in any other way than `LoopConnection`
    and `off_loop` do.
    """
    running = _Running(function)
    result: Any = running.switch(*args, **kwargs)
    while not running.dead:
        try:
            value = await result
        except BaseException as error:  # noqa: BLE001  # it belongs to who waits for it
            result = running.throw(error)
        else:
            result = running.switch(value)
    return cast("T", result)


def off_loop(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call what blocks in a way the loop does not know: in a thread, if we are on a loop."""
    if not isinstance(getcurrent(), _Running):
        return function(*args, **kwargs)
    return _await(_in_thread(partial(function, *args, **kwargs)))


async def _in_thread(function: Callable[[], T]) -> T:
    """Waits for its end even where nobody waits for us any more: it uses our connection."""
    running = asyncio.get_running_loop().run_in_executor(None, function)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _await(awaitable: Awaitable[T]) -> T:
    loops_own = getcurrent().parent
    if loops_own is None:
        raise AssertionError("only what run_on_loop started can wait for the loop")
    return cast("T", loops_own.switch(awaitable))


def _ready_now(socket: int, wanted: Wait) -> Ready | None:
    """What can be done without waiting: there is nearly always room to write."""
    poll = select.poll()
    poll.register(socket, _EVENTS[wanted])
    found = poll.poll(0)
    if not found:
        return None
    events = found[0][1]
    writable = Ready.W if events & select.POLLOUT else 0
    readable = Ready.R if events & ~select.POLLOUT else 0  # an error is told to who reads
    return Ready(readable | writable)


async def _ready(socket: int, wanted: Wait) -> Ready:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[Ready] = loop.create_future()
    if wanted & Wait.R:
        loop.add_reader(socket, _tell, ready, Ready.R)
    if wanted & Wait.W:
        loop.add_writer(socket, _tell, ready, Ready.W)
    try:
        return await ready
    finally:
        loop.remove_reader(socket)
        loop.remove_writer(socket)


def _tell(ready: "asyncio.Future[Ready]", what: Ready) -> None:
    if not ready.done():
        ready.set_result(what)
