"""What an organisation sees of its vouchers, and what it does with them."""

import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as portal_connection
from django.test.utils import CaptureQueriesContext
from tests.databases import connected
from tests.given import SYSTEM, ask
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, proved
from tests.portal.given import (
    Page,
    given_buyer_role,
    given_office,
    given_person,
    hidden,
    signed_in,
)
from tests.portal.handovers.scene import (
    PASSWORD,
    PEOPLE,
    Scene,
    csv_file,
    given_buyer_of,
    given_scene,
    handover_of,
    numbers_in_sheet,
    sheet_rows,
)

from counterfoil.engine.commands.sale_content import ChangeOwnVouchers, ForgetHandover, HandOut
from counterfoil.engine.handing_out import HandoverAsked
from counterfoil.engine.operation import Change, Outcome
from counterfoil.portal.access import Buyer, BuyerRole, Office
from counterfoil.portal.buyer.handovers import HANDOVERS
from counterfoil.portal.buyer.vouchers_listed import ALLOCATIONS, vouchers_of
from counterfoil.portal.models import OrganisationRoleName, Role
from counterfoil.portal.orchestrator.changes import shown
from counterfoil.voucher import Action, State

QUERIES_MAX = 15


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def act(scene: Scene, word: str, **fields: object) -> Page:
    url = f"{scene.root}/vouchers/change/{word}"
    command_id = hidden(scene.browser.get(url), "command_id")
    return scene.browser.post(url, {"command_id": command_id, **fields})


def acted(scene: Scene, word: str, **fields: object) -> str:
    """The page that tells what came of it, after the worker has been there."""
    answer = act(scene, word, **fields)
    assert answer.status_code == 302, answer.content.decode()
    scene.work()
    return scene.browser.get(answer.headers["Location"]).content.decode()


def by_issuer(scene: Scene, action: Action, serial: int) -> None:
    with connected(scene.portal.url) as connection:
        scene.issuer.catch_up(connection)
        change = Change(caller=SYSTEM, action=action, serial=serial, reason="Found in a bin")
        (answer,) = ask(connection, scene.issuer, change)
        assert answer.outcome is Outcome.DONE


def test_it_sees_how_many_are_left_and_what_became_of_the_rest(scene: Scene) -> None:
    handover_id = scene.hand_out()
    numbers = numbers_in_sheet(scene.fetch(handover_id))
    scene.redeem(numbers[0])
    scene.work()
    page = scene.get(f"vouchers/bought/{scene.allocation_id}")
    figures = re.findall(r"<dt>.*?</dt><dd>(\d+)</dd>", page)
    assert figures == ["10", "7", "2", "1", "0"]
    assert "Asha Mwangi" in page
    assert "José Núñez" in page


def test_a_voucher_says_who_has_it_and_where_it_was_used(scene: Scene) -> None:
    row = sheet_rows(scene.fetch(scene.hand_out()))[1]
    number, serial = row[3].replace(" ", ""), row[7].replace(" ", "")
    page = scene.get(f"voucher/{serial}")
    assert "José Núñez" in page
    assert "HH-002" in page
    assert "Dora Distributor" in page
    scene.redeem(number)
    page = scene.get(f"voucher/{serial}")
    assert "Redeemed" in page
    assert "Handed out, and active" in page
    assert number not in page
    assert row[3] not in page


def test_a_person_is_found_without_a_word_in_an_address(scene: Scene) -> None:
    scene.hand_out()
    answer = scene.browser.post(f"{scene.root}/vouchers/find", {"wanted": "hh-003"})
    page = answer.content.decode()
    assert "Li Wei" in page
    assert "HH-002" not in page
    (serial,) = set(re.findall(r"/voucher/(\d{16})", page))
    by_serial = scene.browser.post(f"{scene.root}/vouchers/find", {"wanted": serial})
    assert by_serial.headers["Location"] == f"{scene.root}/voucher/{serial}"
    nobody = scene.browser.post(f"{scene.root}/vouchers/find", {"wanted": "HH-999"})
    assert "nobody of that reference" in nobody.content.decode()


def test_what_waits_is_activated_by_reference_file_or_serial(scene: Scene) -> None:
    scene.hand_out(at_once="no")
    serials = sorted(scene.states())
    assert set(scene.states().values()) == {State.PREACTIVATED}
    assert "1 changed, 0 could not" in acted(scene, "activate", vouchers="hh-001")
    file = SimpleUploadedFile("them.csv", b"Reference,Name\nHH-002,Jose\n")
    assert "1 changed, 0 could not" in acted(scene, "activate", file=file)
    assert "1 changed, 0 could not" in acted(scene, "activate", vouchers=str(serials[2]))
    assert set(scene.states().values()) == {State.ACTIVE}


