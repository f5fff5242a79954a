"""What waits for whom, what a person is shown before deciding, and what comes of it."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in, signed_out

from counterfoil.engine.commands.content import ApprovalBand, ChangeApprovals, Withdraw
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.portal.models import Delegation, Person, Role

QUERIES_MAX = 15
_SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def press(
    scene: Scene, person: Person, command_id: UUID, verdict: str, reason: str = ""
) -> tuple[int, str]:
    """The decision page's form, sent: status and where it leads, or what it says."""
    browser = scene.browser(person)
    address = scene.address(f"commands/{command_id}/decide")
    page = browser.get(address)
    assert page.status_code == 200, page.headers
    seen = _SEEN.search(page.content.decode())
    assert seen is not None
    sent = {"seen": seen[1], "verdict": verdict, "reason": reason}
    answer = browser.post(address, sent)
    return answer.status_code, answer.headers.get("Location", answer.content.decode())


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_queue_shows_what_waits_for_me_before_what_waits_for_others(scene: Scene) -> None:
    mine = scene.prepare(deposit_of(60_000_000))
    page = text_of(scene.browser(scene.approver), scene.address("approvals"))
    assert "Waiting for you" in page
    assert "Deposit · 600,000.00 KES" in page
    assert "prepared by Fatuma Noor" in page
    assert "0 of 1 approvals" in page
    assert "Waiting for others" not in page
    others = text_of(scene.browser(scene.finance), scene.address("approvals"))
    assert "Waiting for you" not in others
    assert "Waiting for approval" in others
    scene.decide(mine, deposit_of(1), Verdict.REJECT, reason="x")  # of another content: nothing


def test_what_i_approved_waits_for_others(scene: Scene) -> None:
    two = (ApprovalBand("", 0, 2),)
    scene.done(ChangeApprovals(of_kind="deposit", bands=two), by=scene.administrator.actor)
    given_person(Role.APPROVER, issuer=scene.issuer, name="Second Approver")
    command_id = scene.prepare(deposit_of(5000))
    press(scene, scene.approver, command_id, "approve")
    page = text_of(scene.browser(scene.approver), scene.address("approvals"))
    assert "Nothing waits for you" in page
    assert "1 of 2 approvals" in page
    assert "you approved it" in page
    again = scene.browser(scene.approver).get(scene.address(f"commands/{command_id}/decide"))
    assert again.headers["Location"] == scene.address(f"commands/{command_id}")
    told = text_of(scene.browser(scene.approver), scene.address(f"commands/{command_id}"))
    assert "1 more person must approve it" in told


def test_a_person_sees_what_will_change_approves_it_and_it_is_done(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(60_000_000, "FT26110042"))
    browser = scene.browser(scene.approver)
    page = text_of(browser, scene.address(f"commands/{command_id}/decide"))
    assert "Approve deposit of 600,000.00 KES" in page
    assert "FT26110042" in page
    assert "for the autumn" in page
    assert "You are the last one who must agree" in page
    assert press(scene, scene.approver, command_id, "approve") == (
        302,
        scene.address(f"commands/{command_id}"),
    )
    moving = browser.get(scene.address(f"commands/{command_id}")).content.decode()
    assert 'hx-trigger="every 1s' in moving
    assert '<meta http-equiv="refresh"' in moving
    assert scene.work() == ["done"]
    told = text_of(browser, scene.address(f"commands/{command_id}"))
    assert "What was changed" in told
    assert "See what came of it" in told
    assert "Approved by Paulo Mendes" in told
    part = browser.get(
        scene.address(f"commands/{command_id}"), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in part
    assert "hx-trigger" not in part


def test_pressing_twice_is_one_approval(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000))
    browser = scene.browser(scene.approver)
    address = scene.address(f"commands/{command_id}/decide")
    seen = _SEEN.search(browser.get(address).content.decode())
    assert seen is not None
    for _each in range(2):
        answer = browser.post(address, {"seen": seen[1], "verdict": "approve", "reason": ""})
        assert answer.status_code == 302
    assert scene.work() == ["done"]
    assert scene.work() == []


def test_rejecting_needs_a_reason_that_who_prepared_it_reads(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000))
    status, page = press(scene, scene.approver, command_id, "reject")
    assert status == 200
    assert "Say what is wrong, so that it can be put right." in page
    status, _place = press(scene, scene.approver, command_id, "reject", "It is not our account.")
    assert status == 302
    assert scene.work() == ["rejected"]
    told = text_of(scene.browser(scene.finance), scene.address(f"commands/{command_id}"))
    assert "Rejected by Paulo Mendes" in told
    assert "It is not our account." in told
    assert "Nothing was changed" in told


def test_a_decision_about_what_was_not_shown_is_not_taken(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000))
    address = scene.address(f"commands/{command_id}/decide")
    answer = scene.browser(scene.approver).post(
        address, {"seen": "0" * 64, "verdict": "approve", "reason": ""}
    )
    assert answer.status_code == 200
    assert "What you were shown is not what stands here now" in answer.content.decode()
    assert scene.work() == []


