"""What the handlers of the administration API work with: who asks, and the three ways to answer.

read        a question to the database, in a thread
administer  a change of the catalogue or of money, one at a time for each issuer
apply       an operation on a voucher, through the batcher like everybody's
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

import structlog
from starlette.requests import Request

from counterfoil.api.auth import Clients, Principal
from counterfoil.api.observe import SEEN
from counterfoil.api.problem import ProblemError, outcome_problem
from counterfoil.api.redemptions import Redemptions
from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.batcher import Batcher
from counterfoil.engine.catalogue import CODE_PATTERN
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import CHANGED, Answer, Caller, Operation, Outcome, Redeem
from counterfoil.errors import CounterfoilError
from counterfoil.gateway.rails import Rails
from counterfoil.jobs.queue import Task
from counterfoil.keys.seals import Seals

T = TypeVar("T")
Enqueue = Callable[[Task, str, int], None]

_IDEMPOTENCY_KEY: Final = re.compile(r"[!-}][ -~]{0,63}", re.ASCII)
_SERIAL: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_ID: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_CODE: Final = re.compile(CODE_PATTERN, re.ASCII)

_log = structlog.get_logger("counterfoil.api")


class Desk:
    def __init__(
        self,
        batcher: Batcher,
        threads: DatabaseThreads,
        clients: Clients,
        redemptions: Redemptions,
        enqueue: Enqueue,
        seals: Seals | None,
        rails: Rails,
    ) -> None:
        self._batcher = batcher
        self._threads = threads
        self._clients = clients
        self.redemptions = redemptions
        self._enqueue = enqueue
        self.seals = seals
        self.rails = rails

    async def principal(self, request: Request, scopes: frozenset[str]) -> Principal:
        """Raises ProblemError: 401 for the key, 403 for what it may not do."""
        key = request.headers.get("x-api-key")
        principal = None if key is None else await self._clients.of_key(key.encode("latin-1"))
        if principal is None:
            raise ProblemError(401, "key_refused", "Send a valid API key as X-API-Key.")
        request.scope[SEEN].actor = principal.caller.actor
        if principal.scopes.isdisjoint(scopes):
            needed = " or ".join(sorted(scopes))
            raise ProblemError(403, "scope_missing", f"This needs the scope {needed}.")
        return principal

    async def read(self, function: Callable[[Connection], T]) -> T:
        return await self._threads.run(function)

    async def administer(
        self, principal: Principal, function: Callable[[Connection, Issuer, Caller], T]
    ) -> T:
        tenant = principal.tenant
        async with tenant.office_lock:
            return await self._threads.run(
                lambda connection: function(connection, tenant.issuer, principal.caller)
            )

    async def apply(self, principal: Principal, operation: Operation) -> Answer:
        """Raises ProblemError for a refusal; PENDING is none."""
        if isinstance(operation, Redeem):
            answer = await self.redemptions.redeem(principal, operation)
        else:
            answer = await self._batcher.submit(principal.issuer, operation)
        if answer.outcome not in CHANGED:
            raise outcome_problem(answer.outcome)
        return answer

    async def start_job(self, task: Task, issuer_code: str, subject_id: int = 0) -> None:
        """What cannot be started now is found by the workers later: it is written down already."""
        try:
            await asyncio.to_thread(self._enqueue, task, issuer_code, subject_id)
        except CounterfoilError as error:
            _log.warning("job.not_enqueued", task=task, cause=type(error).__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who, under which reference, about what."""

    desk: Desk
    principal: Principal
    request: Request
    reference: str | None

    @property
    def issuer_id(self) -> int:
        return self.principal.issuer.issuer_id

    def serial(self) -> int:
        """The address's. Raises ProblemError (404)."""
        return int(self._part("serial", _SERIAL, Outcome.SERIAL_UNKNOWN.value))

    def id(self, name: str) -> int:
        return int(self._part(name, _ID, "not_found"))

    def uuid(self, name: str) -> UUID:
        return UUID(self._part(name, _UUID, "not_found"))

    def code(self, name: str = "code") -> str:
        return self._part(name, _CODE, "not_found")

    def _part(self, name: str, form: re.Pattern[str], code: str) -> str:
        text: str = self.request.path_params[name]
        if form.fullmatch(text) is None:
            raise ProblemError(404, code, "There is nothing at this address.")
        return text


def idempotency_key(request: Request) -> str | None:
    """Raises ProblemError (400) for one that cannot be kept."""
    key = request.headers.get("idempotency-key")
    if key is not None and _IDEMPOTENCY_KEY.fullmatch(key) is None:
        raise ProblemError(
            400,
            "idempotency_key_malformed",
            "Idempotency-Key is up to 64 printable characters and does not begin with ~.",
        )
    return key