def test_what_is_suspended_goes_on_again(scene: Scene) -> None:
    row = sheet_rows(scene.fetch(scene.hand_out()))[0]
    number, serial = row[3].replace(" ", ""), row[7]
    page = acted(scene, "suspend", vouchers=serial, reason="She moved away")
    assert "1 changed" in page
    assert "She moved away" in page
    assert scene.redeem(number)[0].outcome is Outcome.SUSPENDED
    acted(scene, "unsuspend", vouchers=serial, reason="She came back")
    assert scene.redeem(number)[0].outcome is Outcome.DONE


@pytest.mark.parametrize("action", [Action.SUSPEND, Action.BLOCK])
def test_what_the_issuer_stopped_it_neither_lets_go_on_nor_replaces(
    scene: Scene, action: Action
) -> None:
    scene.hand_out()
    serial = min(scene.states())
    by_issuer(scene, action, serial)
    page = acted(scene, "unsuspend", vouchers=str(serial), reason="Let it go on")
    assert "only the issuer lets it go on" in page
    begun = act(scene, "replace", vouchers=str(serial), reason="Lost it")
    sent = scene.send(begun.headers["Location"])
    scene.work()
    page = scene.get(f"handovers/{handover_of(sent)}")
    assert "only the issuer lets it go on" in page
    assert len(scene.states()) == 3
    page = scene.get(f"voucher/{serial}")
    assert "Only the issuer lets it go on" in page
    assert f"/change/replace?serial={serial}" not in page


def test_a_lost_one_is_replaced_for_the_same_person(scene: Scene) -> None:
    old = sheet_rows(scene.fetch(scene.hand_out()))[0]
    begun = act(scene, "replace", vouchers=PEOPLE[0][0], reason="Lost on the way home")
    page = scene.browser.get(begun.headers["Location"]).content.decode()
    assert "Asha Mwangi" in page
    sent = scene.send(begun.headers["Location"])
    scene.work()
    (new,) = sheet_rows(scene.fetch(handover_of(sent)))
    assert new[:2] == list(PEOPLE[0])
    answers = scene.redeem(*(row[3].replace(" ", "") for row in (old, new)))
    assert [answer.outcome for answer in answers] == [Outcome.ALREADY_CANCELLED, Outcome.DONE]
    old_serial, new_serial = (row[7].replace(" ", "") for row in (old, new))
    page = scene.get(f"voucher/{old_serial}")
    assert f"/voucher/{new_serial}" in page
    page = scene.get(f"voucher/{new_serial}")
    assert f"/voucher/{old_serial}" in page
    assert "Asha Mwangi" in page


def test_what_names_nothing_is_said_and_nothing_changes(scene: Scene) -> None:
    scene.hand_out()
    answer = act(scene, "suspend", vouchers="HH-001\nHH-404\n1234", reason="Just so")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "“HH-404” (2)" in page
    assert "“1234” (3)" in page
    assert set(scene.states().values()) == {State.ACTIVE}


def test_the_same_form_twice_changes_once(scene: Scene) -> None:
    scene.hand_out()
    url = f"{scene.root}/vouchers/change/suspend"
    sent = {
        "command_id": hidden(scene.browser.get(url), "command_id"),
        "vouchers": "HH-001",
        "reason": "Lost it",
    }
    first, again = scene.browser.post(url, sent), scene.browser.post(url, sent)
    assert first.headers["Location"] == again.headers["Location"]
    scene.work()
    later = scene.browser.post(url, sent)
    assert later.headers["Location"] == first.headers["Location"]
    assert "1 changed, 0 could not" in scene.browser.get(later.headers["Location"]).content.decode()


def test_another_organisation_and_another_issuer_see_nothing(portal: Portal) -> None:
    scene = given_scene(portal)
    handover_id = scene.hand_out()
    serial = min(scene.states())
    review = scene.begin().headers["Location"]
    changed = act(scene, "suspend", vouchers="HH-001", reason="Lost it").headers["Location"]
    with connected(portal.url) as connection:
        scene.issuer.catch_up(connection)
        other = given_buyer_of(portal, connection, scene.issuer, "Water For All", 3)
    for path in (
        f"vouchers/bought/{scene.allocation_id}",
        f"voucher/{serial}",
        f"handovers/{handover_id}",
        review.removeprefix(f"{scene.root}/"),
        changed.removeprefix(f"{scene.root}/"),
    ):
        assert other.browser.get(f"{other.root}/{path}").status_code == 404, path
        assert other.browser.get(f"{scene.root}/{path}").status_code == 404, path
    for path, sent in (
        (f"handovers/{handover_id}/fetch", {"password": PASSWORD}),
        (f"handovers/{handover_id}/replace", {}),
        (review.removeprefix(f"{scene.root}/"), {"own": PASSWORD}),
        (review.removeprefix(f"{scene.root}/").replace("review", "discard"), {}),
        (f"vouchers/bought/{scene.allocation_id}/export", {}),
    ):
        assert other.browser.post(f"{other.root}/{path}", sent).status_code == 404, path
    page = other.browser.post(f"{other.root}/vouchers/find", {"wanted": "HH-001"}).content.decode()
    assert "Asha" not in page
    theirs = act(other, "suspend", vouchers=str(serial), reason="Not mine")
    assert "No voucher of yours" in theirs.content.decode()
    begun = other.begin(allocation=scene.allocation_id)
    assert begun.status_code == 200
    stranger = signed_in(given_person(Role.OPERATOR, issuer=given_office(portal)))
    assert stranger.get(f"{scene.root}/handovers/{handover_id}").status_code == 404


