"""Calling systems: registered after approval, given a key that is shown once, changed, revoked."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.databases import connected
from tests.given import given_client
from tests.net import Net
from tests.portal.commands.scenes import Scene, given_scene
from tests.portal.conftest import Portal
from tests.portal.filled import filled
from tests.portal.given import given_office, given_person, signed_in

from counterfoil.engine.commands.content import ChangeClient, CreateClient, ReplaceClientKey
from counterfoil.engine.issuer import open_issuer
from counterfoil.engine.queries import KnownClient, client_of_key
from counterfoil.keys.digests import api_key_digest
from counterfoil.portal.models import Role, TrailEntry

QUERIES_MAX = 15
_KEY = re.compile(r'id="key">(cf_[a-z2-7]{52})<')


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def registered(scene: Scene, name: str = "Tills") -> int:
    """Approved, without a key."""
    command_id = scene.done(
        CreateClient(name=name, scopes=("redeem", "status")), by=scene.administrator.actor
    )
    _status, outcome = scene.status(command_id)
    assert outcome is not None
    return int(outcome.removeprefix("client:"))


def key_made(scene: Scene, client_id: int) -> str:
    browser = scene.browser(scene.administrator)
    address = scene.address(f"clients/{client_id}/key")
    page = browser.post(address, filled(browser, address))
    key = _KEY.search(page.content.decode())
    assert key is not None, page.content
    assert "no-store" in page.headers["Cache-Control"]
    return key[1]


def owner_of(scene: Scene, key: str) -> KnownClient | None:
    with connected(scene.portal.url) as engine:
        return client_of_key(engine, api_key_digest(key))


def test_a_system_is_registered_after_approval_and_its_key_shown_once(
    scene: Scene, tmp_path: Path
) -> None:
    browser = scene.browser(scene.administrator)
    address = scene.address("clients/new")
    sent = filled(
        browser,
        address,
        {"name": "Tills of Kibera", "scopes": ["redeem", "status"], "reason": "the tills"},
    )
    answer = browser.post(address, sent)
    command_id = scene.the_command()
    assert answer.headers["Location"] == scene.address(f"commands/{command_id}")
    listed = browser.get(scene.address("clients")).content.decode()
    assert "Tills of Kibera, prepared by Adaeze Obi, waits for approval." in listed
    scene.decide(command_id, CreateClient(name="Tills of Kibera", scopes=("redeem", "status")))
    assert scene.work() == ["done"]
    told = browser.get(scene.address(f"commands/{command_id}")).content.decode()
    assert scene.address("clients/1") in told
    page = browser.get(scene.address("clients/1")).content.decode()
    assert "It has no key and can call nothing yet." in page
    assert "Paulo Mendes" in page
    key = key_made(scene, 1)
    assert owner_of(scene, key) is None  # until the worker has been there
    assert scene.work() == ["done"]
    known = owner_of(scene, key)
    assert known is not None
    assert (known.name, sorted(known.scopes)) == ("Tills of Kibera", ["redeem", "status"])
    net = Net(tmp_path)
    net.add(key)
    kept = [str(row) for row in _everything(scene)]
    assert net.caught_in(kept, tmp_path) == []
    assert browser.get(scene.address("clients/1/key")).status_code == 302  # it has one


def _everything(scene: Scene) -> list[object]:
    """What is kept of the portal and of commands, sessions included."""
    found: list[object] = [session.get_decoded() for session in Session.objects.all()]
    found += list(TrailEntry.objects.filter(issuer_id=scene.issuer.issuer_id).values())
    with connection.cursor() as cursor:
        for statement in ("SELECT c FROM command AS c", "SELECT c FROM client AS c"):
            cursor.execute(statement)
            found += cursor.fetchall()
    return found


def test_a_second_press_makes_no_second_key(scene: Scene) -> None:
    client_id = registered(scene)
    browser = scene.browser(scene.administrator)
    address = scene.address(f"clients/{client_id}/key")
    sent = filled(browser, address)
    first = _KEY.search(browser.post(address, sent).content.decode())
    again = browser.post(address, sent).content.decode()
    assert first is not None
    assert _KEY.search(again) is None
    assert "A key was made with this form already" in again
    assert scene.work() == ["done"]
    assert owner_of(scene, first[1]) is not None


def test_of_two_who_make_a_key_at_once_one_is_told_that_it_does_not_count(scene: Scene) -> None:
    client_id = registered(scene)
    keys = [key_made(scene, client_id) for _each in range(2)]
    assert sorted(str(each) for each in scene.work()) == ["done", "refused"]
    assert [owner_of(scene, key) is not None for key in keys] == [True, False]
    browser = scene.browser(scene.administrator)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT command_id, status FROM command"
            " WHERE issuer_id = %s AND kind = 'set_client_key'",
            [scene.issuer.issuer_id],
        )
        made = dict(cursor.fetchall())
    said = {
        status: browser.get(scene.address(f"clients/{client_id}/key/{command_id}")).content.decode()
        for command_id, status in made.items()
    }
    assert "The key counts from now on." in said["done"]
    assert "This key does not count" in said["refused"]
    other = scene.address(f"clients/{client_id + 1}/key/{next(iter(made))}")
    assert browser.get(other).status_code == 404


def test_a_key_is_asked_for_by_who_has_signed_in_just_now(scene: Scene) -> None:
    client_id = registered(scene)
    later = scene.browser(scene.administrator, seconds_ago=600)
    answer = later.get(scene.address(f"clients/{client_id}/key"))
    assert "/portal/account/again" in answer.headers["Location"]
    for person in (scene.finance, scene.operator, scene.approver, scene.auditor):
        browser = scene.browser(person)
        assert browser.get(scene.address(f"clients/{client_id}/key")).status_code == 403
        assert browser.post(scene.address(f"clients/{client_id}/key")).status_code == 403
        assert browser.get(scene.address(f"clients/{client_id}")).status_code == 200


def test_a_key_is_replaced_after_approval(scene: Scene) -> None:
    client_id = registered(scene)
    first = key_made(scene, client_id)
    scene.work()
    browser = scene.browser(scene.administrator)
    address = scene.address(f"clients/{client_id}/replace-key")
    assert browser.post(address, filled(browser, address, {"reason": "yearly"})).status_code == 302
    assert owner_of(scene, first) is not None
    scene.decide(scene.the_command(), ReplaceClientKey(client_id=client_id))
    assert scene.work() == ["done"]
    assert owner_of(scene, first) is None
    assert "Has no key yet" in browser.get(scene.address("clients")).content.decode()
    second = key_made(scene, client_id)
    assert scene.work() == ["done"]
    assert owner_of(scene, second) is not None


def test_what_it_may_do_changes_after_approval(scene: Scene) -> None:
    client_id = registered(scene)
    browser = scene.browser(scene.administrator)
    address = scene.address(f"clients/{client_id}/change")
    nothing = browser.post(address, filled(browser, address, {"reason": "none"}))
    assert "Nothing here differs from what it may do now." in nothing.content.decode()
    alone = filled(browser, address, {"scopes": ["unattended"], "reason": "x"})
    assert "Choose both, or neither." in browser.post(address, alone).content.decode()
    limit = filled(browser, address, {"scopes": ["redeem"], "limit": "10", "reason": "x"})
    assert "Only a system that may act unattended has a limit." in (
        browser.post(address, limit).content.decode()
    )
    scopes = ["admin", "unattended"]
    sent = filled(
        browser, address, {"scopes": scopes, "limit": "5,000.00", "reason": "the treasury"}
    )
    assert browser.post(address, sent).status_code == 302
    command_id = scene.the_command()
    page = scene.browser(scene.approver).get(scene.address(f"commands/{command_id}/decide"))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert "was Redeem vouchers, Ask about vouchers becomes Administer, Act unattended" in text
    assert "becomes Up to 5,000.00 KES in one step" in text
    assert "without anybody" in text
    asked = ChangeClient(
        client_id=client_id, scopes=("admin", "unattended"), unattended_minor_max=500_000
    )
    scene.decide(command_id, asked)
    assert scene.work() == ["done"]
    shown = browser.get(scene.address(f"clients/{client_id}")).content.decode()
    assert "Up to 5,000.00\N{NO-BREAK SPACE}KES in one step" in shown


def test_a_revoked_system_calls_nothing_and_changes_no_more(scene: Scene) -> None:
    client_id = registered(scene)
    key = key_made(scene, client_id)
    scene.work()
    browser = scene.browser(scene.administrator)
    address = scene.address(f"clients/{client_id}/revoke")
    without = browser.post(address, filled(browser, address))
    assert without.status_code == 200  # a reason is missing
    assert browser.post(address, filled(browser, address, {"reason": "stolen"})).status_code == 302
    assert scene.work() == ["done"]  # nobody else is asked
    known = owner_of(scene, key)
    assert known is not None
    assert not known.active
    for path in ("change", "revoke", "key", "replace-key"):
        assert browser.get(scene.address(f"clients/{client_id}/{path}")).status_code == 302
    page = browser.get(scene.address(f"clients/{client_id}")).content.decode()
    assert "Revoked" in page
    assert "stolen" in page


def test_names_are_taken_once(scene: Scene) -> None:
    registered(scene, "Tills")
    browser, address = scene.browser(scene.administrator), scene.address("clients/new")
    sent = filled(browser, address, {"name": " tills ", "scopes": ["redeem"], "reason": "again"})
    assert "There is a calling system of that name." in browser.post(address, sent).content.decode()


def test_systems_are_listed_by_name_filtered_and_paged(scene: Scene) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        for number in range(52):
            given_client(engine, issuer, f"Till {number:02}", ["redeem"])
    registered(scene, "Without a key")
    browser = scene.browser(scene.auditor)
    first = browser.get(scene.address("clients")).content.decode()
    assert "Till 00" in first
    assert "Till 51" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = browser.get(scene.address("clients") + following[1]).content.decode()
    assert "Till 51" in second
    assert "Without a key" in second
    keyless = browser.get(scene.address("clients") + "?status=keyless").content.decode()
    assert "Without a key" in keyless
    assert "Till 00" not in keyless
    assert browser.get(scene.address("clients") + "?status=revoked").status_code == 200
    assert scene.address("clients/new") not in first
    assert browser.get(scene.address("clients/new")).status_code == 403


def test_who_made_it_by_the_command_line_is_told(scene: Scene) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        given_client(engine, issuer, "Old", ["redeem"])
    page = scene.browser(scene.auditor).get(scene.address("clients/1")).content.decode()
    assert "nobody else" in page
    assert "Nothing among the last 20,000 entries of the journal." in page


def test_another_issuers_systems_are_not_there(portal: Portal, scene: Scene) -> None:
    client_id = registered(scene)
    other = given_office(portal)
    neighbour = signed_in(given_person(Role.ADMINISTRATOR, issuer=other))
    for path in ("", "/change", "/revoke", "/key", "/replace-key", f"/key/{uuid4()}"):
        assert neighbour.get(f"/portal/{other.code}/clients/{client_id}{path}").status_code == 404
        assert neighbour.get(scene.address(f"clients/{client_id}{path}")).status_code == 404
    assert "Tills" not in neighbour.get(f"/portal/{other.code}/clients").content.decode()


def test_no_page_asks_the_database_too_much(scene: Scene) -> None:
    client_id = registered(scene)
    key_made(scene, client_id)
    scene.prepare(ChangeClient(client_id=client_id, scopes=("status",)))
    browser = scene.browser(scene.administrator)
    for path in ("", "/new", f"/{client_id}", f"/{client_id}/change", f"/{client_id}/revoke"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(scene.address(f"clients{path}")).status_code == 200
        assert len(queries) <= QUERIES_MAX, path
