"""The data keys of an issuer: created, loaded, rotated; stored only wrapped.

One key ring for each purpose, so that what may look up a number need not be able to read it:

    hash      finds a voucher by its number        seal     seals the number itself
    personal  seals what was said about a holder   journal  compares repeats of a request
    leaf      salts the commitments of the log

All writes happen in the caller's transaction; nothing here commits.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row, scalar_row

from counterfoil.errors import ConflictError, KeyProviderError, NotFoundError
from counterfoil.keys.provider import KeyProvider
from counterfoil.statements import statement
from counterfoil.voucher import State

_KEY_BYTES: Final = 32
_PAGE_ROWS: Final = 1000
_PACKAGE: Final = "counterfoil.keys"


class Purpose(StrEnum):
    HASH = "hash"
    SEAL = "seal"
    PERSONAL = "personal"
    JOURNAL = "journal"
    LEAF = "leaf"


class KeyState(StrEnum):
    """`active` makes new things, `retiring` is being replaced, `retired` makes nothing more."""

    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"


# Once retired, nothing sealed with these is left. The others stay: a finished voucher keeps the
# hash, a repeat the content and a leaf the commitments that they were recorded with.
_GONE_WHEN_RETIRED: Final = frozenset({Purpose.SEAL, Purpose.PERSONAL})
_FINISHED: Final = (State.REDEEMED, State.CANCELLED, State.EXPIRED, State.PURGED)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one purpose by version; `probed` lists the versions to try, active first."""

    active: int
    probed: tuple[int, ...]
    keys: Mapping[int, bytes] = field(repr=False)

    @property
    def active_key(self) -> bytes:
        return self.keys[self.active]


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """What one process needs of an issuer's keys; loaded once, loaded again after a rotation."""

    issuer_id: int
    hash: KeyRing
    seal: KeyRing
    personal: KeyRing
    journal: KeyRing
    leaf: KeyRing


@dataclass(frozen=True, slots=True)
class _Row:
    issuer_id: int
    purpose: str
    version: int
    wrapped: bytes = field(repr=False)
    provider: str
    state: str


def create_issuer_keys(
    connection: Connection[Any], issuer_id: int, provider: KeyProvider
) -> IssuerKeys:
    """Version 1 of every purpose. Raises ConflictError when the issuer has keys already."""
    keys = {purpose: os.urandom(_KEY_BYTES) for purpose in Purpose}
    wrapped = [provider.wrap(key, _context(issuer_id, purpose, 1)) for purpose, key in keys.items()]
    created = connection.execute(
        statement(_PACKAGE, "create_data_keys"),
        {
            "issuer_id": issuer_id,
            "purposes": [str(purpose) for purpose in keys],
            "wrapped": wrapped,
            "provider": provider.name,
        },
    )
    if created.rowcount != len(keys):
        raise ConflictError(f"Issuer {issuer_id} has keys already; rotate them instead.")
    rings = {str(purpose): KeyRing(1, (1,), _frozen({1: key})) for purpose, key in keys.items()}
    return IssuerKeys(issuer_id, **rings)