def test_a_manager_sees_and_does_not_hand_out(scene: Scene) -> None:
    handover_id = scene.hand_out()
    review = scene.begin().headers["Location"]
    manager = given_person(name="Mara Manager")
    given_buyer_role(manager, scene.issuer, scene.organisation_id, OrganisationRoleName.MANAGER)
    browser = signed_in(manager)
    for path in ("vouchers", f"vouchers/bought/{scene.allocation_id}", "handovers"):
        assert browser.get(f"{scene.root}/{path}").status_code == 200, path
    page = browser.get(f"{scene.root}/handovers/{handover_id}").content.decode()
    assert "Asha Mwangi" in page
    assert 'name="password"' not in page
    for url in (f"{scene.root}/handovers/new", review, f"{scene.root}/vouchers/change/suspend"):
        assert browser.get(url).status_code == 403, url
        assert browser.post(url).status_code == 403, url
    answer = browser.post(f"{scene.root}/handovers/{handover_id}/fetch", {"password": PASSWORD})
    assert answer.status_code == 403


def test_the_issuers_people_are_told_numbers_of_vouchers_and_no_names(scene: Scene) -> None:
    office = Office(
        scene.issuer.issuer_id, scene.issuer.code, "", scene.person, frozenset({Role.OPERATOR})
    )
    asked = HandoverAsked(
        organisation_id=scene.organisation_id,
        allocation_id=scene.allocation_id,
        vouchers=3,
        recipient_key=b"k" * 32,
    )
    handover_id = UUID(int=7)
    scene.hand_out()
    titles = [
        shown(HandOut(handover_id=handover_id, asked=asked), office).title,
        shown(ForgetHandover(handover_id=handover_id), office).title,
        shown(
            ChangeOwnVouchers(
                organisation_id=scene.organisation_id, action="suspend", serials=(1, 2)
            ),
            office,
        ).title,
    ]
    assert titles == [
        "Relief Trust hands out 3 vouchers",
        "Forget the numbers of a handover",
        "Suspend: 2 vouchers of Relief Trust",
    ]
    operator = signed_in(given_person(Role.OPERATOR, issuer=scene.issuer))
    for path in ("commands", f"voucher/{min(scene.states())}"):
        page = operator.get(f"/portal/{scene.issuer.code}/{path}").content.decode()
        assert "Asha" not in page
        assert "HH-001" not in page


def test_lists_are_complete_and_exported_without_numbers(scene: Scene) -> None:
    rows = sheet_rows(scene.fetch(scene.hand_out()))
    buyer = Buyer(
        scene.issuer.issuer_id,
        scene.issuer.code,
        "",
        scene.organisation_id,
        "",
        "approved",
        scene.person,
        frozenset({BuyerRole.DISTRIBUTOR}),
    )
    proved(ALLOCATIONS, buyer, rows=1)
    proved(HANDOVERS, buyer, rows=1)
    proved(vouchers_of(scene.allocation_id), buyer, rows=10)
    url = f"{scene.root}/vouchers/bought/{scene.allocation_id}/export"
    lines = csv_of(scene.browser.post(url, {"state": "active"}))
    assert [line[2:4] for line in lines[1:]] == [list(pair) for pair in PEOPLE]
    said = str(lines)
    for row in rows:
        assert row[3] not in said
        assert row[3].replace(" ", "") not in said


def test_no_page_asks_more_than_it_may(scene: Scene) -> None:
    people = [(f"P-{number}", f"Person {number}") for number in range(9)]
    handover_id = scene.hand_out(file=csv_file(people))
    serial = min(scene.states())
    review = scene.begin(file=csv_file(people)).headers["Location"]
    for path in (
        "vouchers",
        f"vouchers/bought/{scene.allocation_id}",
        f"voucher/{serial}",
        "handovers",
        "handovers/new",
        f"handovers/{handover_id}",
        review.removeprefix(f"{scene.root}/"),
    ):
        with CaptureQueriesContext(portal_connection) as asked:
            scene.get(path)
        assert len(asked) <= QUERIES_MAX, (path, [each["sql"][:80] for each in asked])


def test_while_it_is_made_ready_the_page_looks_again(scene: Scene) -> None:
    sent = scene.send(scene.begin().headers["Location"])
    url = sent.headers["Location"]
    page = scene.browser.get(url).content.decode()
    assert 'http-equiv="refresh"' in page
    assert 'hx-trigger="every 1s, back"' in page
    part = scene.browser.get(url, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    scene.work()
    done = scene.browser.get(url, headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    assert 'http-equiv="refresh"' not in scene.browser.get(url).content.decode()
