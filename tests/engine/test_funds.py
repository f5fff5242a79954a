"""Money in and out of a funding account: the bank's reference counts once, whoever records it."""

import pytest
from tests.given import SYSTEM, balances, given_issuer

from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit, withdraw
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import KeyProvider
from counterfoil.money import parse_amount

POS = Caller(7, "client:POS")
HUNDRED = parse_amount("100.00", "KES")


@pytest.mark.parametrize("spelling", ["FT2632", "ft2632", "FT 2632", " Ft 26 32"])
def test_a_reference_of_the_bank_counts_once_whoever_records_it(
    shared_connection: Connection, provider: KeyProvider, spelling: str
) -> None:
    connection = shared_connection
    issuer = given_issuer(
        connection, provider, f"BANK-{spelling.encode().hex().upper()[:14]}", "0.01"
    )
    assert deposit(connection, issuer, SYSTEM, HUNDRED, reference="FT2632")
    assert balances(connection, issuer) == {"funding:0": -10_001, "available:0": 10_001}
    with pytest.raises(ConflictError, match="recorded for this account already; it counts once"):
        deposit(connection, issuer, POS, HUNDRED, reference=spelling)
    assert not deposit(connection, issuer, SYSTEM, HUNDRED, reference="FT2632")
    assert balances(connection, issuer) == {"funding:0": -10_001, "available:0": 10_001}
    assert withdraw(connection, issuer, POS, HUNDRED, reference=spelling)
    assert balances(connection, issuer) == {"funding:0": -1, "available:0": 1}


def test_what_is_not_available_cannot_leave(
    shared_connection: Connection, provider: KeyProvider
) -> None:
    issuer = given_issuer(shared_connection, provider, "BANK-OVER", "99.99")
    with pytest.raises(ConflictError, match="more than is available"):
        withdraw(shared_connection, issuer, SYSTEM, HUNDRED, reference="FT1")
    assert balances(shared_connection, issuer) == {"funding:0": -9_999, "available:0": 9_999}
