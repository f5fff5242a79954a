"""What the issuer has set: explained, changed after approval, and nobody's change lost unseen."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.databases import connected
from tests.portal.commands.scenes import Scene, given_scene
from tests.portal.conftest import Portal
from tests.portal.filled import filled

from counterfoil.engine.commands.content import ChangeSettings, RotateKey
from counterfoil.engine.issuer import open_issuer
from counterfoil.portal.models import TrailEntry, portal_settings

QUERIES_MAX = 15


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def test_everybody_reads_what_is_set_and_what_it_means(scene: Scene) -> None:
    page = scene.browser(scene.auditor).get(scene.address("settings")).content.decode()
    assert "365 days" in page
    assert "3 days" in page
    assert "15 minutes" in page
    assert ">1,000<" in page
    assert "time to notice a change that somebody else asked for" in page
    assert "Change these settings" not in page
    assert scene.browser(scene.auditor).get(scene.address("settings/change")).status_code == 403


def test_a_change_is_prepared_with_what_differs_and_counts_once_approved(scene: Scene) -> None:
    browser = scene.browser(scene.administrator)
    address = scene.address("settings/change")
    sent = filled(
        browser, address, {"retention_days": "30", "activate_at_once": "on", "reason": "policy"}
    )
    answer = browser.post(address, sent)
    command_id = scene.the_command()
    assert answer.headers["Location"] == scene.address(f"commands/{command_id}")
    page = scene.browser(scene.approver).get(scene.address(f"commands/{command_id}/decide"))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert "Finished vouchers are kept was 365 days becomes 30 days" in text
    assert "Vouchers are active at once was No becomes Yes" in text
    assert "New bank data wait" not in text
    assert "are deleted soon after, for good" in text
    assert "waits for approval" in browser.get(scene.address("settings")).content.decode()
    asked = ChangeSettings(activate_at_once=True, retention_days=30)
    scene.decide(command_id, asked)
    assert scene.work() == ["done"]
    assert "30 days" in browser.get(scene.address("settings")).content.decode()


def test_a_form_that_changes_nothing_says_so(scene: Scene) -> None:
    browser, address = scene.browser(scene.administrator), scene.address("settings/change")
    page = browser.post(address, filled(browser, address, {"reason": "no reason"}))
    assert page.status_code == 200
    assert "Nothing here differs from what is set now." in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("cooling_off_days", "31"), ("retention_days", "-1"), ("miss_budget", "0")]
)
def test_a_value_that_cannot_be_is_told_beside_the_field(
    scene: Scene, field: str, value: str
) -> None:
    browser, address = scene.browser(scene.administrator), scene.address("settings/change")
    page = browser.post(address, filled(browser, address, {"reason": "why not", field: value}))
    assert page.status_code == 200
    assert f'id="id_{field}_error"' in page.content.decode()
    assert f'value="{value}"' in page.content.decode()


def test_what_somebody_else_changed_meanwhile_is_shown(scene: Scene) -> None:
    browser, address = scene.browser(scene.administrator), scene.address("settings/change")
    opened = filled(browser, address, {"retention_days": "30", "reason": "policy"})
    scene.done(ChangeSettings(retention_days=60), by=scene.finance.actor)
    page = browser.post(address, opened)
    assert page.status_code == 200
    assert "This was changed while you were writing" in page.content.decode()
    assert "60" in page.content.decode()


def test_when_accounts_are_verified_is_chosen(scene: Scene) -> None:
    browser, address = scene.browser(scene.administrator), scene.address("settings/change")
    sent = filled(browser, address, {"verify_accounts": "redemption", "reason": "policy"})
    browser.post(address, sent)
    command_id = scene.the_command()
    page = scene.browser(scene.approver).get(scene.address(f"commands/{command_id}/decide"))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert "was Never becomes Again and again, for what is paid at once" in text
    scene.decide(command_id, ChangeSettings(verify_accounts="redemption"))
    assert scene.work() == ["done"]
    page = browser.get(scene.address("settings"))
    assert "Again and again, for what is paid at once" in page.content.decode()


def test_a_double_click_prepares_one_command(scene: Scene) -> None:
    browser, address = scene.browser(scene.administrator), scene.address("settings/change")
    sent = filled(browser, address, {"retention_days": "30", "reason": "policy"})
    first, second = browser.post(address, sent), browser.post(address, sent)
    assert first.headers["Location"] == second.headers["Location"]
    other = browser.post(address, sent | {"retention_days": "40"})
    assert "That form was sent before, with something else in it." in other.content.decode()


def test_a_data_key_is_replaced_after_approval(scene: Scene) -> None:
    browser = scene.browser(scene.administrator)
    page = browser.get(scene.address("settings/keys")).content.decode()
    assert page.count("Version 1") == 5
    assert page.count("In use") == 5
    address = scene.address("settings/keys/journal/rotate")
    answer = browser.post(address, filled(browser, address, {"reason": "yearly"}))
    command_id = scene.the_command()
    assert answer.headers["Location"] == scene.address(f"commands/{command_id}")
    assert "Waits for approval" in browser.get(scene.address("settings/keys")).content.decode()
    scene.decide(command_id, RotateKey(purpose="journal"))
    assert scene.work() == ["done"]
    page = browser.get(scene.address("settings/keys")).content.decode()
    assert "Version 2" in page
    assert "Moving to the new key" in page
    assert browser.get(scene.address("settings/keys/house/rotate")).status_code == 404


def test_the_portals_role_never_reads_a_key(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_column_privilege('data_key', 'wrapped', 'SELECT')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_column_privilege('data_key', 'state', 'SELECT')")
        assert cursor.fetchone() == (True,)
    assert scene.issuer.issuer_id


def test_the_portal_is_set_at_once_and_in_the_trail(scene: Scene) -> None:
    browser, address = scene.browser(scene.administrator), scene.address("settings/portal")
    sent = filled(
        browser,
        address,
        {"language": "es", "time_zone": "Africa/Nairobi"},
        without=("merchants_apply",),
    )
    assert browser.post(address, sent).status_code == 302
    kept = portal_settings(scene.issuer.issuer_id)
    assert (kept.language, kept.time_zone, kept.merchants_apply) == ("es", "Africa/Nairobi", False)
    entry = TrailEntry.objects.get(issuer_id=scene.issuer.issuer_id, event="settings.changed")
    assert entry.before == {"language": "en", "time_zone": "UTC", "merchants_apply": True}
    assert entry.after == {
        "language": "es",
        "time_zone": "Africa/Nairobi",
        "merchants_apply": False,
    }
    assert entry.actor == scene.administrator.actor
    assert entry.address == browser.defaults.get("REMOTE_ADDR", "127.0.0.1")
    stale = browser.post(address, sent | {"language": "en", "command_id": str(uuid4())})
    assert "Adaeze Obi changed this while you were writing" in stale.content.decode()
    assert portal_settings(scene.issuer.issuer_id).language == "es"
    assert browser.post(address, sent | {"time_zone": "Mars/Olympus"}).status_code == 200
    assert "EAT" in browser.get(scene.address("trail")).content.decode()  # as the clocks are there
    reader = scene.browser(scene.operator)
    assert "Africa/Nairobi" in reader.get(address).content.decode()
    assert reader.post(address, sent).status_code == 403


def test_who_has_set_nothing_has_the_defaults(scene: Scene) -> None:
    kept = portal_settings(scene.issuer.issuer_id)
    assert (kept.language, kept.time_zone, kept.merchants_apply) == ("en", "UTC", True)


def test_no_page_asks_the_database_too_much(scene: Scene) -> None:
    scene.prepare(ChangeSettings(retention_days=1))
    scene.prepare(RotateKey(purpose="seal"))
    browser = scene.browser(scene.administrator)
    for path in (
        "settings",
        "settings/change",
        "settings/portal",
        "settings/keys",
        "settings/keys/seal/rotate",
        "settings/approvals",
        "settings/approvals/deposit",
    ):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(scene.address(path)).status_code == 200
        assert len(queries) <= QUERIES_MAX, path


def test_what_is_set_is_what_the_engine_decides_by(scene: Scene) -> None:
    scene.done(ChangeSettings(cooling_off_days=0, miss_budget=4), by=scene.administrator.actor)
    with connected(scene.portal.url) as engine:
        settings = open_issuer(engine, scene.issuer.code, scene.portal.provider).catalogue.settings
    assert (settings.cooling_off_days, settings.miss_budget) == (0, 4)
