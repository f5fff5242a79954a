"""What commands, the journal and the trail are about, by the names that people gave."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.databases import connected
from tests.given import SYSTEM, given_group, given_stock
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.commands.test_approvals import text_of
from tests.portal.conftest import Portal
from tests.portal.given import given_office

from counterfoil.engine.acceptors import create_acceptor_group
from counterfoil.engine.commands.content import PauseGroup, ProvisionStock
from counterfoil.portal.access import Office
from counterfoil.portal.models import MerchantKind, MerchantProfile, Origin, Role
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of


@pytest.fixture
def scene(portal: Portal) -> Scene:
    scene = given_scene(portal)
    with connected(portal.url) as engine:
        given_group(engine, scene.issuer)
        given_stock(engine, scene.issuer, 5)
        create_acceptor_group(
            engine, scene.issuer, SYSTEM, code="PHARM", name="Pharmacies of the coast"
        )
    return scene


def office_of(scene: Scene) -> Office:
    issuer = scene.issuer
    return Office(
        issuer.issuer_id, issuer.code, "Aid Agency", scene.operator, frozenset({Role.OPERATOR})
    )


def profile_of(issuer_id: int) -> MerchantProfile:
    return MerchantProfile.objects.create(
        id=uuid4(),
        issuer_id=issuer_id,
        kind=MerchantKind.MERCHANT,
        origin=Origin.PAPER,
        name="Lamu Dhow Provisions",
        made_by="cli:test",
    )


def test_things_are_called_by_their_names_and_their_codes_stand_beside(scene: Scene) -> None:
    profile = profile_of(scene.issuer.issuer_id)
    keys = ["group:FOOD-AID:1", "acceptor-group:PHARM", "programme:PROGRAMME-1", "provision:1"]
    keys += [f"profile:{profile.pk}", "acceptor:1", f"issuer:{scene.issuer.code}", "approvals:x"]
    with CaptureQueriesContext(connection) as queries:
        found = subjects_of(office_of(scene), [*keys, scene.approver.actor])
    assert len(queries) == 2
    told = {key: (found[key].text, found[key].code) for key in keys}
    assert told == {
        "group:FOOD-AID:1": ("Food-Aid", ""),  # its code says no more than its name
        "acceptor-group:PHARM": ("Pharmacies of the coast", "PHARM"),
        "programme:PROGRAMME-1": (_programme(scene), "PROGRAMME-1"),
        "provision:1": ("Provision 1 of Food-Aid", ""),
        f"profile:{profile.pk}": ("Lamu Dhow Provisions", ""),
        "acceptor:1": ("Asha Stores", ""),
        f"issuer:{scene.issuer.code}": ("Aid Agency", ""),
        "approvals:x": ("Approval rules", ""),
    }
    assert all(found[key].url for key in keys)


def test_what_is_not_there_is_called_by_its_key(scene: Scene) -> None:
    stranger = profile_of(given_office(scene.portal).issuer_id)
    keys = ("group:NEW", "programme:NEW", "provision:99", "acceptor-group:NEW", "odd:1")
    found = subjects_of(office_of(scene), [*keys, f"profile:{stranger.pk}"])
    assert [found[key].text for key in keys] == [
        "Voucher NEW",
        "Programme NEW",
        "Provision 99",
        "Group of merchants NEW",
        "odd:1",
    ]
    assert found[f"profile:{stranger.pk}"].text == "Application of a merchant"
    assert found["odd:1"] == Subject("odd:1")


def test_pages_show_the_name_and_the_code_small_beside_it(scene: Scene) -> None:
    scene.prepare(deposit_of(100))
    scene.done(PauseGroup(code="FOOD-AID"))
    asked = ProvisionStock(
        group="FOOD-AID", group_version=1, amount_minor=1000, currency="KES", count=3
    )
    scene.prepare(asked, by=scene.operator.actor)
    page = text_of(scene.browser(scene.approver), scene.address("approvals"))
    assert "Provision of vouchers · 30.00 KES Food-Aid · prepared by Otieno Ouma" in page
    assert re.search(r"Account [^ ]+ · KES · prepared by Fatuma Noor", page)


def _programme(scene: Scene) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM programme WHERE issuer_id = %s AND code = 'PROGRAMME-1'",
            [scene.issuer.issuer_id],
        )
        return str(cursor.fetchone()[0])
