"""`check` names whatever was damaged of lines that are payments, deposits and unexplained."""

from collections.abc import Iterator
from typing import Final

import pytest
from tests.damages import each_damaged
from tests.gateway.bank_days import FUNDED, days, given_banked, given_batch, line, stated, take

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.keys.provider import LocalKeyProvider

_MOVED: Final = "what an operation of a bank line moved"
_HAS: Final = "what the ledger has of a bank line"
_LEAD: Final = "lines of a statement"
DAMAGES: Final = {
    "a line is matched to another operation": (
        "UPDATE bank_match SET operation_id = 1 WHERE amount_minor = -1000",
        _MOVED,
    ),
    "a match of another amount": ("UPDATE bank_match SET amount_minor = amount_minor - 1", _MOVED),
    "a match is forgotten": ("DELETE FROM bank_match WHERE amount_minor > 0", _HAS),
    "an unexplained line is called attached": (
        "UPDATE bank_entry SET status = 'attached' WHERE status = 'unexplained'",
        _HAS,
    ),
    "an attached line is called proposed": (
        "UPDATE bank_entry SET status = 'proposed' WHERE bank_reference = 'opening balance'",
        _HAS,
    ),
    "a line of another amount": (
        "UPDATE bank_entry SET amount_minor = amount_minor + 1 WHERE bank_reference = 'FEE'",
        _LEAD,
    ),
    "a line is on no statement": (
        "UPDATE bank_entry SET statement_id = NULL, statement_no = NULL",
        _LEAD,
    ),
    "another closing balance": (
        "UPDATE bank_report SET closing_minor = closing_minor + 1 WHERE report_no = 1",
        _LEAD,
    ),
    "another beginning": (
        "UPDATE bank_start SET ledger_minor = ledger_minor + 1",
        "the ledger where statements begin",
    ),
}


@pytest.fixture
def owner(
    connection: Connection, database: str, provider: LocalKeyProvider
) -> Iterator[Connection]:
    issuer = given_banked(connection, provider)
    sent = given_batch(connection, issuer, 1000, 2000)
    take(connection, issuer, stated(issuer, 0, 100_000, line(FUNDED, 100_000)))
    paid = line("R1", -1000, of=sent.payments[0]), line("FEE", -30)
    take(connection, issuer, stated(issuer, 100_000, 98_970, *paid, day=days(1)))
    assert check(connection) == []
    with connect_as_owner(database) as owner:
        yield owner


def test_each_damage_is_found_and_named(owner: Connection) -> None:
    for what, subject, found in each_damaged(owner, "check_banking", DAMAGES):
        assert subject in {each.subject for each in found}, (what, *map(str, found))
