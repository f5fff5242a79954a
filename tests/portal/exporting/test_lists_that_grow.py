"""The same of what has no bound: provisions, refusals, movements, commands."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.databases import connected
from tests.given import SYSTEM, given_group, given_stock
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.conftest import Portal
from tests.portal.exporting.files import proved
from tests.portal.exporting.offices import execute, office_of, taken

from counterfoil.engine.funds import deposit, withdraw
from counterfoil.engine.issuer import open_issuer
from counterfoil.money import Money
from counterfoil.portal.models import (
    TrailEntry,
)
from counterfoil.portal.orchestrator.listed import COMMANDS
from counterfoil.portal.orchestrator.money.ledger import funding_account
from counterfoil.portal.orchestrator.money.listed import listing as movements_of
from counterfoil.portal.orchestrator.stock.listed import PROVISIONS, refusals


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def test_provisions_by_age_and_worth(scene: Scene) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        given_group(engine, issuer, "FOOD", denominations=(1000, 3000))
        given_group(engine, issuer, "SEED")
        made = [
            given_stock(engine, issuer, 6, group="FOOD"),
            given_stock(engine, issuer, 3, group="FOOD", amount_minor=3000),
            given_stock(engine, issuer, 6, group="SEED"),
        ]
        engine.commit()
    one, two, three = made
    found = proved(PROVISIONS, office_of(scene), rows=3)
    assert [line.row.provision_id for line in found["newest"]] == [three, two, one]
    assert [line.row.provision_id for line in found["oldest"]] == [one, two, three]
    assert [line.row.provision_id for line in found["amount"]] == [two, one, three]
    lines = taken(scene, "stock/provisions/export", group="food", sort="amount")
    assert [line[:12] for line in lines] == [
        [str(two), "", "Ready", "Food", "FOOD", "1", "30.00", "KES", "3", "90.00", "KES", "3"],
        [str(one), "", "Ready", "Food", "FOOD", "1", "10.00", "KES", "6", "60.00", "KES", "6"],
    ]


def test_what_could_not_be_changed_by_serial_both_ways(scene: Scene) -> None:
    issuer_id = scene.issuer.issuer_id
    execute(
        scene,
        "INSERT INTO bulk (issuer_id, bulk_id, action, serials, actor, client_id, reason,"
        " serial_last, status) VALUES (%s, 1, 12, '{1}', 'cli:root', 0, 'why', 9, 'finished')",
        issuer_id,
    )
    for serial in range(5):
        execute(
            scene,
            "INSERT INTO bulk_refusal (issuer_id, bulk_id, serial, outcome) VALUES (%s, 1, %s, %s)",
            issuer_id,
            1000_0000_0000_0040 + serial,
            "expired" if serial % 2 else "blocked",
        )
    found = proved(refusals(1), office_of(scene), rows=5)
    assert [row.serial % 10 for row in found["serial"]] == [0, 1, 2, 3, 4]
    assert [row.serial % 10 for row in found["last"]] == [4, 3, 2, 1, 0]
    lines = taken(scene, "stock/bulk/1/export", sort="last", why="expired")
    assert lines == [
        ["1000 0000 0000 0043", "It has expired."],
        ["1000 0000 0000 0041", "It has expired."],
    ]
    entry = TrailEntry.objects.get(issuer_id=issuer_id, event="refusals.exported")
    assert entry.subject == "bulk:1"
    assert entry.after == {"why": "expired", "sort": "last", "format": "csv"}
    browser = scene.browser(scene.auditor)
    assert browser.post(scene.address("stock/bulk/2/export")).status_code == 404


def test_movements_by_age_and_amount(scene: Scene) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        for position, number in enumerate((300, 100, 300, 200)):
            reference = f"R{position}-{scene.issuer.code}"
            money = Money(number, "KES")
            if number == 200:
                withdraw(engine, issuer, SYSTEM, money, reference=reference)
            else:
                deposit(engine, issuer, SYSTEM, money, reference=reference)
        engine.commit()
    asked = scene.done(deposit_of(5000))
    office = office_of(scene)
    movements = movements_of(funding_account(office, 1))
    found = proved(movements, office, rows=6)  # one is the opening balance
    ids = [row.operation_id for row in found["oldest"]]
    assert ids == sorted(ids)
    assert [row.operation_id for row in found["newest"]] == ids[::-1]
    amounts = [row.money.amount_minor for row in found["amount"]]
    assert amounts[1:] == [5000, 300, 300, 200, 100]
    whose = [row.approved_by for row in found["amount"] if row.command_id == asked]
    assert whose == [["Paulo Mendes"]]
    lines = taken(scene, "money/1/export", kind="withdrawals")
    assert [(line[0], *line[3:5]) for line in lines] == [("Withdrawal", "-2.00", "KES")]
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert taken(scene, "money/1/export", since=tomorrow) == []
    assert scene.browser(scene.auditor).post(scene.address("money/7/export")).status_code == 404


def test_commands_by_age(scene: Scene) -> None:
    asked = [scene.prepare(deposit_of(number)) for number in (100, 200, 300)]
    done = scene.done(deposit_of(400))
    execute(
        scene,
        "UPDATE command SET prepared_at = '2026-11-01' WHERE issuer_id = %s AND command_id <> %s",
        scene.issuer.issuer_id,
        done,
    )
    found = proved(COMMANDS, office_of(scene), rows=4)
    assert [line.row.command_id for line in found["newest"]] == [done, *sorted(asked)[::-1]]
    assert [line.row.command_id for line in found["oldest"]] == [*sorted(asked), done]
    (line,) = taken(scene, "commands/export", status="done", kind="deposit")
    assert line[:2] == ["Deposit", "Done"]
    assert line[3:6] == ["4.00", "KES", "Fatuma Noor"]
    assert line[7:10] == ["for the autumn", "1", "1"]
    assert len(taken(scene, "commands/export", until="2026-11-01")) == 3
    assert taken(scene, "commands/export", kind="rotate_key") == []
