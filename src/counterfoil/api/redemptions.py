"""One redemption, whichever dialect asks: guesses are counted, and an instant one is paid."""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from counterfoil.api.auth import Clients, Principal
from counterfoil.api.payments import Payments
from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.batcher import Batcher
from counterfoil.engine.guessing import Guard, Guesser, is_guess
from counterfoil.engine.operation import Answer, Outcome, Redeem
from counterfoil.errors import CounterfoilError

_KEEP_SECONDS: Final = 2.0
_log = structlog.get_logger("counterfoil.api.guessing")


class TooManyGuessesError(Exception):
    """Refused before any lookup; the caller may ask again after a while."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Too many unknown voucher numbers came from there.")
        self.retry_after_seconds = retry_after_seconds


class Redemptions:
    """Used inside one event loop."""

    def __init__(
        self, batcher: Batcher, threads: DatabaseThreads, clients: Clients, payments: Payments
    ) -> None:
        self._batcher = batcher
        self._threads = threads
        self._clients = clients
        self._payments = payments
        self._missed = asyncio.Event()

    async def redeem(
        self, principal: Principal, operation: Redeem, *, terminal: str | None = None
    ) -> Answer:
        """Raises TooManyGuessesError."""
        guard = principal.tenant.guard
        if guard.has_seen_misses:
            check_guesses(guard, _guesser(principal, operation, terminal))
        with guard.trying(operation.serial):
            answer = await self._batcher.submit(principal.issuer, operation)
            if is_guess(answer.outcome):
                self.count_guess(guard, _guesser(principal, operation, terminal), answer.outcome)
        if answer.outcome is Outcome.PENDING:
            return await self._payments.settled(principal.issuer, operation, answer)
        return answer

    def count_guess(
        self, guard: Guard, who: Guesser, outcome: Outcome = Outcome.NUMBER_UNKNOWN
    ) -> None:
        if outcome is Outcome.SECRET_WRONG:
            guard.missed_secret(who)
        else:
            guard.missed(who)
        self._missed.set()

    async def keep_guesses(self) -> None:
        """Until cancelled: soon after a miss, and every few seconds, counts are written and those
        of other processes read.
        """
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._missed.wait(), _KEEP_SECONDS)
            self._missed.clear()
            for tenant in self._clients.tenants():
                try:
                    await self._threads.run(tenant.guard.keep)
                except CounterfoilError as error:
                    _log.warning("guesses.not_kept", cause=type(error).__name__)
                    await asyncio.sleep(_KEEP_SECONDS)


def check_guesses(guard: Guard, who: Guesser) -> None:
    """Raises TooManyGuessesError."""
    wait_seconds = guard.refuses(who)
    if wait_seconds is not None:
        raise TooManyGuessesError(wait_seconds)


def _guesser(principal: Principal, operation: Redeem, terminal: str | None) -> Guesser:
    acceptors = principal.issuer.catalogue.acceptors
    acceptor = acceptors.get((operation.acceptor_name, operation.acceptor_account))
    return Guesser(
        client_id=principal.caller.client_id,
        acceptor_id=None if acceptor is None else acceptor.acceptor_id,
        terminal=terminal,
        serial=operation.serial,
    )
