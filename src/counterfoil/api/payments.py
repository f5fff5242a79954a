"""Instant redemptions: the voucher is reserved; now the money moves, and the caller waits a little.

    reserved ─▶ send (leased to us) ─▶ completed / rejected ─▶ FinishPayment ─▶ 200 / 462 / 463
                                  └──▶ no clear answer ─▶ lease given back ─▶ 599, resolver goes on

Only who holds the lease sends. The payment goes on when its caller has stopped waiting.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import msgspec
import structlog

from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.batcher import Batcher
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import (
    REJECTED_AS,
    Answer,
    Caller,
    Outcome,
    PaymentDue,
    Redeem,
)
from counterfoil.engine.queries import claim_payment, release_payment
from counterfoil.engine.writing import LEASE_SECONDS
from counterfoil.errors import CounterfoilError
from counterfoil.gateway.port import Gateway, PaymentResult, PaymentStatus, RejectReason
from counterfoil.gateway.rails import Rails
from counterfoil.gateway.resolver import ask_or_send, finished, send_payment

WAIT_SECONDS_MAX: Final = 4.8  # the caller has its 599 within five
SENDERS_MAX: Final = 32
GATEWAY_SECONDS_MAX: Final = 11  # to ask and then to send, each with its timeout
_POLL_SECONDS: Final = 0.25
_SYSTEM: Final = Caller(0, "system:payment")
_UNKNOWN: Final = PaymentResult(PaymentStatus.UNKNOWN)

_log = structlog.get_logger("counterfoil.api.payments")


class Payments:
    """Used inside one event loop."""

    def __init__(self, batcher: Batcher, threads: DatabaseThreads, rails: Rails) -> None:
        self._batcher = batcher
        self._threads = threads
        self._rails = rails
        self._executor = ThreadPoolExecutor(SENDERS_MAX, thread_name_prefix="sender")
        self._under_way: dict[tuple[int, int], asyncio.Task[Outcome]] = {}

    async def settled(self, issuer: Issuer, operation: Redeem, answer: Answer) -> Answer:
        """`answer`, its PENDING replaced by what became of the payment if that is known in time."""
        if answer.outcome is not Outcome.PENDING or answer.operation_id is None:
            return answer
        key = issuer.issuer_id, answer.operation_id
        task = self._under_way.get(key)
        if task is None:
            work = (
                self._pay(issuer, answer.payment)
                if answer.payment is not None
                else self._follow(issuer, operation, answer.operation_id)
            )
            task = self._under_way[key] = asyncio.create_task(_guarded(work))
            task.add_done_callback(lambda _task: self._under_way.pop(key, None))
        try:
            outcome = await asyncio.wait_for(asyncio.shield(task), WAIT_SECONDS_MAX)
        except TimeoutError:
            return answer
        return msgspec.structs.replace(answer, outcome=outcome)

    async def close(self) -> None:
        """Waits for payments that are being sent, so that their end is recorded."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GATEWAY_SECONDS_MAX)
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _pay(self, issuer: Issuer, due: PaymentDue, *, asks_first: bool = False) -> Outcome:
        """Send (or first ask), then tell the engine; PENDING where there is no clear answer."""
        call_by = time.monotonic() + LEASE_SECONDS - GATEWAY_SECONDS_MAX
        call = ask_or_send if asks_first else send_payment
        rail = self._rails.online_of(issuer.code).get(due.rail)
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._executor, _called, rail, call, due, call_by)
        return await self._finished(issuer, due, result)

    async def _finished(self, issuer: Issuer, due: PaymentDue, result: PaymentResult) -> Outcome:
        if result.status not in {PaymentStatus.COMPLETED, PaymentStatus.REJECTED}:
            accepted = result.status is PaymentStatus.ACCEPTED
            await self._threads.run(
                lambda connection: release_payment(
                    connection,
                    issuer.issuer_id,
                    due.payment_id,
                    again_in_seconds=1 if accepted else 2,
                )
            )
            return Outcome.PENDING
        answer = await self._batcher.submit(issuer, finished(_SYSTEM, due, result))
        if answer.outcome is not Outcome.DONE:
            return Outcome.PENDING  # another process was told first; the next call knows
        if result.status is PaymentStatus.COMPLETED:
            return Outcome.DONE
        return REJECTED_AS[result.reason or RejectReason.OTHER]

    async def _follow(self, issuer: Issuer, operation: Redeem, operation_id: int) -> Outcome:
        """Somebody asks again: ask the provider if nobody else does, else wait for who does."""
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        claim = partial(_claimed, issuer.issuer_id, operation_id)
        while time.monotonic() < deadline:
            due = await self._threads.run(claim)
            if due is not None:
                outcome = await self._pay(issuer, due, asks_first=True)
                if outcome is not Outcome.PENDING:
                    return outcome
            await asyncio.sleep(_POLL_SECONDS)
            answer = await self._batcher.submit(issuer, operation)
            if answer.outcome is not Outcome.PENDING:
                return answer.outcome
        return Outcome.PENDING


def _called(
    rail: Gateway | None,
    call: Callable[[Gateway, PaymentDue], PaymentResult],
    due: PaymentDue,
    call_by: float,
) -> PaymentResult:
    """Nothing is sent when the lease could end meanwhile: somebody else may send by then. A rail
    that this process does not have, the worker has.
    """
    if rail is None or time.monotonic() > call_by:
        return _UNKNOWN
    return call(rail, due)


async def _guarded(work: Coroutine[None, None, Outcome]) -> Outcome:
    try:
        return await work
    except CounterfoilError as error:
        # The payment is written down: the resolver takes it over when the lease has ended.
        _log.warning("payment.not_finished", cause=type(error).__name__)
        return Outcome.PENDING


def _claimed(issuer_id: int, operation_id: int, connection: Connection) -> PaymentDue | None:
    return claim_payment(connection, issuer_id, operation_id)
