"""Who calls: an API key, or in open mode a name, becomes a Principal.

    X-API-Key ─▶ digest ─▶ cache, a second long ─▶ database ─▶ (issuer, client, scopes)

A revoked key is refused within that second; what changes anything is refused at once, because
the engine decides by the client's status of the transaction.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from threading import Lock
from typing import Final, TypeVar

from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.database import Connection
from counterfoil.engine.guessing import Guard
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Caller
from counterfoil.engine.queries import (
    KnownClient,
    client_of_key,
    client_of_name,
    sole_issuer_code,
)
from counterfoil.errors import OverloadedError, WrongSettingError
from counterfoil.keys.digests import api_key_digest
from counterfoil.keys.provider import KeyProvider
from counterfoil.settings import Settings

_FRESH_SECONDS: Final = 1.0
_KNOWN_MAX: Final = 10_000
_UNKNOWN_MAX: Final = 10_000
_UNKNOWN_LOOKUPS_PER_SECOND: Final = 50

K = TypeVar("K")
V = TypeVar("V")
Credential = bytes | str  # the digest of a key, or a name in open mode


@dataclass(slots=True)
class Tenant:
    """One issuer, opened; administration takes turns on it by `office_lock`."""

    issuer: Issuer
    guard: Guard
    office_lock: asyncio.Lock


@dataclass(frozen=True, slots=True)
class Principal:
    tenant: Tenant
    caller: Caller
    name: str
    scopes: frozenset[str]
    imported_lengths: frozenset[int]

    @property
    def issuer(self) -> Issuer:
        return self.tenant.issuer


class Clients:
    """Finds principals; used inside one event loop."""

    def __init__(
        self, threads: DatabaseThreads, provider: KeyProvider, *, open_issuer_code: str | None
    ) -> None:
        self._threads = threads
        self._provider = provider
        self._open_issuer_code = open_issuer_code
        self._tenants: dict[str, Tenant] = {}
        self._tenants_lock = Lock()
        self._known: OrderedDict[Credential, tuple[float, Principal]] = OrderedDict()
        self._unknown: OrderedDict[Credential, float] = OrderedDict()
        self._under_way: dict[Credential, asyncio.Task[Principal | None]] = {}
        self._lookups_left = _UNKNOWN_LOOKUPS_PER_SECOND
        self._lookups_since = 0.0

    async def of_key(self, key: bytes) -> Principal | None:
        """None for a key that is unknown or revoked.

        Raises OverloadedError when too many unknown keys are being tried to look up one more.
        """
        return await self._found(api_key_digest(key))

    def just_seen(self, key: bytes) -> Principal | None:
        """Whose key this is, if that is known without asking; `of_key` for all others."""
        known = self._known.get(api_key_digest(key))
        return known[1] if known is not None and time.monotonic() < known[0] else None

    async def of_name(self, name: str) -> Principal | None:
        """In open mode: who is registered under that name."""
        return await self._found(name)

    def tenants(self) -> list[Tenant]:
        """Those that were opened so far."""
        return list(self._tenants.values())

    async def open_tenant(self) -> Tenant:
        """In open mode: the one issuer."""
        return await self._threads.run(lambda connection: self._tenant(connection, None))

    async def _found(self, credential: Credential) -> Principal | None:
        now = time.monotonic()
        known = self._known.get(credential)
        if known is not None and now < known[0]:
            return known[1]
        if known is None and not self._may_look_up(credential, now):
            return None
        task = self._under_way.get(credential)
        if task is None:
            task = asyncio.create_task(self._look_up(credential))
            self._under_way[credential] = task
            task.add_done_callback(lambda _task: self._under_way.pop(credential, None))
        return await asyncio.shield(task)

    def _may_look_up(self, credential: Credential, now: float) -> bool:
        """False where it was unknown a moment ago."""
        if self._unknown.get(credential, 0.0) > now:
            return False
        if now - self._lookups_since >= 1.0:
            self._lookups_since, self._lookups_left = now, _UNKNOWN_LOOKUPS_PER_SECOND
        if credential not in self._under_way:
            if self._lookups_left <= 0:
                raise OverloadedError("Too many unknown keys are being tried.")
            self._lookups_left -= 1
        return True

    async def _look_up(self, credential: Credential) -> Principal | None:
        found = await self._threads.run(partial(self._read, credential))
        until = time.monotonic() + _FRESH_SECONDS
        if found is None:
            self._known.pop(credential, None)
            _remember(self._unknown, credential, until, _UNKNOWN_MAX)
        else:
            _remember(self._known, credential, (until, found), _KNOWN_MAX)
        return found

    def _read(self, credential: Credential, connection: Connection) -> Principal | None:
        found = (
            client_of_key(connection, credential)
            if isinstance(credential, bytes)
            else client_of_name(connection, self._open_code(connection), credential)
        )
        if found is None or not found.active:
            return None
        return _principal(self._tenant(connection, found.issuer_code), found)

    def _open_code(self, connection: Connection) -> str:
        if self._open_issuer_code is None:
            self._open_issuer_code = sole_issuer_code(connection)
        return self._open_issuer_code

    def _tenant(self, connection: Connection, code: str | None) -> Tenant:
        code = code or self._open_code(connection)
        with self._tenants_lock:
            tenant = self._tenants.get(code)
            if tenant is None:
                connection.rollback()
                issuer = open_issuer(connection, code, self._provider)
                tenant = Tenant(issuer, Guard(issuer), asyncio.Lock())
                tenant.guard.keep(connection)
                self._tenants[code] = tenant
            return tenant


def check_open_mode(settings: Settings, host: str, issuer_codes: Sequence[str]) -> None:
    """Before a server starts. Raises WrongSettingError where calls without a key could come from
    elsewhere, or could mean more than one issuer.
    """
    if not settings.govstack_open:
        return
    if not _is_loopback(host):
        raise WrongSettingError(
            f"COUNTERFOIL_GOVSTACK_OPEN lets calls without a key in, and {host} can be reached"
            " from elsewhere; bind to 127.0.0.1 or leave it out."
        )
    named = settings.govstack_issuer
    if named is None and len(issuer_codes) != 1:
        raise WrongSettingError(
            f"COUNTERFOIL_GOVSTACK_OPEN needs one issuer and there are {len(issuer_codes)};"
            " name one in COUNTERFOIL_GOVSTACK_ISSUER."
        )
    if named is not None and named not in issuer_codes:
        raise WrongSettingError(f"COUNTERFOIL_GOVSTACK_ISSUER is {named}; there is no such issuer.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _principal(tenant: Tenant, found: KnownClient) -> Principal:
    return Principal(
        tenant,
        Caller(found.client_id, f"client:{found.name}"),
        found.name,
        found.scopes,
        found.imported_lengths,
    )


def _remember(memory: OrderedDict[K, V], key: K, value: V, entries_max: int) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > entries_max:
        memory.popitem(last=False)
