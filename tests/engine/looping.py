"""What runs on an event loop, and is never waited for without an end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from tests.given import SYSTEM

from counterfoil.engine.operation import Preactivate

T = TypeVar("T")
PATIENCE_SECONDS = 30.0


class Loop:
    """Runs what a test is about on an event loop of its own."""

    def __init__(self, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._new_loop = new_loop

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            return runner.run(coroutine)


async def in_time(awaited: Awaitable[T]) -> T:
    return await asyncio.wait_for(awaited, PATIENCE_SECONDS)


def drawing() -> Preactivate:
    return Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")
