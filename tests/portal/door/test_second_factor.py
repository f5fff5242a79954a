"""The second factor: who must have it, how it is set up, kept and asked for again."""

import re
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from tests.portal.conftest import Portal
from tests.portal.given import (
    PASSWORD,
    TOTP_SECRET,
    code_of,
    given_office,
    given_person,
    given_second_factor,
    hidden,
    last_mail_to,
    signed_in,
)

from counterfoil.portal.door.second_factor import has_second_factor, needs_second_factor
from counterfoil.portal.models import Role

pytestmark = pytest.mark.usefixtures("portal")
SET_UP = "/portal/account/second-factor/set-up"
RECOVERY = "/portal/account/recovery-codes"


@pytest.mark.parametrize("role", list(Role))
def test_who_lets_people_in_approves_or_moves_money_needs_one(portal: Portal, role: Role) -> None:
    issuer = given_office(portal)
    person = given_person(role, issuer=issuer, second_factor=False)
    needs = role in {Role.ADMINISTRATOR, Role.APPROVER, Role.FINANCE}
    assert needs_second_factor(person) is needs
    page = f"/portal/{issuer.code}/people/delegations"
    answer = signed_in(person).get(page)
    if needs:
        assert (answer.status_code, answer.headers["Location"]) == (302, SET_UP)
    else:
        assert answer.status_code in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}
    given_second_factor(person)
    assert not needs_second_factor(person)


def test_it_is_set_up_by_the_code_it_shows_and_gives_ten_recovery_codes(portal: Portal) -> None:
    person = given_person(Role.FINANCE, issuer=given_office(portal), second_factor=False)
    browser = signed_in(person)
    page = browser.get(SET_UP)
    assert "no-store" in page.headers["Cache-Control"]
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    secret = re.search(r"[A-Z2-7]{32}", page.content.decode())
    assert secret is not None
    wrong = browser.post(SET_UP, {"code": "12"})
    assert "That code is wrong" in wrong.content.decode()
    assert not has_second_factor(person)
    answer = browser.post(SET_UP, {"code": code_of(secret[0])})
    assert answer.headers["Location"] == RECOVERY
    shown = browser.get(RECOVERY).content.decode()
    assert len(re.findall(r">\d{8}<", shown)) == 10
    again = browser.get(RECOVERY).content.decode()
    assert re.findall(r">\d{8}<", again) == [], "they are shown once"
    assert "A second factor was set up" in last_mail_to(person).body
    assert has_second_factor(person)


def test_nothing_that_opens_is_readable_in_the_database() -> None:
    person = given_person(second_factor=True)
    codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap().generate_codes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator WHERE user_id = %s", [person.pk])
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert TOTP_SECRET not in kept
    assert not any(code in kept for code in codes)
    totp = Authenticator.objects.get(user=person, type="totp")
    assert totp.wrap().validate_code(code_of())


def test_after_five_minutes_it_is_asked_for_again_and_one_goes_on_where_one_was() -> None:
    person = given_person(second_factor=True, password=PASSWORD)
    new_codes = f"{RECOVERY}/new"
    assert signed_in(person, seconds_ago=290).get(new_codes).status_code == HTTPStatus.OK
    browser = signed_in(person, seconds_ago=301)
    answer = browser.get(new_codes)
    assert (
        answer.headers["Location"] == f"/portal/account/again/code?{urlencode({'next': new_codes})}"
    )
    by_password = browser.get("/portal/account/again", {"next": new_codes})
    assert by_password.headers["Location"] == answer.headers["Location"]
    refused = browser.post(answer.headers["Location"], {"code": "12"})
    assert "That code is wrong" in refused.content.decode()
    went_on = browser.post(answer.headers["Location"], {"code": code_of()})
    assert went_on.headers["Location"] == new_codes
    assert browser.get(new_codes).status_code == HTTPStatus.OK


def test_who_has_none_is_asked_for_the_password_again() -> None:
    person = given_person(password=PASSWORD)
    browser = signed_in(person, seconds_ago=301)
    answer = browser.get(SET_UP)
    assert answer.headers["Location"] == f"/portal/account/again?{urlencode({'next': SET_UP})}"
    refused = browser.post(answer.headers["Location"], {"password": "wrong"})
    assert "That is not your password" in refused.content.decode()
    went_on = browser.post(answer.headers["Location"], {"password": PASSWORD})
    assert went_on.headers["Location"] == SET_UP


def test_what_was_being_sent_is_sent_after_the_code(portal: Portal) -> None:
    issuer = given_office(portal)
    administrator = given_person(Role.ADMINISTRATOR, issuer=issuer, password=PASSWORD)
    colleague = given_person(Role.FINANCE, issuer=issuer)
    browser = signed_in(administrator)
    page = f"/portal/{issuer.code}/people/{colleague.pk}/roles"
    command_id = hidden(browser.get(page), "command_id")
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    sent = browser.post(
        page,
        {
            "command_id": command_id,
            "seen": "finance",
            "roles": ["finance", "administrator"],
            "reason": "Amina is on leave",
        },
    )
    assert sent.headers["Location"] == f"/portal/account/again/code?{urlencode({'next': page})}"
    done = browser.post(sent.headers["Location"], {"code": code_of()})
    assert done.headers["Location"] == f"/portal/{issuer.code}/people/{colleague.pk}"
    assert set(colleague.roles.values_list("role", flat=True)) == {"finance", "administrator"}


def test_another_telephone_takes_the_place_of_the_first() -> None:
    person = given_person(second_factor=True)
    browser = signed_in(person)
    answer = browser.post("/portal/account/second-factor/remove")
    assert answer.headers["Location"] == "/portal/account/second-factor"
    assert not Authenticator.objects.filter(user=person).exists()
    assert browser.get(SET_UP).status_code == HTTPStatus.OK
