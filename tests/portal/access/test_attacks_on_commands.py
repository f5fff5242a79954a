"""Approving what one may not: by hand, with forms that no page of ours gave."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.portal.access.attacking import attack
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.conftest import Portal
from tests.portal.given import code_of, given_person, given_second_factor, signed_in

from counterfoil.engine.commands.content import ApprovalBand, ChangeApprovals, encoded
from counterfoil.engine.commands.preparing import Verdict, content_digest
from counterfoil.portal.delegations import delegate, end_delegation
from counterfoil.portal.models import Delegation, Person, Role
from counterfoil.portal.people import OfficeGrant, deactivate, take_role
from counterfoil.portal.trail import Actor

pytestmark = pytest.mark.prove
_CLI = Actor("cli:test")


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def approval_of(amount_minor: int, reference: str) -> dict[str, str]:
    """The form of somebody who approves that deposit, as a page would give it."""
    digest = content_digest(encoded(deposit_of(amount_minor, reference))).hex()
    return {"seen": digest, "verdict": "approve", "reason": ""}


def decide_at(scene: Scene, command_id: UUID) -> str:
    return scene.address(f"commands/{command_id}/decide")


def decisions(scene: Scene, command_id: UUID) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT decided_by, on_behalf_of, verdict FROM decision"
            " WHERE issuer_id = %s AND command_id = %s ORDER BY decided_at",
            (scene.issuer.issuer_id, command_id),
        )
        return [tuple(row) for row in cursor.fetchall()]


def lent(scene: Scene, giver: Person, to: Person, *, first: int = 0, last: int = 3) -> Delegation:
    today = timezone.now().date()
    return Delegation.objects.create(
        issuer_id=scene.issuer.issuer_id,
        from_person=giver,
        to_person=to,
        from_date=today + timedelta(days=first),
        until_date=today + timedelta(days=last),
        reason="leave",
    )


def led_back(scene: Scene, browser: Client, command_id: UUID, form: dict[str, str]) -> None:
    """The approval leads to the command's page, and nothing comes of it."""
    met = attack(browser, decide_at(scene, command_id), form)
    assert (met.status, met.where) == (302, scene.address(f"commands/{command_id}"))
    assert decisions(scene, command_id) == []
    assert scene.work() in ([], [None])
    assert scene.status(command_id)[0] == "waiting"


def test_the_digest_of_another_command_approves_nothing(scene: Scene) -> None:
    small = scene.prepare(deposit_of(100, "SMALL"))
    large = scene.prepare(deposit_of(90_000_000, "LARGE"))
    browser = scene.browser(scene.approver)
    for digest in (approval_of(100, "SMALL")["seen"], "", "0" * 64, "x", "0" * 65):
        form = {"seen": digest, "verdict": "approve", "reason": ""}
        met = attack(browser, decide_at(scene, large), form)
        assert met.status == HTTPStatus.OK, digest
    assert scene.status(large)[0] == scene.status(small)[0] == "waiting"
    assert decisions(scene, large) == []


@pytest.mark.parametrize("verdict", ["withdraw", "", "APPROVE", "done"])
def test_a_verdict_that_the_page_does_not_offer_is_none(scene: Scene, verdict: str) -> None:
    command_id = scene.prepare(deposit_of(100, "V"))
    form = approval_of(100, "V") | {"verdict": verdict, "reason": "because"}
    met = attack(scene.browser(scene.approver), decide_at(scene, command_id), form)
    assert met.status == HTTPStatus.OK


def test_an_approval_sent_again_counts_once(scene: Scene) -> None:
    two = (ApprovalBand("", 0, 2),)
    scene.done(ChangeApprovals(of_kind="deposit", bands=two), by=scene.administrator.actor)
    command_id = scene.prepare(deposit_of(5000, "TWICE"))
    form, browser = approval_of(5000, "TWICE"), scene.browser(scene.approver)
    assert browser.post(decide_at(scene, command_id), form).status_code == HTTPStatus.FOUND
    for again in (browser, scene.browser(scene.approver)):
        met = attack(again, decide_at(scene, command_id), form)
        assert (met.status, met.where) == (302, scene.address(f"commands/{command_id}"))
    hand = scene.approver.actor
    assert decisions(scene, command_id) == [(hand, hand, "approve")]
    assert scene.work() == [None]


