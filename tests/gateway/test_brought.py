"""Files of a bank that people bring: taken in once, under their name, or refused and told why."""

import secrets
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

import pytest
from tests.gateway.bank_days import FORMAT, RAIL, counted, given_banked, line, stated

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.brought import (
    NO_RAIL,
    NOT_SEALED,
    TAKEN_ALREADY,
    sealed_parts,
    take_brought_file,
)
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.seals import Seals

SEALS: Final = Seals.of_secret("of the portal")
WHO: Final = "person:7"


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


def brought(  # what somebody brings, as what, vouched for by whom
    connection: Connection,
    issuer: Issuer,
    content: bytes,
    *,
    rail: str = RAIL,
    seals: Seals = SEALS,
) -> UUID:
    brought_id, digest, name = uuid4(), sha256(content).digest(), "october.xml"
    seal = seals.seal(*sealed_parts(issuer.issuer_id, brought_id, rail, name, digest, WHO))
    connection.execute(
        "INSERT INTO bank_file_brought (issuer_id, brought_id, rail, name, digest, content,"
        " brought_by, seal) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (issuer.issuer_id, brought_id, rail, name, digest, content, WHO, seal),
    )
    connection.commit()
    return brought_id


def take_all(connection: Connection, issuer: Issuer) -> int:
    turns = 0
    while take_brought_file(connection, issuer, SEALS, {RAIL: FORMAT}):
        turns += 1
    return turns


def ended(connection: Connection, brought_id: UUID) -> tuple[object, ...]:
    """Its status, whether it is a file now, why not, and whether what was in it is there."""
    row = connection.execute(
        "SELECT status, file_id IS NOT NULL, why, content IS NOT NULL FROM bank_file_brought"
        " WHERE brought_id = %s",
        (brought_id,),
    ).fetchone()
    connection.rollback()
    assert row is not None
    return row


def statement_of(issuer: Issuer) -> bytes:
    return stated(issuer, 0, 5_000, line(f"R-{secrets.token_hex(4)}", 5_000))


def test_what_was_brought_is_taken_in_under_its_name(
    shared_connection: Connection, issuer: Issuer
) -> None:
    one = brought(shared_connection, issuer, statement_of(issuer))
    assert take_all(shared_connection, issuer) == 1
    assert ended(shared_connection, one) == ("taken", True, None, False)
    row = shared_connection.execute(
        "SELECT rail, taken_by, entries FROM bank_file WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchall()
    shared_connection.rollback()
    assert row == [(RAIL, WHO, 1)]


def test_the_same_file_brought_twice_is_taken_in_once_and_told(
    shared_connection: Connection, issuer: Issuer
) -> None:
    content = statement_of(issuer)
    one = brought(shared_connection, issuer, content)
    other = brought(shared_connection, issuer, content)
    assert take_all(shared_connection, issuer) == 2
    assert ended(shared_connection, one) == ("taken", True, None, False)
    assert ended(shared_connection, other) == ("refused", False, TAKEN_ALREADY, False)
    (refused,) = shared_connection.execute(
        "SELECT count(*) FROM bank_file_refused WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone() or (None,)
    assert refused == 0, "nothing is wrong with it"


def test_what_a_killed_worker_took_in_is_only_said(
    shared_connection: Connection, issuer: Issuer
) -> None:
    content = statement_of(issuer)
    one = brought(shared_connection, issuer, content)
    take_all(shared_connection, issuer)
    shared_connection.execute(
        "UPDATE bank_file_brought SET status = 'waiting', content = %s, file_id = NULL,"
        " ended_at = NULL, next_try_at = now() WHERE brought_id = %s",
        (content, one),
    )
    shared_connection.commit()
    before = counted(shared_connection, issuer)
    assert take_all(shared_connection, issuer) == 1
    assert ended(shared_connection, one) == ("taken", True, None, False)
    assert counted(shared_connection, issuer) == before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no bank's file", "It is not XML: syntax error in line 1."),
        (
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "It declares a document type; a bank's file has none.",
        ),
    ],
)
def test_what_is_no_file_of_a_bank_changes_nothing(
    shared_connection: Connection, issuer: Issuer, content: bytes, why: str
) -> None:
    before = counted(shared_connection, issuer)
    one = brought(shared_connection, issuer, content)
    take_all(shared_connection, issuer)
    assert ended(shared_connection, one) == ("refused", False, why, False)
    assert counted(shared_connection, issuer) == before


def test_nothing_counts_that_the_portal_did_not_vouch_for(
    shared_connection: Connection, issuer: Issuer
) -> None:
    before = counted(shared_connection, issuer)
    foreign = brought(
        shared_connection, issuer, statement_of(issuer), seals=Seals.of_secret("another")
    )
    changed = brought(shared_connection, issuer, statement_of(issuer))
    shared_connection.execute(
        "UPDATE bank_file_brought SET content = %s WHERE brought_id = %s",
        (statement_of(issuer), changed),
    )
    shared_connection.commit()
    take_all(shared_connection, issuer)
    for one in (foreign, changed):
        assert ended(shared_connection, one) == ("refused", False, NOT_SEALED, False)
    assert counted(shared_connection, issuer) == before


def test_a_rail_that_reads_no_files_is_named_as_the_reason(
    shared_connection: Connection, issuer: Issuer
) -> None:
    one = brought(shared_connection, issuer, statement_of(issuer), rail="sandbox")
    take_all(shared_connection, issuer)
    assert ended(shared_connection, one) == ("refused", False, NO_RAIL, False)


def test_what_another_worker_has_is_passed_over(
    shared_connection: Connection, issuer: Issuer
) -> None:
    one = brought(shared_connection, issuer, statement_of(issuer))
    shared_connection.execute(
        "UPDATE bank_file_brought SET next_try_at = now() + interval '1 minute'"
        " WHERE brought_id = %s",
        (one,),
    )
    shared_connection.commit()
    assert take_all(shared_connection, issuer) == 0
    assert ended(shared_connection, one) == ("waiting", False, None, True)
