"""Who sees a list takes it and nobody else; nobody else's rows are in it; it is what the page
shows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from tests.databases import connected
from tests.given import given_client
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, pages_of
from tests.portal.exporting.offices import given_client_named, taken

from counterfoil.engine.issuer import open_issuer
from counterfoil.portal.models import (
    Delegation,
    Person,
    TrailEntry,
)


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


@dataclass(frozen=True)
class Export:
    path: str
    forbidden: Callable[[Scene], Sequence[Person]] = lambda _scene: ()


def _not_auditing(scene: Scene) -> Sequence[Person]:
    return scene.operator, scene.finance, scene.approver


EXPORTS = [
    Export("merchants/export"),
    Export("vouchers/export"),
    Export("stock/export"),
    Export("money/1/export"),
    Export("programmes/export"),
    Export("clients/export"),
    Export("commands/export"),
    Export("people/export", _not_auditing),
    Export("people/delegations/export", lambda scene: (scene.operator, scene.finance)),
    Export("trail/export", _not_auditing),
]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.path)
def test_who_sees_a_list_takes_it_and_nobody_else(scene: Scene, export: Export) -> None:
    address, forbidden = scene.address(export.path), export.forbidden(scene)
    everybody = (scene.administrator, scene.operator, scene.finance, scene.approver, scene.auditor)
    for person in everybody:
        status = 403 if person in forbidden else 200
        answer = scene.browser(person).post(address)
        assert answer.status_code == status, person.name
        if status == 200:
            csv_of(answer)
    assert scene.browser(scene.administrator).get(address).status_code == 405
    entries = TrailEntry.objects.filter(issuer_id=scene.issuer.issuer_id)
    assert entries.count() == len(everybody) - len(forbidden)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.path)
def test_nobody_elses_rows_are_in_it(portal: Portal, scene: Scene, export: Export) -> None:
    """What another issuer's file gains, this one's has not."""
    other = given_scene(portal)
    filled = (other, scene)
    for each in filled:
        given_client_named(each, f"Till of {each.issuer.code}")
        each.prepare(deposit_of(100), reason=f"for {each.issuer.code}")
        Delegation.objects.create(
            issuer_id=each.issuer.issuer_id,
            from_person=each.approver,
            to_person=each.finance,
            from_date=date(2026, 1, 1),
            until_date=date(2026, 1, 2),
            reason=f"for {each.issuer.code}",
        )
    text = str(taken(scene, export.path))
    assert other.issuer.code not in text
    for person in (other.administrator, other.operator, other.finance, other.approver):
        assert person.email not in text
        assert person.actor + "'" not in text
    stranger = other.browser(other.administrator)
    assert stranger.post(scene.address(export.path)).status_code == 404


def test_a_page_leads_through_the_whole_list_in_its_order_and_exports_what_it_shows(
    scene: Scene,
) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        for number in range(120):
            given_client(engine, issuer, f"Till {number % 60:03}/{number}", ["redeem"])
    browser, address = scene.browser(scene.auditor), scene.address("clients")
    for order in ("name", "newest"):
        pages = list(pages_of(browser, address, f"?sort={order}&status=active"))
        assert len(pages) == 3
        shown = [word for page in pages for word in page.split('">') if word.startswith("Till ")]
        told = [name.partition("<")[0] for name in shown]
        lines = taken(scene, "clients/export", scene.auditor, sort=order, status="active")
        assert told == [line[0] for line in lines]
        assert len(set(told)) == 120
        assert '<input type="hidden" name="status" value="active">' in pages[1]
        assert f'<input type="hidden" name="sort" value="{order}">' in pages[1]
        assert 'name="after"' not in pages[1]
        assert f'<option value="{order}" selected>' in pages[1]


def test_a_list_of_nothing_has_no_head_and_its_file_only_headings(scene: Scene) -> None:
    page = scene.browser(scene.auditor).get(scene.address("clients")).content.decode()
    assert "list-head" not in page
    filtered = scene.browser(scene.auditor).get(scene.address("clients") + "?status=revoked")
    assert "list-head" in filtered.content.decode()
    assert 'name="format"' not in filtered.content.decode()
    assert taken(scene, "clients/export") == []


def test_a_file_needs_a_token_of_the_page(scene: Scene) -> None:
    browser = scene.browser(scene.auditor)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(scene.address("clients/export")).status_code == 403