def test_a_decision_is_not_carried_over_to_what_is_over(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000, "OVER"))
    scene.decide(command_id, deposit_of(5000, "OVER"), Verdict.REJECT, reason="no")
    assert scene.work() == ["rejected"]
    browser = scene.browser(scene.approver)
    met = attack(browser, decide_at(scene, command_id), approval_of(5000, "OVER"))
    assert (met.status, met.where) == (302, scene.address(f"commands/{command_id}"))
    assert scene.status(command_id) == ("rejected", "no")


def test_nobody_approves_their_own(scene: Scene) -> None:
    both = given_person(Role.FINANCE, Role.APPROVER, issuer=scene.issuer)
    command_id = scene.prepare(deposit_of(5000, "OWN"), by=both.actor)
    led_back(scene, scene.browser(both), command_id, approval_of(5000, "OWN"))


def test_nobody_approves_their_own_with_a_power_that_is_lent(scene: Scene) -> None:
    lent(scene, scene.approver, scene.finance)
    command_id = scene.prepare(deposit_of(5000, "LENT"))
    led_back(scene, scene.browser(scene.finance), command_id, approval_of(5000, "LENT"))


def test_who_prepared_it_lends_the_power_to_approve_it_to_nobody(scene: Scene) -> None:
    both = given_person(Role.FINANCE, Role.APPROVER, issuer=scene.issuer)
    lent(scene, both, scene.administrator)
    command_id = scene.prepare(deposit_of(5000, "FRIEND"), by=both.actor)
    led_back(scene, scene.browser(scene.administrator), command_id, approval_of(5000, "FRIEND"))


def test_nobody_approves_in_the_name_of_who_lent_nothing(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000, "NAME"))
    forged = approval_of(5000, "NAME") | {
        "on_behalf_of": scene.approver.actor,
        "in_name_of": scene.approver.actor,
        "decided_by": scene.approver.actor,
        "name": str(scene.approver.pk),
    }
    led_back(scene, scene.browser(scene.administrator), command_id, forged)
    neighbour = given_scene(scene.portal)
    lent(neighbour, neighbour.approver, scene.administrator)  # elsewhere
    led_back(scene, scene.browser(scene.administrator), command_id, forged)


def test_in_whose_name_one_approves_is_not_the_forms_to_say(scene: Scene) -> None:
    lent(scene, scene.approver, scene.administrator)
    other = given_person(Role.APPROVER, issuer=scene.issuer)
    command_id = scene.prepare(deposit_of(5000, "WHOSE"))
    forged = approval_of(5000, "WHOSE") | {
        "on_behalf_of": other.actor,
        "decided_by": other.actor,
        "approvals": "9",
        "status": "done",
    }
    answer = scene.browser(scene.administrator).post(decide_at(scene, command_id), forged)
    assert answer.status_code == HTTPStatus.FOUND
    assert decisions(scene, command_id) == [
        (scene.administrator.actor, scene.approver.actor, "approve")
    ]


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 9)])
def test_a_delegation_that_is_over_or_to_come_lends_nothing(
    scene: Scene, first: int, last: int
) -> None:
    lent(scene, scene.approver, scene.administrator, first=first, last=last)
    command_id = scene.prepare(deposit_of(5000, "DAYS"))
    led_back(scene, scene.browser(scene.administrator), command_id, approval_of(5000, "DAYS"))


def test_a_delegation_that_ends_while_the_form_is_open_lends_nothing_more(scene: Scene) -> None:
    today = timezone.now().date()
    delegation = delegate(
        scene.issuer.issuer_id,
        scene.approver,
        scene.administrator,
        (today, today),
        by=Actor(scene.approver.actor, scene.approver.pk),
        reason="leave",
    )
    command_id = scene.prepare(deposit_of(5000, "ENDS"))
    browser = scene.browser(scene.administrator)
    assert browser.get(decide_at(scene, command_id)).status_code == HTTPStatus.OK
    assert end_delegation(delegation, by=_CLI)
    led_back(scene, browser, command_id, approval_of(5000, "ENDS"))


def test_a_power_that_is_lent_on_by_who_lost_it_is_none(scene: Scene) -> None:
    lent(scene, scene.approver, scene.administrator)
    command_id = scene.prepare(deposit_of(5000, "LOST"))
    take_role(scene.approver, OfficeGrant(Role.APPROVER, scene.issuer.issuer_id), by=_CLI)
    led_back(scene, scene.browser(scene.administrator), command_id, approval_of(5000, "LOST"))


