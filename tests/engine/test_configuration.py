"""What an issuer sets for itself and stock that is paused: under one reference, once."""

from itertools import count

import pytest
from tests.given import SYSTEM, ask, given_group, given_issuer, given_stock, preactivate

from counterfoil.engine.check import check
from counterfoil.engine.configuration import (
    SettingsChange,
    change_settings,
    pause_provision,
    resume_provision,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.provision import provision_by_id
from counterfoil.errors import ReferenceReusedError
from counterfoil.keys.provider import LocalKeyProvider

_codes = count(1)


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(shared_connection, provider, code=f"SET{next(_codes)}")


def test_settings_are_changed_once_under_one_reference(
    shared_connection: Connection, issuer: Issuer
) -> None:
    def change(days: int, reference: str | None = None) -> int:
        wanted = SettingsChange(retention_days=days)
        change_settings(shared_connection, issuer, SYSTEM, wanted, reference=reference)
        return issuer.catalogue.settings.retention_days

    assert [change(30, "r1"), change(60), change(30, "r1")] == [30, 60, 60]
    with pytest.raises(ReferenceReusedError):
        change(31, "r1")
    assert issuer.catalogue.settings.retention_days == 60


def test_stock_is_paused_once_under_one_reference(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    given_group(connection, issuer)
    provision_id = given_stock(connection, issuer, 2)

    def status() -> str:
        return provision_by_id(connection, issuer, provision_id).status

    for _ in range(2):
        pause_provision(connection, issuer, SYSTEM, provision_id, reference="r1")
        assert status() == "paused"
    resume_provision(connection, issuer, SYSTEM, provision_id, reason="found", reference="r1")
    assert status() == "ready"
    pause_provision(connection, issuer, SYSTEM, provision_id, reference="r1")
    assert status() == "ready"


def test_paused_provision_is_not_drawn_until_it_is_resumed(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    given_group(connection, issuer)
    provision_id = given_stock(connection, issuer, 2)
    pause_provision(connection, issuer, SYSTEM, provision_id)
    draw = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")
    (answer,) = ask(connection, issuer, draw)
    assert answer.outcome is Outcome.OUT_OF_STOCK
    operations = operations_of(connection, issuer)
    pause_provision(connection, issuer, SYSTEM, provision_id)
    assert operations_of(connection, issuer) == operations
    resume_provision(connection, issuer, SYSTEM, provision_id)
    resumed = provision_by_id(connection, issuer, provision_id)
    assert resumed.status == "ready"
    preactivate(connection, issuer)
    assert provision_by_id(connection, issuer, provision_id).next_drawn > resumed.next_drawn
    assert check(connection, issuer.issuer_id) == []


def operations_of(connection: Connection, issuer: Issuer) -> int:
    row = connection.execute(
        "SELECT count(*) FROM operation WHERE issuer_id = %s", [issuer.issuer_id]
    ).fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])
