"""A database of an earlier version, with what was in it, becomes one of this version."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from counterfoil.embedded import EmbeddedPostgres, database_url
from counterfoil.engine import database as database_module
from counterfoil.engine.catalogue import Catalogue
from counterfoil.engine.check import check
from counterfoil.engine.database import connect, connect_as_owner, migrate
from counterfoil.engine.programme_report import programme_report
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import State

BEFORE = ("0001_engine.sql", "0002_bulk_serial_last.sql", "0003_daily_limits.sql")
LIFE = """
INSERT INTO issuer VALUES (1, 'OLD', 'Old Agency', now());
INSERT INTO log_head (issuer_id, next_serial, next_provision) VALUES (1, 1000000000000006, 2);
INSERT INTO issuer_setting (issuer_id) VALUES (1);
INSERT INTO funding_account VALUES (1, 1, 'KES', 'sandbox', 'OLD-KES');
INSERT INTO programme VALUES (1, 1, 'PROGRAMME-1', 'Programme 1', 1);
INSERT INTO voucher_group VALUES (1, 1, 1, 'FOOD', 1, 'open', 1);
INSERT INTO group_version (
    issuer_id, group_id, version, name, denominations, valid_for_days, hold_seconds, settlement,
    accepts
) VALUES (1, 1, 1, 'Food', '{1000}', 90, 60, 'deferred', 'any');
INSERT INTO provision VALUES (
    1, 1, 'stock', 1, 1, 1000, 1000000000000001, 1000000000000005, 1000000000000006,
    1000000000000006, 'ready'
);
INSERT INTO voucher (
    issuer_id, serial, amount_minor, changed_at, provision_id, group_id, group_version, state,
    prior_state, key_version, number_hash
) SELECT 1, 1000000000000000 + n, 1000, now(), 1, 1, 1, 10, ('{5,5,8,9,5}'::smallint[])[n], 1,
    ('\\x0' || n)::bytea FROM generate_series(1, 5) AS n;
INSERT INTO stock_count VALUES (1, 1, 1000, 10, 5);
"""


@pytest.fixture
def empty(postgres: EmbeddedPostgres, home: Path) -> Iterator[str]:
    name = f"old_{secrets.token_hex(6)}"
    with psycopg.connect(postgres.url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield database_url(home, database=name)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for plane in ("engine", "portal"):
            role = sql.Identifier(f"{name}_{plane}")
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))


def test_what_was_there_is_there(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = database_module._steps()  # noqa: SLF001  # as they were
    with monkeypatch.context() as earlier:
        earlier.setattr(
            database_module, "_steps", lambda: [step for step in steps if step[0] in BEFORE]
        )
        earlier.setattr(database_module, "_grant", lambda _connection: None)
        assert tuple(migrate(empty)) == BEFORE
    with connect_as_owner(empty) as owner:
        owner.execute(LIFE.encode())
        owner.commit()
    assert tuple(migrate(empty)) == tuple(name for name, _text in steps if name not in BEFORE)
    with connect(empty) as connection:
        catalogue = Catalogue(1).refreshed(connection, 1)
        programme = catalogue.programmes["PROGRAMME-1"]
        assert (programme.status, programme.budget_minor) == (ProgrammeStatus.OPEN, None)
        assert catalogue.groups["FOOD"].current.programme_id == 1
        report = programme_report(connection, 1, "PROGRAMME-1")
        (food,) = report.holdings
        assert {state: pile.vouchers for state, pile in food.piles.items()} == {
            State.REDEEMED: 3,
            State.CANCELLED: 1,
            State.EXPIRED: 1,
        }
        assert report.committed_minor == 3000
        wrong = {difference.rule for difference in check(connection)}
        assert "check_stock" not in wrong