@pytest.mark.parametrize("letter", ["operator", "auditor"])
def test_an_approvers_form_is_not_others_to_send(scene: Scene, letter: str) -> None:
    person = {"operator": scene.operator, "auditor": scene.auditor}[letter]
    given_second_factor(person)
    lent(scene, scene.approver, person)  # which no page lets happen
    command_id = scene.prepare(deposit_of(5000, "ROLE"))
    met = attack(scene.browser(person), decide_at(scene, command_id), approval_of(5000, "ROLE"))
    assert met.status == HTTPStatus.FORBIDDEN
    assert decisions(scene, command_id) == []


def test_a_role_taken_away_while_the_form_is_open_is_gone_when_it_is_sent(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000, "TAKEN"))
    browser = scene.browser(scene.approver)
    assert browser.get(decide_at(scene, command_id)).status_code == HTTPStatus.OK
    grant = OfficeGrant(Role.APPROVER, scene.issuer.issuer_id)
    take_role(scene.approver, grant, by=_CLI)
    met = attack(browser, decide_at(scene, command_id), approval_of(5000, "TAKEN"))
    assert met.status == HTTPStatus.NOT_FOUND  # nothing is theirs here any more
    scene.approver.roles.create(role=Role.AUDITOR, issuer_id=scene.issuer.issuer_id)
    met = attack(browser, decide_at(scene, command_id), approval_of(5000, "TAKEN"))
    assert met.status == HTTPStatus.FORBIDDEN
    assert decisions(scene, command_id) == []


def test_a_closed_account_has_no_open_session(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000, "CLOSED"))
    browser = scene.browser(scene.approver)
    assert browser.get(decide_at(scene, command_id)).status_code == HTTPStatus.OK
    assert deactivate(scene.approver, scene.issuer.issuer_id, by=_CLI, reason="left")
    scene.approver.roles.create(role=Role.APPROVER, issuer_id=scene.issuer.issuer_id)
    met = attack(browser, decide_at(scene, command_id), approval_of(5000, "CLOSED"))
    assert met.where.startswith("/portal/sign-in?")
    assert decisions(scene, command_id) == []


def test_money_is_not_moved_by_who_was_not_asked_again(scene: Scene) -> None:
    """Nor once the code was given, where the role is gone meanwhile."""
    command_id = scene.prepare(deposit_of(5000, "AGAIN"))
    form, browser = approval_of(5000, "AGAIN"), scene.browser(scene.approver, seconds_ago=301)
    asked = browser.post(decide_at(scene, command_id), form)
    assert asked.headers["Location"].startswith("/portal/account/again/code?")
    assert decisions(scene, command_id) == []
    wrong = browser.post(asked.headers["Location"], {"code": "12"})
    assert wrong.status_code == HTTPStatus.OK
    assert decisions(scene, command_id) == []
    take_role(scene.approver, OfficeGrant(Role.APPROVER, scene.issuer.issuer_id), by=_CLI)
    sent = browser.post(asked.headers["Location"], {"code": code_of()})
    assert sent.status_code == HTTPStatus.NOT_FOUND
    assert decisions(scene, command_id) == []


def test_a_form_suspended_for_one_person_is_not_sent_by_the_next(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000, "NEXT"))
    browser = scene.browser(scene.approver, seconds_ago=301)
    browser.post(decide_at(scene, command_id), approval_of(5000, "NEXT"))
    browser.post("/portal/sign-out")
    other = given_person(Role.APPROVER, issuer=scene.issuer)
    taken = signed_in(other, seconds_ago=301)
    browser.cookies = taken.cookies
    again = f"/portal/account/again/code?next={decide_at(scene, command_id)}"
    answer = browser.post(again, {"code": code_of()})
    assert answer.headers["Location"] == decide_at(scene, command_id)
    assert decisions(scene, command_id) == []


def test_who_did_not_prepare_it_does_not_withdraw_it(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(5000, "WITHDRAW"))
    path = scene.address(f"commands/{command_id}/withdraw")
    for person, status in (
        (scene.operator, HTTPStatus.NOT_FOUND),
        (scene.administrator, HTTPStatus.NOT_FOUND),
        (scene.approver, HTTPStatus.FORBIDDEN),
        (scene.auditor, HTTPStatus.FORBIDDEN),
    ):
        assert attack(scene.browser(person), path).status == status, person.name
    assert (
        attack(scene.browser(scene.finance), scene.address(f"commands/{uuid4()}/withdraw")).status
        == HTTPStatus.NOT_FOUND
    )