def load_issuer_keys(
    connection: Connection[Any], issuer_id: int, provider: KeyProvider
) -> IssuerKeys:
    """Raises NotFoundError for an issuer without keys, KeyProviderError when one does not open."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        cursor.execute(statement(_PACKAGE, "data_keys"), {"issuer_id": issuer_id})
        rows = cursor.fetchall()
    if not rows:
        raise NotFoundError(f"Issuer {issuer_id} has no keys; create the issuer first.")
    rings = {
        str(purpose): _ring([row for row in rows if row.purpose == purpose], purpose, provider)
        for purpose in Purpose
    }
    return IssuerKeys(issuer_id, **rings)


def add_key_version(
    connection: Connection[Any], issuer_id: int, purpose: Purpose, provider: KeyProvider
) -> int:
    """The new version is active, the one before it retiring. Returns the new version."""
    connection.execute(statement(_PACKAGE, "lock_data_keys"), {"issuer_id": issuer_id})
    name = {"issuer_id": issuer_id, "purpose": str(purpose)}
    with connection.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(statement(_PACKAGE, "last_key_version"), name)
        last = cursor.fetchone()
    if last is None:
        raise NotFoundError(f"Issuer {issuer_id} has no {purpose} key; create the issuer first.")
    version = int(last) + 1
    wrapped = provider.wrap(os.urandom(_KEY_BYTES), _context(issuer_id, purpose, version))
    connection.execute(statement(_PACKAGE, "retire_active_key"), name)
    connection.execute(
        statement(_PACKAGE, "add_data_key"),
        {**name, "version": version, "wrapped": wrapped, "provider": provider.name},
    )
    return version


def retire_key_version(
    connection: Connection[Any], issuer_id: int, purpose: Purpose, version: int
) -> None:
    """Raises ConflictError while the version is active, or something open still needs it.

    Before calling it, every process must have loaded the version that follows: one that still
    seals with the old key would seal what nobody loads a key for.
    """
    connection.execute(statement(_PACKAGE, "lock_data_keys"), {"issuer_id": issuer_id})
    name = {"issuer_id": issuer_id, "purpose": str(purpose), "version": version}
    with connection.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(
            statement(_PACKAGE, "key_in_use"),
            {**name, "finished": [int(state) for state in _FINISHED]},
        )
        if cursor.fetchone():
            raise ConflictError(
                f"The {purpose} key version {version} of issuer {issuer_id} is still in use; "
                "let the rotation finish first."
            )
        cursor.execute(statement(_PACKAGE, "retire_data_key"), name)
        if cursor.rowcount != 1:
            raise ConflictError(
                f"The {purpose} key version {version} of issuer {issuer_id} is not retiring; "
                "add a new version first."
            )


def rewrap_all(
    connection: Connection[Any], provider_from: KeyProvider, provider_to: KeyProvider
) -> int:
    """Wrap every data key anew; the data keys themselves stay. Returns how many.

    With one provider twice it moves them under that provider's newest key-encryption key.
    """
    done, after = 0, (0, "", 0)
    while rows := _locked_page(connection, provider_from.name, after):
        contexts = [_context(row.issuer_id, Purpose(row.purpose), row.version) for row in rows]
        keys = [
            provider_from.unwrap(row.wrapped, context)
            for row, context in zip(rows, contexts, strict=True)
        ]
        wrapped = [
            provider_to.wrap(key, context) for key, context in zip(keys, contexts, strict=True)
        ]
        connection.execute(
            statement(_PACKAGE, "rewrap_data_keys"),
            {
                "issuer_ids": [row.issuer_id for row in rows],
                "purposes": [row.purpose for row in rows],
                "versions": [row.version for row in rows],
                "wrapped": wrapped,
                "provider": provider_to.name,
            },
        )
        done += len(rows)
        after = (rows[-1].issuer_id, rows[-1].purpose, rows[-1].version)
    return done


def _locked_page(
    connection: Connection[Any], provider_name: str, after: tuple[int, str, int]
) -> Sequence[_Row]:
    issuer_id, purpose, version = after
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        cursor.execute(
            statement(_PACKAGE, "wrapped_keys"),
            {
                "provider": provider_name,
                "after_issuer_id": issuer_id,
                "after_purpose": purpose,
                "after_version": version,
                "rows_max": _PAGE_ROWS,
            },
        )
        return cursor.fetchall()


def _ring(rows: Iterable[_Row], purpose: Purpose, provider: KeyProvider) -> KeyRing:
    needed = [
        row for row in rows if not (row.state == KeyState.RETIRED and purpose in _GONE_WHEN_RETIRED)
    ]
    active = next((row.version for row in needed if row.state == KeyState.ACTIVE), None)
    if active is None:
        raise KeyProviderError(f"An issuer has no active {purpose} key; add a version of it.")
    keys = {row.version: _unwrapped(row, provider) for row in needed}
    older = sorted((version for version in keys if version != active), reverse=True)
    return KeyRing(active, (active, *older), _frozen(keys))


def _unwrapped(row: _Row, provider: KeyProvider) -> bytes:
    if row.provider != provider.name:
        raise KeyProviderError(
            f"The keys of issuer {row.issuer_id} are wrapped by provider {row.provider}, "
            f"and {provider.name} was given; correct the key settings."
        )
    key = provider.unwrap(row.wrapped, _context(row.issuer_id, Purpose(row.purpose), row.version))
    if len(key) != _KEY_BYTES:
        raise KeyProviderError(f"A {row.purpose} key of issuer {row.issuer_id} has a wrong length.")
    return key


def _context(issuer_id: int, purpose: Purpose, version: int) -> bytes:
    return f"counterfoil/data-key/{issuer_id}/{purpose}/{version}".encode()


def _frozen(keys: dict[int, bytes]) -> Mapping[int, bytes]:
    return MappingProxyType(keys)
