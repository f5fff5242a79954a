"""Links that let somebody in, used again, too late, or for somebody else; and accounts that are
closed.
"""

import re
from datetime import timedelta
from http import HTTPStatus
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone
from tests.portal.access.attacking import attack
from tests.portal.conftest import Portal
from tests.portal.given import (
    PASSWORD,
    given_office,
    given_person,
    last_mail_to,
    link_in,
    signed_in,
    signed_out,
)

from counterfoil.portal.models import Mail, Person, Role
from counterfoil.portal.people import OfficeGrant, deactivate, invite
from counterfoil.portal.trail import Actor

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("portal")]
_CLI = Actor("cli:test")
STOLEN = "a stolen pass phrase"
NEW = {"name": "Thief", "new_password1": STOLEN, "new_password2": STOLEN}
RESET = {"password1": STOLEN, "password2": STOLEN}


def opened(browser: Client, link: str) -> tuple[str, str]:
    """Where a link leads, and what the page says there."""
    answer = browser.get(link, follow=True)
    where = answer.redirect_chain[-1][0] if answer.redirect_chain else link
    return where, answer.content.decode()


def reset_link(person: Person) -> str:
    signed_out().post("/portal/account/forgotten", {"email": person.email})
    return link_in(last_mail_to(person))


def can_sign_in(person: Person, password: str) -> bool:
    answer = signed_out().post("/portal/sign-in", {"login": person.email, "password": password})
    return answer.status_code == HTTPStatus.FOUND


def test_a_link_for_a_new_password_works_once() -> None:
    person = given_person(password=PASSWORD)
    link, other = reset_link(person), reset_link(person)
    browser = signed_out()
    where, _page = opened(browser, link)
    set_by_them = {"password1": "the owner's own words", "password2": "the owner's own words"}
    assert browser.post(where, set_by_them).status_code == HTTPStatus.FOUND
    assert can_sign_in(person, "the owner's own words")
    late = signed_out()
    for again in (link, other):  # every link before it is worth nothing either
        where, _page = opened(late, again)
        assert attack(late, where, RESET).status in {HTTPStatus.OK, HTTPStatus.FOUND}
    assert attack(browser, where, RESET).where in {"", "/portal/account/forgotten/done"}
    assert not can_sign_in(person, STOLEN)


def test_a_link_for_a_new_password_ends_after_three_days() -> None:
    person = given_person(password=PASSWORD)
    link, browser = reset_link(person), signed_out()
    moved = timezone.now().replace(tzinfo=None) + timedelta(days=3, minutes=1)
    with mock.patch(
        "django.contrib.auth.tokens.PasswordResetTokenGenerator._now", return_value=moved
    ):
        where, _page = opened(browser, link)
        attack(browser, where, RESET)
    assert can_sign_in(person, PASSWORD)


def test_a_link_of_one_person_is_not_anothers() -> None:
    mine, victim = (given_person(password=PASSWORD) for _each in range(2))
    link, other = reset_link(mine), reset_link(victim)
    key = link.rpartition("/")[2].partition("-")[2]
    crossed = f"/portal/account/forgotten/{other.rpartition('/')[2].partition('-')[0]}-{key}"
    browser = signed_out()
    where, _page = opened(browser, crossed)
    attack(browser, where, RESET)
    welcome = invite("crossed@example.org", [], _CLI).path
    uid, token = re.findall(r"[^/]+", welcome)[-2:]
    theirs = re.sub(f"{uid}/", "MQ/", welcome)
    for path in (theirs, crossed.replace(key, token), f"{welcome[:-1]}x"):
        where, _page = opened(browser, path)
        met = attack(browser, where, NEW | RESET)
        assert met.status != HTTPStatus.FOUND or "forgotten" in met.where
    assert can_sign_in(mine, PASSWORD)
    assert can_sign_in(victim, PASSWORD)


def test_an_invitation_that_was_followed_is_not_followed_again() -> None:
    invitation = invite(f"once-{timezone.now().timestamp()}@example.org", [], _CLI)
    browser, thief = signed_out(), signed_out()
    where, _page = opened(browser, invitation.path)
    opened(thief, invitation.path)  # and waits with the form open
    good = {"name": "Amina", "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert browser.post(where, good).headers["Location"] == "/portal/sign-in"
    for who in (thief, browser, signed_out()):
        assert attack(who, where, NEW).status == HTTPStatus.OK
        again, page = opened(who, invitation.path)
        assert "This link has been used" in page
        assert attack(who, again, NEW).status == HTTPStatus.OK
    invitation.person.refresh_from_db()
    assert invitation.person.name == "Amina"
    assert can_sign_in(invitation.person, PASSWORD)


def test_an_invitation_to_an_account_that_was_closed_lets_nobody_in(portal: Portal) -> None:
    issuer = given_office(portal)
    email = f"closed-{issuer.code.lower()}@example.org"
    grant = OfficeGrant(Role.AUDITOR, issuer.issuer_id)
    invitation = invite(email, [grant], _CLI)
    assert deactivate(invitation.person, issuer.issuer_id, by=_CLI, reason="a mistake")
    browser = signed_out()
    where, page = opened(browser, invitation.path)
    assert "This link has been used" in page
    assert attack(browser, where, NEW).status == HTTPStatus.OK
    invitation.person.refresh_from_db()
    assert not invitation.person.has_usable_password()


def test_a_closed_account_gets_no_link_and_no_session(portal: Portal) -> None:
    issuer = given_office(portal)
    person = given_person(Role.AUDITOR, issuer=issuer, password=PASSWORD)
    link, browser = reset_link(person), signed_in(person)
    assert browser.get("/portal/account").status_code == HTTPStatus.OK
    assert deactivate(person, issuer.issuer_id, by=_CLI, reason="left")
    for path in ("/portal/account", f"/portal/{issuer.code}/", "/portal/"):
        answer = browser.get(path)
        assert answer.headers["Location"].startswith("/portal/sign-in?"), path
    mails = Mail.objects.filter(recipient=person.email).count()
    answer = signed_out().post("/portal/account/forgotten", {"email": person.email})
    assert answer.headers["Location"] == "/portal/account/forgotten/sent"
    assert Mail.objects.filter(recipient=person.email).count() == mails
    late = signed_out()
    where, _page = opened(late, link)
    attack(late, where, RESET)
    entered = signed_out().post("/portal/sign-in", {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in entered.client.session
    assert entered.headers.get("Location", "") in {"", "/portal/account/inactive"}


def test_a_session_that_was_ended_is_over_everywhere(portal: Portal) -> None:
    """And what stands in its cookie opens nothing afterwards."""
    person = given_person(Role.AUDITOR, issuer=given_office(portal), password=PASSWORD)
    browser = signed_out()
    browser.post("/portal/sign-in", {"login": person.email, "password": PASSWORD})
    stolen = browser.cookies["counterfoil_session"].value
    assert browser.get("/portal/account").status_code == HTTPStatus.OK
    browser.post("/portal/sign-out")
    thief = signed_out()
    thief.cookies["counterfoil_session"] = stolen
    assert thief.get("/portal/account").headers["Location"].startswith("/portal/sign-in?")
    fixed = signed_out()
    fixed.cookies["counterfoil_session"] = "a" * 32
    fixed.post("/portal/sign-in", {"login": person.email, "password": PASSWORD})
    assert fixed.cookies["counterfoil_session"].value != "a" * 32
