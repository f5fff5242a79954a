"""Data keys in the database: only wrapped, one active for each purpose, rotated in order."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from counterfoil.errors import ConflictError, KeyProviderError, NotFoundError
from counterfoil.keys.envelope import (
    IssuerKeys,
    KeyRing,
    Purpose,
    add_key_version,
    create_issuer_keys,
    load_issuer_keys,
    retire_key_version,
    rewrap_all,
)
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import State

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def provider(tmp_path: Path) -> LocalKeyProvider:
    return LocalKeyProvider(tmp_path / "kek.json", create=True)


@pytest.fixture
def issuer_id(connection: Connection[Any]) -> int:
    return given_issuer(connection, 7)


def given_issuer(connection: Connection[Any], issuer_id: int) -> int:
    connection.execute(
        "INSERT INTO issuer (issuer_id, code, name) VALUES (%s, %s, 'Relief')",
        (issuer_id, f"R{issuer_id}"),
    )
    return issuer_id


def given_voucher(connection: Connection[Any], issuer_id: int, state: State) -> None:
    connection.execute(
        "INSERT INTO voucher (issuer_id, serial, amount_minor, changed_at, provision_id, group_id,"
        " group_version, state, key_version, number_hash)"
        " VALUES (%s, 1, 1, %s, 1, 1, 1, %s, 1, '')",
        (issuer_id, NOW, int(state)),
    )


def given_sealed(connection: Connection[Any], issuer_id: int, purpose: Purpose) -> None:
    if purpose is Purpose.SEAL:
        connection.execute("INSERT INTO voucher_secret VALUES (%s, 1, 1, '')", (issuer_id,))
    else:
        connection.execute("INSERT INTO voucher_comment VALUES (%s, 1, 1, '')", (issuer_id,))


def states(connection: Connection[Any], issuer_id: int, purpose: Purpose) -> list[tuple[int, str]]:
    return connection.execute(
        "SELECT version, state FROM data_key"
        " WHERE issuer_id = %s AND purpose = %s ORDER BY version",
        (issuer_id, purpose),
    ).fetchall()


def ring(keys: IssuerKeys, purpose: Purpose) -> KeyRing:
    found: KeyRing = getattr(keys, purpose)
    return found


def test_what_was_created_is_what_loads(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider
) -> None:
    created = create_issuer_keys(connection, issuer_id, provider)
    assert load_issuer_keys(connection, issuer_id, provider) == created
    keys = [ring(created, purpose).active_key for purpose in Purpose]
    assert len(set(keys)) == 5
    assert {len(key) for key in keys} == {32}
    stored = connection.execute("SELECT wrapped, provider FROM data_key").fetchall()
    assert not any(key in wrapped for key in keys for wrapped, _ in stored)
    assert {name for _, name in stored} == {"local"}


def test_keys_are_created_once(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider
) -> None:
    created = create_issuer_keys(connection, issuer_id, provider)
    with pytest.raises(ConflictError, match="has keys already"):
        create_issuer_keys(connection, issuer_id, provider)
    assert load_issuer_keys(connection, issuer_id, provider) == created


def test_issuer_without_keys_is_told(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider
) -> None:
    with pytest.raises(NotFoundError):
        load_issuer_keys(connection, issuer_id, provider)
    with pytest.raises(NotFoundError):
        add_key_version(connection, issuer_id, Purpose.HASH, provider)


def test_no_key_shows_in_a_representation(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider
) -> None:
    keys = create_issuer_keys(connection, issuer_id, provider)
    shown = repr(keys)
    assert "b'" not in shown
    assert 'b"' not in shown
    assert "active=1" in shown


def test_key_moved_to_another_row_does_not_open(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider
) -> None:
    create_issuer_keys(connection, issuer_id, provider)
    create_issuer_keys(connection, given_issuer(connection, 8), provider)
    connection.execute(
        "UPDATE data_key AS k SET wrapped = o.wrapped FROM data_key AS o"
        " WHERE k.issuer_id = 7 AND o.issuer_id = 8 AND k.purpose = 'seal' AND o.purpose = 'seal'"
    )
    with pytest.raises(KeyProviderError, match="does not open"):
        load_issuer_keys(connection, issuer_id, provider)


def test_keys_of_another_provider_are_told(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider
) -> None:
    create_issuer_keys(connection, issuer_id, provider)
    connection.execute("UPDATE data_key SET provider = 'transit'")
    with pytest.raises(KeyProviderError, match="wrapped by provider transit"):
        load_issuer_keys(connection, issuer_id, provider)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_new_version_is_active_and_the_old_one_probed(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider, purpose: Purpose
) -> None:
    before = create_issuer_keys(connection, issuer_id, provider)
    assert add_key_version(connection, issuer_id, purpose, provider) == 2
    assert add_key_version(connection, issuer_id, purpose, provider) == 3
    assert states(connection, issuer_id, purpose) == [
        (1, "retiring"),
        (2, "retiring"),
        (3, "active"),
    ]
    after = ring(load_issuer_keys(connection, issuer_id, provider), purpose)
    assert (after.active, after.probed) == (3, (3, 2, 1))
    assert after.keys[1] == ring(before, purpose).active_key
    assert len(set(after.keys.values())) == 3


@pytest.mark.parametrize("purpose", list(Purpose))
def test_retired_version_is_kept_only_where_something_was_recorded_with_it(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider, purpose: Purpose
) -> None:
    create_issuer_keys(connection, issuer_id, provider)
    add_key_version(connection, issuer_id, purpose, provider)
    retire_key_version(connection, issuer_id, purpose, 1)
    assert states(connection, issuer_id, purpose) == [(1, "retired"), (2, "active")]
    left = ring(load_issuer_keys(connection, issuer_id, provider), purpose)
    gone = purpose in {Purpose.SEAL, Purpose.PERSONAL}
    assert left.probed == ((2,) if gone else (2, 1))


def test_active_version_is_not_retired(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider
) -> None:
    create_issuer_keys(connection, issuer_id, provider)
    for version in (1, 2):
        with pytest.raises(ConflictError, match="not retiring"):
            retire_key_version(connection, issuer_id, Purpose.HASH, version)
    assert states(connection, issuer_id, Purpose.HASH) == [(1, "active")]


@pytest.mark.parametrize("state", list(State))
def test_hash_key_of_an_open_voucher_is_not_retired(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider, state: State
) -> None:
    create_issuer_keys(connection, issuer_id, provider)
    add_key_version(connection, issuer_id, Purpose.HASH, provider)
    given_voucher(connection, issuer_id, state)
    if state in {State.REDEEMED, State.CANCELLED, State.EXPIRED, State.PURGED}:
        retire_key_version(connection, issuer_id, Purpose.HASH, 1)
        expected = "retired"
    else:
        with pytest.raises(ConflictError, match="still in use"):
            retire_key_version(connection, issuer_id, Purpose.HASH, 1)
        expected = "retiring"
    assert states(connection, issuer_id, Purpose.HASH) == [(1, expected), (2, "active")]


@pytest.mark.parametrize("purpose", [Purpose.SEAL, Purpose.PERSONAL])
def test_key_that_something_is_sealed_with_is_not_retired(
    connection: Connection[Any], issuer_id: int, provider: LocalKeyProvider, purpose: Purpose
) -> None:
    create_issuer_keys(connection, issuer_id, provider)
    add_key_version(connection, issuer_id, purpose, provider)
    given_sealed(connection, issuer_id, purpose)
    with pytest.raises(ConflictError, match="still in use"):
        retire_key_version(connection, issuer_id, purpose, 1)
    assert states(connection, issuer_id, purpose) == [(1, "retiring"), (2, "active")]


def test_rewrapping_moves_every_key_to_another_provider(
    connection: Connection[Any],
    issuer_id: int,
    provider: LocalKeyProvider,
    tmp_path: Path,
) -> None:
    create_issuer_keys(connection, issuer_id, provider)
    create_issuer_keys(connection, given_issuer(connection, 8), provider)
    add_key_version(connection, issuer_id, Purpose.SEAL, provider)
    before = [load_issuer_keys(connection, issuer, provider) for issuer in (7, 8)]
    other = LocalKeyProvider(tmp_path / "other.json", create=True)
    assert rewrap_all(connection, provider, other) == 11
    assert [load_issuer_keys(connection, issuer, other) for issuer in (7, 8)] == before
    with pytest.raises(KeyProviderError):
        load_issuer_keys(connection, issuer_id, provider)


def test_rewrapping_moves_every_key_under_the_newest_version(
    connection: Connection[Any],
    issuer_id: int,
    provider: LocalKeyProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("counterfoil.keys.envelope._PAGE_ROWS", 2)
    before = create_issuer_keys(connection, issuer_id, provider)
    provider.add_version()
    assert rewrap_all(connection, provider, provider) == 5
    wrapped = connection.execute("SELECT wrapped FROM data_key").fetchall()
    assert {row[0][:3] for row in wrapped} == {b"\x01\x00\x02"}
    assert load_issuer_keys(connection, issuer_id, provider) == before
