"""What banks told is read in pages by key, as it stands."""

import pytest
from tests.gateway.bank_days import (
    FUNDED,
    days,
    given_banked,
    given_batch,
    line,
    notified,
    stated,
    take,
)
from tests.given import SYSTEM

from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.banking.reading import (
    entries_to_look_at,
    files_page,
    refused_files_page,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import withdraw
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.bank_files import BankFileError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money


@pytest.fixture(scope="module")
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    """A payment, a deposit, something to propose, something unexplained, and a refused file."""
    issuer = given_banked(shared_connection, provider)
    sent = given_batch(shared_connection, issuer, 1000)
    paid = line("PAID", -1000, of=sent.payments[0], day=days(2))
    fees = line("FEE", -30, day=days(1)), line("TAX", -40, day=days(1))
    take(shared_connection, issuer, notified(issuer, paid, *fees, line("IN", 500, day=days(2))))
    take(shared_connection, issuer, stated(issuer, 0, 100_000, line(FUNDED, 100_000)))
    with pytest.raises(BankFileError):
        take(shared_connection, issuer, b"hello")
    withdraw(shared_connection, issuer, SYSTEM, Money(40, "KES"), reference="TAX", reason="tax")
    look_again(shared_connection, issuer)
    return issuer


def test_lines_to_look_at_are_those_that_the_ledger_has_not(
    shared_connection: Connection, issuer: Issuer
) -> None:
    rows = entries_to_look_at(shared_connection, issuer.issuer_id, 1, rows_max=10)
    shared_connection.rollback()
    assert [(row.bank_reference, row.status) for row in rows] == [
        ("FEE", "unexplained"),
        ("IN", "proposed"),
    ]


def test_files_are_read_with_those_that_were_refused_apart(
    shared_connection: Connection, issuer: Issuer
) -> None:
    latest, first = files_page(shared_connection, issuer.issuer_id, rows_max=10)
    (refused,) = refused_files_page(shared_connection, issuer.issuer_id, rows_max=10)
    older = files_page(shared_connection, issuer.issuer_id, before=latest.file_id, rows_max=10)
    shared_connection.rollback()
    assert older == [first]
    assert (latest.kind, latest.entries, first.kind, first.entries) == (
        "statement",
        1,
        "notification",
        4,
    )
    assert (latest.why_refused, refused.name, refused.kind) == (None, "from-bank.xml", "")
    assert refused.why_refused
