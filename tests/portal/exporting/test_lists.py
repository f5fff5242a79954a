"""Each order of a list gives every row once, page by page and as a file, and what it is filtered
by holds for the file: merchants, programmes, vouchers, calling systems and their people.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.databases import connected
from tests.given import SYSTEM, given_client, given_group, given_programme, given_stock
from tests.portal.commands.scenes import Scene, given_scene
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, parts_of_book, proved, sheet_of, walked
from tests.portal.exporting.offices import execute, names, office_of, taken
from tests.portal.given import given_person, given_shop_role, signed_in

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.issuer import open_issuer
from counterfoil.portal.access import Shop, ShopRole
from counterfoil.portal.models import (
    AcceptorRoleName,
    Delegation,
    MerchantProfile,
    Person,
    Role,
    TrailEntry,
)
from counterfoil.portal.orchestrator.clients.listed import CLIENTS
from counterfoil.portal.orchestrator.merchants.listed import MERCHANTS
from counterfoil.portal.orchestrator.people.listed import DELEGATIONS, PEOPLE
from counterfoil.portal.orchestrator.programmes.listed import PROGRAMMES
from counterfoil.portal.orchestrator.trail.listed import TRAIL
from counterfoil.portal.orchestrator.vouchers.listed import VOUCHERS
from counterfoil.portal.shop.listed import people_of


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def test_clients_by_name_and_newest(scene: Scene) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        for name in ("Till 2", "Till 3", "Till 1", "Till 4"):
            given_client(engine, issuer, name, ["redeem"])
    execute(
        scene,
        "UPDATE client SET status = 'revoked', key_digest = NULL"
        " WHERE issuer_id = %s AND name = 'Till 3'",
        scene.issuer.issuer_id,
    )
    found = proved(CLIENTS, office_of(scene), rows=4)
    assert names(found["name"]) == ["Till 1", "Till 2", "Till 3", "Till 4"]
    assert names(found["newest"]) == ["Till 4", "Till 1", "Till 3", "Till 2"]
    lines = taken(scene, "clients/export", sort="newest", status="active")
    assert [line[:3] for line in lines] == [
        [name, "In use", "Redeem vouchers"] for name in ("Till 4", "Till 1", "Till 2")
    ]
    answer = scene.browser(scene.auditor).post(
        scene.address("clients/export"), {"status": "revoked", "format": "xlsx"}
    )
    (head, row) = sheet_of(parts_of_book(answer))
    assert [cell[2] for cell in head.values()] == ["Name", "State", "May", "Registered (UTC)"]
    assert [row[column][2] for column in "ABC"] == ["Till 3", "Revoked", "Redeem vouchers"]


def test_merchants_by_name_newest_and_what_is_owed(scene: Scene) -> None:
    """Two of one name, applications among them, and one that is owed in two currencies."""
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        designs = [
            AcceptorDesign(name=name, kind="merchant", account=f"A-{at}")
            for at, name in enumerate(("Zuri", "Baba", "Baba", "=Evil"))
        ]
        zuri, baba, second, evil = create_acceptors(engine, issuer, SYSTEM, designs)
        engine.commit()
    issuer_id = scene.issuer.issuer_id
    execute(
        scene,
        "INSERT INTO funding_account (issuer_id, funding_account_id, fsp, account, currency)"
        " VALUES (%s, 2, 'bank', 'USD-1', 'USD')",
        issuer_id,
    )
    for account, acceptor_id, earned, paid in (
        (1, zuri, 500, 200),
        (1, second, 900, 0),
        (2, second, 100, 50),
        (1, evil, 700, 0),
    ):
        execute(
            scene,
            "INSERT INTO account (issuer_id, funding_account_id, kind, owner_id, debit_minor,"
            " credit_minor) VALUES (%s, %s, 5, %s, %s, %s)",
            issuer_id,
            account,
            acceptor_id,
            paid,
            earned,
        )
    for at, name in enumerate(("Baba", "Applies", "Applies")):
        MerchantProfile.objects.create(
            issuer_id=issuer_id,
            kind="merchant",
            status="submitted",
            origin="paper",
            made_by="person:1",
            changed_by="person:1",
            name=name,
            registered_name=name,
            created_at=datetime(2026, 1, 1 + at // 2, tzinfo=UTC),
        )
    found = proved(MERCHANTS, office_of(scene), rows=8)
    said = {order: [line.row.name for line in lines] for order, lines in found.items()}
    assert said["name"] == [
        "=Evil",
        "Applies",
        "Applies",
        "Asha Stores",
        "Baba",
        "Baba",
        "Baba",
        "Zuri",
    ]
    applied, registered = said["newest"][:3], said["newest"][3:]
    assert (applied[0], sorted(applied)) == ("Applies", ["Applies", "Applies", "Baba"])
    assert registered == ["=Evil", "Baba", "Baba", "Zuri", "Asha Stores"]
    assert said["owed"][:3] == ["Baba", "=Evil", "Zuri"]
    lines = taken(scene, "merchants/export", sort="owed", status="approved")
    assert [(line[0], *line[7:]) for line in lines[:4]] == [
        ("Baba", "9.00", "KES", "9.00", "KES"),
        ("Baba", "0.50", "USD", "0.50", "USD"),
        ("'=Evil", "7.00", "KES", "7.00", "KES"),
        ("Zuri", "3.00", "KES", "3.00", "KES"),
    ]
    assert sorted(line[0] for line in lines[4:]) == ["Asha Stores", "Baba"]
    assert baba != second


def test_programmes_by_state_name_and_start(scene: Scene) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        for code in ("DRY", "COLD", "WET"):
            given_programme(engine, issuer, code, budget_minor=5000)
        engine.commit()
    issuer_id = scene.issuer.issuer_id
    for code, status, starts in (
        ("DRY", "closed", date(2026, 3, 1)),
        ("COLD", "open", date(2026, 3, 1)),
        ("WET", "open", date(2026, 5, 1)),
    ):
        execute(
            scene,
            "UPDATE programme SET status = %s, starts_on = %s, name = 'P ' || code"
            " WHERE issuer_id = %s AND code = %s",
            status,
            starts,
            issuer_id,
            code,
        )
    found = proved(PROGRAMMES, office_of(scene), rows=4)
    first = next(row.code for row in found["state"] if row.code not in {"DRY", "COLD", "WET"})
    state = [code for code in names(found["state"], "code") if code != first]
    assert state == ["COLD", "WET", "DRY"]
    assert names(found["start"], "code") == ["WET", "DRY", "COLD", first]
    assert [code for code in names(found["name"], "code") if code != first] == [
        "COLD",
        "DRY",
        "WET",
    ]
    (line,) = taken(scene, "programmes/export", status="closed")
    assert line[:7] == ["P DRY", "DRY", "Closed", "50.00", "KES", "0.00", "KES"]
    assert line[7] == "2026-03-01"


def test_vouchers_by_name_code_newest_and_stock(scene: Scene) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        given_group(engine, issuer, "ZED", denominations=(1000, 2000))
        given_group(engine, issuer, "ANY", denominations=())
        given_group(engine, issuer, "MID")
        given_group(engine, issuer, "LOW")
        given_stock(engine, issuer, 3, group="ZED")
        given_stock(engine, issuer, 2, group="ZED", amount_minor=2000)
        given_stock(engine, issuer, 4, group="MID")
        engine.commit()
    execute(
        scene,
        "UPDATE group_version SET name = 'Same' WHERE issuer_id = %s AND name IN ('Zed', 'Any')",
        scene.issuer.issuer_id,
    )
    all_of = proved(VOUCHERS, office_of(scene), rows=5)
    ours = {"ZED", "ANY", "MID", "LOW"}
    found = {name: [r.code for r in rows if r.code in ours] for name, rows in all_of.items()}
    assert found == {
        "name": ["LOW", "MID", "ZED", "ANY"],
        "code": ["ANY", "LOW", "MID", "ZED"],
        "newest": ["LOW", "MID", "ANY", "ZED"],
        "stock": ["LOW", "MID", "ZED", "ANY"],
    }
    lines = taken(scene, "vouchers/export", name="zed")
    assert [(line[0], line[1], *line[7:]) for line in lines] == [
        ("Same", "ZED", "10.00", "KES", "3"),
        ("Same", "ZED", "20.00", "KES", "2"),
    ]
    (made_on_demand,) = taken(scene, "vouchers/export", name="any")
    assert made_on_demand[7:] == ["", "", ""]


def test_people_by_name_age_and_last_sign_in(scene: Scene) -> None:
    issuer = scene.issuer
    twins = [given_person(Role.OPERATOR, issuer=issuer, name="Twin") for _each in range(2)]
    ids = [
        row.person_id
        for row in walked(PEOPLE, office_of(scene), "sort=newest", at_once=1000)
        if issuer.issuer_id and row.roles
    ]
    assert ids == sorted(ids, reverse=True)
    everybody = len(walked(PEOPLE, office_of(scene), "", at_once=1000))
    Person.objects.filter(pk=twins[0].pk).update(last_login=datetime(2099, 1, 1, tzinfo=UTC))
    found = proved(PEOPLE, office_of(scene), rows=everybody)
    assert found["seen"][0].person_id == twins[0].pk
    told = [name for name in names(found["name"], "shown") if name == "Twin"]
    assert told == ["Twin", "Twin"]
    lines = taken(scene, "people/export", search="tWIN", role="operator", sort="seen")
    assert [line[:4] for line in lines] == [
        ["Twin", each.email, "Operator", "Off"] for each in twins
    ]
    assert lines[0][4] == "2099-01-01 00:00:00"
    assert taken(scene, "people/export", search="Twin", role="auditor") == []


def test_delegations_by_end_beginning_and_name(scene: Scene) -> None:
    today = datetime.now(UTC).date()
    for since, until in ((-9, -5), (-1, 3), (5, 9), (5, 9)):
        Delegation.objects.create(
            issuer_id=scene.issuer.issuer_id,
            from_person=scene.approver,
            to_person=scene.finance,
            from_date=today + timedelta(days=since),
            until_date=today + timedelta(days=until),
            reason=f"away {since}",
        )
    found = proved(DELEGATIONS, office_of(scene), rows=4)
    assert names(found["until"], "reason") == ["away 5", "away 5", "away -1", "away -9"]
    assert names(found["from"], "reason") == ["away -9", "away -1", "away 5", "away 5"]
    for state, reasons in (
        ("now", ["away -1"]),
        ("over", ["away -9"]),
        ("to_come", ["away 5"] * 2),
    ):
        lines = taken(scene, "people/delegations/export", scene.approver, state=state)
        assert [line[4] for line in lines] == reasons
        assert lines[0][:2] == ["Paulo Mendes", "Fatuma Noor"]


def test_the_trail_by_age(scene: Scene) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    for number in range(5):
        TrailEntry.objects.create(
            issuer_id=scene.issuer.issuer_id,
            actor=scene.operator.actor,
            event="settings.changed",
            subject="settings",
            at=at + timedelta(days=number // 2),
            reason=f"number {number}",
        )
    found = proved(TRAIL, office_of(scene), rows=5)
    said = [line.entry.reason[-1] for line in found["newest"]]
    assert said == ["4", "3", "2", "1", "0"]
    assert [line.entry.reason[-1] for line in found["oldest"]] == said[::-1]
    lines = taken(scene, "trail/export", since="2026-05-02", until="2026-05-02", sort="oldest")
    assert [line[8] for line in lines] == ["number 2", "number 3"]


def test_people_of_a_shop_by_role_name_and_age(scene: Scene) -> None:
    issuer = scene.issuer
    owner = given_person(name="Wanjiku")
    given_shop_role(owner, issuer, 1, AcceptorRoleName.OWNER)
    for name in ("Zawadi", "Baraka", "Baraka"):
        given_shop_role(given_person(name=name), issuer, 1, AcceptorRoleName.CASHIER)
    given_shop_role(given_person(name="Elsewhere"), issuer, 2, AcceptorRoleName.CASHIER)
    roles = frozenset({ShopRole.OWNER})
    shop = Shop(issuer.issuer_id, issuer.code, "Aid Agency", 1, "Asha Stores", owner, roles)
    found = proved(people_of(shop), shop, rows=4)
    assert names(found["role"], "shown") == ["Wanjiku", "Baraka", "Baraka", "Zawadi"]
    assert names(found["name"], "shown") == ["Baraka", "Baraka", "Wanjiku", "Zawadi"]
    assert names(found["newest"], "shown") == ["Baraka", "Baraka", "Zawadi", "Wanjiku"]
    address = scene.address("shop/1/people/export")
    lines = csv_of(signed_in(owner).post(address, {"role": "cashier", "sort": "newest"}))[1:]
    assert [line[0] for line in lines] == ["Baraka", "Baraka", "Zawadi"]
    entry = TrailEntry.objects.get(issuer_id=issuer.issuer_id, event="shop-people.exported")
    assert (entry.actor, entry.subject) == (owner.actor, "acceptor:1")
