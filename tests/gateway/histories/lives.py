"""How a process dies between two steps: before any exchange with the database, and before and after
any call to a rail or to a bank's transport.

In the same process, where what it held is torn from it; or in a process of its own, by SIGKILL.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Final, NoReturn, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import pytest

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.waiting import LoopConnection
from counterfoil.gateway.delivery import Delivery
from counterfoil.gateway.inbox import Arrived, Inbox
from counterfoil.gateway.port import AccountCheck, Gateway, PaymentOrder, PaymentResult
from counterfoil.keys.provider import KeyProvider

STEPS_ENOUGH: Final = 1_000_000  # more than any work has
T = TypeVar("T")


class Killed(BaseException):
    """Nothing of the process goes on: whatever it tries next raises this again."""


def _end_work() -> NoReturn:
    raise Killed


def _end_process() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class Life:
    """Ends at its last step, and then at every later one."""

    def __init__(
        self, steps: int = STEPS_ENOUGH, *, end: Callable[[], NoReturn] = _end_work
    ) -> None:
        self._left = steps
        self._end = end
        self._lock = Lock()

    def step(self) -> None:
        with self._lock:
            self._left -= 1
            is_over = self._left <= 0
        if is_over:
            self._end()


class MortalRail:
    """A rail as a process uses it that may die before a call, or before it heard the answer."""

    def __init__(self, rail: Gateway, life: Life) -> None:
        self._rail = rail
        self._life = life

    def submit(self, order: PaymentOrder) -> PaymentResult:
        return self._lived(lambda: self._rail.submit(order))

    def query(self, payment_id: UUID) -> PaymentResult:
        return self._lived(lambda: self._rail.query(payment_id))

    def verify_account(self, account: str, fsp: str) -> AccountCheck:
        return self._rail.verify_account(account, fsp)

    def lookup(self, identifier: str) -> AccountCheck:
        return self._rail.lookup(identifier)

    def _lived(self, call: Callable[[], T]) -> T:
        self._life.step()
        answer = call()
        self._life.step()
        return answer


class MortalDelivery:
    def __init__(self, delivery: Delivery, life: Life) -> None:
        self._delivery = delivery
        self._life = life

    def put(self, name: str, content: bytes) -> bool:
        self._life.step()
        is_there = self._delivery.put(name, content)
        self._life.step()
        return is_there


class MortalInbox:
    def __init__(self, inbox: Inbox, life: Life) -> None:
        self._inbox = inbox
        self._life = life

    def waiting(self) -> Sequence[Arrived]:
        seen = self._inbox.waiting()
        self._life.step()
        return seen

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        self._life.step()
        self._inbox.put_away(arrived, is_taken=is_taken)
        self._life.step()

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:
        late = self._inbox.acknowledge(seen)
        self._life.step()
        return late


_lives: Final[WeakKeyDictionary[Connection, Life]] = WeakKeyDictionary()


@pytest.fixture(scope="module", autouse=True)
def mortality() -> Iterator[None]:
    """Every exchange with the database is a step of whose connection it is."""
    wait = LoopConnection.wait

    def lived(self: LoopConnection, *arguments: object, **named: object) -> object:
        life = _lives.get(self)
        if life is not None:
            life.step()
        return wait(self, *arguments, **named)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LoopConnection, "wait", lived)
        yield


@contextmanager
def living(connection: Connection, life: Life) -> Iterator[None]:
    _lives[connection] = life
    try:
        yield
    finally:
        del _lives[connection]


Work = Callable[[Connection, Issuer, Life], object]


def done_by_another(
    connect: Callable[[], Connection],
    code: str,
    provider: KeyProvider,
    work: Work,
    *,
    steps: int = STEPS_ENOUGH,
) -> bool:
    """Whether a process of its own did it to the end; else it was killed by SIGKILL."""
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return False
        assert os.waitstatus_to_exitcode(status) == 0, "it failed, and was not killed"
        return True
    try:
        connection = connect()
        issuer = open_issuer(connection, code, provider)
        life = Life(steps, end=_end_process)
        with living(connection, life):
            work(connection, issuer, life)
    except BaseException:  # noqa: BLE001  # the parent tells
        os._exit(1)
    os._exit(0)