def test_who_prepared_it_cannot_decide_but_withdraw(scene: Scene) -> None:
    both = given_person(Role.FINANCE, Role.APPROVER, issuer=scene.issuer)
    command_id = scene.prepare(deposit_of(5000), by=both.actor)
    browser = scene.browser(both)
    decide = scene.address(f"commands/{command_id}/decide")
    assert browser.get(decide).status_code == 302
    assert browser.post(decide, {"verdict": "approve", "seen": ""}).status_code == 302
    assert "Withdraw it" in text_of(browser, scene.address(f"commands/{command_id}"))
    other = scene.browser(scene.finance)
    assert other.post(scene.address(f"commands/{command_id}/withdraw")).status_code == 404
    assert browser.post(scene.address(f"commands/{command_id}/withdraw")).status_code == 302
    assert scene.work() == ["withdrawn"]


def test_a_delegate_decides_in_the_name_of_who_lent_the_power(scene: Scene) -> None:
    delegate = given_person(Role.FINANCE, issuer=scene.issuer, name="Dalia Haddad")
    today = timezone.now().date()
    Delegation.objects.create(
        issuer_id=scene.issuer.issuer_id,
        from_person=scene.approver,
        to_person=delegate,
        from_date=today,
        until_date=today + timedelta(days=1),
        reason="leave",
    )
    command_id = scene.prepare(deposit_of(5000))
    page = text_of(scene.browser(delegate), scene.address(f"commands/{command_id}/decide"))
    assert "You decide in the name of Paulo Mendes" in page
    press(scene, delegate, command_id, "approve")
    assert scene.work() == ["done"]
    told = text_of(scene.browser(scene.auditor), scene.address(f"commands/{command_id}"))
    assert "Approved by Dalia Haddad, in the name of Paulo Mendes" in told


def test_a_warning_says_that_nobody_may_approve(portal: Portal) -> None:
    scene = given_scene(portal)
    scene.approver.roles.all().delete()
    command_id = scene.prepare(deposit_of(5000))
    browser = scene.browser(scene.finance)
    assert "Too few people may approve this" in text_of(browser, scene.address("approvals"))
    assert "Too few people may approve this" in text_of(
        browser, scene.address(f"commands/{command_id}")
    )


def test_what_could_not_be_done_says_why(scene: Scene) -> None:
    asked = Withdraw(
        funding_account_id=1, amount_minor=999_999_999, currency="KES", reference="WD-1"
    )
    command_id = scene.prepare(asked)
    scene.decide(command_id, asked)
    assert scene.work() == ["refused"]
    told = text_of(scene.browser(scene.finance), scene.address(f"commands/{command_id}"))
    assert "Nothing was changed: That is more than is available." in told


def test_all_that_was_asked_is_listed_by_state(scene: Scene) -> None:
    scene.prepare(deposit_of(100))
    scene.done(deposit_of(200))
    browser = scene.browser(scene.auditor)
    everything = text_of(browser, scene.address("commands"))
    assert "1.00 KES" in everything
    assert "2.00 KES" in everything
    waiting = text_of(browser, scene.address("commands") + "?status=waiting")
    assert "1.00 KES" in waiting
    assert "2.00 KES" not in waiting
    assert "2.00 KES" in text_of(browser, scene.address("commands") + "?status=odd&after=odd")
    assert "Nothing of that kind" in text_of(browser, scene.address("commands") + "?status=expired")


def test_only_who_may_decide_sees_the_decision_page(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000))
    address = scene.address(f"commands/{command_id}/decide")
    for person, status in (
        (scene.auditor, 403),
        (scene.operator, 403),
        (scene.finance, 302),  # to the command: it may be lent the power one day
        (scene.administrator, 302),
        (scene.approver, 200),
    ):
        assert scene.browser(person).get(address).status_code == status, person.name
    assert scene.browser(scene.auditor).post(address).status_code == 403
    asked_again = scene.browser(scene.approver, seconds_ago=600).get(address)
    assert asked_again.status_code == 302
    assert "/portal/account/again" in asked_again.headers["Location"]
    assert "/portal/sign-in" in signed_out().get(address).headers["Location"]


def test_another_issuers_commands_are_not_there(portal: Portal, scene: Scene) -> None:
    other = given_office(portal)
    neighbour = signed_in(given_person(Role.APPROVER, issuer=other))
    command_id = scene.prepare(deposit_of(5000))
    for path in ("", "/decide"):
        assert neighbour.get(f"/portal/{other.code}/commands/{command_id}{path}").status_code == 404
        assert neighbour.get(scene.address(f"commands/{command_id}{path}")).status_code == 404
    assert str(command_id) not in neighbour.get(f"/portal/{other.code}/commands").content.decode()


def test_no_page_asks_the_database_too_much(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000))
    for number in range(60):
        scene.prepare(deposit_of(100 + number), by=f"person:{number}")
    browser = scene.browser(scene.approver)
    for path in (
        "approvals",
        "commands",
        f"commands/{command_id}",
        f"commands/{command_id}/decide",
    ):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(scene.address(path)).status_code == 200
        assert len(queries) <= QUERIES_MAX, path


def test_of_very_many_those_that_waited_longest_are_shown(scene: Scene) -> None:
    asked = [scene.prepare(deposit_of(1000 + each)) for each in range(53)]
    page = scene.browser(scene.approver).get(scene.address("approvals")).content.decode()
    assert [command_id for command_id in asked if str(command_id) in page] == asked[:50]
    assert "These 50 waited longest" in page
    few = text_of(scene.browser(scene.finance), scene.address("approvals"))
    assert "Waiting for approval" in few
    assert "53" in few
