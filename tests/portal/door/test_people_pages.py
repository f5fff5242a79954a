"""The pages of an issuer's people, as administrators, approvers and others meet them."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.given import PASSWORD, given_office, given_person, hidden, last_mail_to, signed_in

from counterfoil.engine.issuer import Issuer
from counterfoil.portal.door.second_factor import has_second_factor
from counterfoil.portal.models import Delegation, Person, Role, TrailEntry

pytestmark = pytest.mark.usefixtures("portal")


@pytest.fixture
def issuer(portal: Portal) -> Issuer:
    return given_office(portal)


@pytest.fixture
def administrator(issuer: Issuer) -> Person:
    return given_person(Role.ADMINISTRATOR, issuer=issuer, name="Rosa Lima", password=PASSWORD)


@pytest.fixture
def browser(administrator: Person) -> Client:
    return signed_in(administrator)


def test_the_list_names_who_works_here_and_nobody_else(
    portal: Portal, issuer: Issuer, browser: Client
) -> None:
    given_person(Role.OPERATOR, issuer=issuer, name="Omar <b>")
    stranger = given_person(Role.OPERATOR, issuer=given_office(portal), name="Stranger")
    page = browser.get(f"/portal/{issuer.code}/people").content.decode()
    assert "Omar &lt;b&gt;" in page
    assert "Rosa Lima" in page
    assert "Stranger" not in page
    assert stranger.email not in page
    for path in ("", "/roles", "/deactivate", "/second-factor"):
        answer = browser.get(f"/portal/{issuer.code}/people/{stranger.pk}{path}")
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_the_list_goes_on_page_by_page_and_is_searched(issuer: Issuer, browser: Client) -> None:
    for number in range(52):
        given_person(Role.AUDITOR, issuer=issuer, name=f"Person {number:02}")
    first = browser.get(f"/portal/{issuer.code}/people?search=PERSON").content.decode()
    assert "Person 49" in first
    assert "Person 50" not in first
    after = first.split("after=")[1].split('"')[0]
    with CaptureQueriesContext(connection) as queries:
        second = browser.get(
            f"/portal/{issuer.code}/people?search=person&after={after}"
        ).content.decode()
    assert "Person 50" in second
    assert "Person 49" not in second
    assert len(queries) <= 8
    found = browser.get(f"/portal/{issuer.code}/people?search=PERSON 07").content.decode()
    assert "Person 07" in found
    assert "Person 08" not in found
    assert "Nobody found" in browser.get(f"/portal/{issuer.code}/people?search=zz").content.decode()


def test_roles_are_changed_with_a_reason_and_the_story_tells_it(
    issuer: Issuer, browser: Client
) -> None:
    person = given_person(Role.OPERATOR, issuer=issuer, name="Omar")
    page = f"/portal/{issuer.code}/people/{person.pk}/roles"
    sent = {
        "command_id": hidden(browser.get(page), "command_id"),
        "seen": "operator",
        "roles": ["approver", "finance"],
        "reason": "moved to finance",
    }
    no_reason = browser.post(page, sent | {"reason": ""})
    assert no_reason.status_code == HTTPStatus.OK
    assert set(person.roles.values_list("role", flat=True)) == {"operator"}
    done = browser.post(page, sent)
    assert done.headers["Location"] == f"/portal/{issuer.code}/people/{person.pk}"
    assert set(person.roles.values_list("role", flat=True)) == {"approver", "finance"}
    story = browser.get(done.headers["Location"]).content.decode()
    for words in ("Role taken: Operator", "Role given: Approver", "moved to finance", "Rosa Lima"):
        assert words in story
    stale = browser.post(page, sent | {"roles": ["operator"], "reason": "no, back again"})
    assert "Somebody else has changed these roles" in stale.content.decode()
    assert "no, back again" in stale.content.decode()
    both = browser.post(page, sent | {"seen": "approver finance", "roles": ["operator", "auditor"]})
    assert "exclude each other" in both.content.decode()
    assert set(person.roles.values_list("role", flat=True)) == {"approver", "finance"}


def test_nobody_changes_their_own_roles_here(
    issuer: Issuer, administrator: Person, browser: Client
) -> None:
    mine = f"/portal/{issuer.code}/people/{administrator.pk}"
    assert "This is you" in browser.get(mine).content.decode()
    sent = {
        "command_id": hidden(browser.get(f"{mine}/roles"), "command_id"),
        "seen": "administrator",
        "roles": ["administrator", "finance"],
        "reason": "because I can",
    }
    refused = browser.post(f"{mine}/roles", sent)
    assert "Nobody changes their own roles" in refused.content.decode()
    assert administrator.roles.count() == 1


def test_everything_is_taken_away_and_the_session_with_it(issuer: Issuer, browser: Client) -> None:
    person = given_person(Role.OPERATOR, issuer=issuer)
    theirs = signed_in(person)
    page = f"/portal/{issuer.code}/people/{person.pk}/deactivate"
    sent = {"command_id": hidden(browser.get(page), "command_id"), "reason": "left the agency"}
    assert browser.post(page, sent).headers["Location"] == f"/portal/{issuer.code}/people"
    assert not person.roles.exists()
    assert theirs.get("/portal/account").status_code == HTTPStatus.FOUND
    assert TrailEntry.objects.get(subject=person.actor).reason == "left the agency"


def test_a_lost_second_factor_is_reset_and_sessions_are_ended(
    issuer: Issuer, browser: Client
) -> None:
    person = given_person(Role.FINANCE, issuer=issuer)
    page = f"/portal/{issuer.code}/people/{person.pk}/second-factor"
    sent = {"command_id": hidden(browser.get(page), "command_id"), "reason": "telephone stolen"}
    assert browser.post(page, sent).status_code == HTTPStatus.FOUND
    assert not has_second_factor(person)
    mail = last_mail_to(person)
    assert mail.subject == "Your second factor was reset"
    assert mail.body.startswith("Rosa Lima has reset your second factor")
    done = browser.post(f"/portal/{issuer.code}/people/{person.pk}/sessions")
    assert done.headers["Location"] == f"/portal/{issuer.code}/people/{person.pk}"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.FINANCE, Role.AUDITOR])
def test_others_change_nothing(issuer: Issuer, administrator: Person, role: Role) -> None:
    browser = signed_in(given_person(role, issuer=issuer))
    base = f"/portal/{issuer.code}/people"
    sees = HTTPStatus.OK if role is Role.AUDITOR else HTTPStatus.FORBIDDEN
    assert browser.get(base).status_code == sees
    assert browser.get(f"{base}/{administrator.pk}").status_code == sees
    for path in (
        "invite",
        f"{administrator.pk}/roles",
        f"{administrator.pk}/deactivate",
        f"{administrator.pk}/second-factor",
    ):
        assert browser.get(f"{base}/{path}").status_code == HTTPStatus.FORBIDDEN
        assert browser.post(f"{base}/{path}").status_code == HTTPStatus.FORBIDDEN
    for path in ("sessions", "invite"):
        answer = browser.post(f"{base}/{administrator.pk}/{path}")
        assert answer.status_code == HTTPStatus.FORBIDDEN


def test_an_approver_lends_the_power_and_takes_it_back(issuer: Issuer) -> None:
    approver = given_person(Role.APPROVER, issuer=issuer, name="Ana")
    colleague = given_person(Role.FINANCE, issuer=issuer, name="Feng")
    operator = given_person(Role.OPERATOR, issuer=issuer, name="Omar")
    browser = signed_in(approver)
    page = f"/portal/{issuer.code}/people/delegations/new"
    form = browser.get(page)
    assert "Feng" in form.content.decode()
    assert "Omar" not in form.content.decode()
    today = timezone.now().date()
    sent = {
        "command_id": hidden(form, "command_id"),
        "from_person": approver.pk,
        "to_person": colleague.pk,
        "from_date": str(today),
        "until_date": str(today + timedelta(days=5)),
        "reason": "on leave",
    }
    for wrong in ({"to_person": operator.pk}, {"from_person": colleague.pk}):
        assert browser.post(page, sent | wrong).status_code == HTTPStatus.OK
    assert not Delegation.objects.filter(issuer_id=issuer.issuer_id).exists()
    listed = browser.post(page, sent).headers["Location"]
    assert "Feng" in browser.get(listed).content.decode()
    delegation = Delegation.objects.get(issuer_id=issuer.issuer_id)
    end = f"/portal/{issuer.code}/people/delegations/{delegation.pk}/end"
    other = signed_in(given_person(Role.APPROVER, issuer=issuer))
    assert other.post(end).status_code == HTTPStatus.NOT_FOUND
    assert browser.post(end).headers["Location"] == listed
    delegation.refresh_from_db()
    assert delegation.ended_at is not None
