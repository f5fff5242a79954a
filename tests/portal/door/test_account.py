"""What people do about their own account: password, sessions, name, language."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone
from tests.portal.door.test_signing_in import is_in, sign_in
from tests.portal.given import (
    PASSWORD,
    given_person,
    last_mail_to,
    link_in,
    signed_in,
    signed_out,
)

from counterfoil.portal.models import Mail, Person, TrailEntry

pytestmark = pytest.mark.usefixtures("portal")
FORGOTTEN = "/portal/account/forgotten"
OTHER_PASSWORD = "nine slow barges"


def test_a_forgotten_password_is_set_by_a_link_that_works_once() -> None:
    person, old = given_person(password=PASSWORD), signed_out()
    sign_in(old, person)
    assert is_in(old)
    answer = signed_out().post(FORGOTTEN, {"email": person.email})
    assert answer.headers["Location"] == f"{FORGOTTEN}/sent"
    link = link_in(last_mail_to(person))
    browser = signed_out()
    form = browser.get(link)
    assert form.headers["Location"].endswith("-set-password"), "the key is not kept in the address"
    new = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert browser.post(form.headers["Location"], new).headers["Location"] == f"{FORGOTTEN}/done"
    assert "This link has been used" in signed_out().get(link).content.decode()
    assert not is_in(old), "sessions end when the password changes"
    assert sign_in(signed_out(), person).status_code == HTTPStatus.OK
    assert sign_in(signed_out(), person, OTHER_PASSWORD).status_code == HTTPStatus.FOUND


def test_an_unknown_address_gets_the_same_answer_and_no_mail() -> None:
    mails = Mail.objects.count()
    answer = signed_out().post(FORGOTTEN, {"email": "nobody@example.org"})
    assert answer.headers["Location"] == f"{FORGOTTEN}/sent"
    assert Mail.objects.count() == mails


def test_a_bad_new_password_is_refused_in_words() -> None:
    person = given_person(password=PASSWORD)
    browser = signed_in(person)
    page = "/portal/account/password"
    short = {"oldpassword": PASSWORD, "password1": "abc", "password2": "abc"}
    assert "too short" in browser.post(page, short).content.decode()
    wrong = {"oldpassword": "x", "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert "That is not your password" in browser.post(page, wrong).content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_changing_the_password_ends_the_other_sessions_and_tells_by_mail() -> None:
    person = given_person(password=PASSWORD)
    here, there = signed_out(), signed_out()
    sign_in(here, person)
    sign_in(there, person)
    new = {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert here.post("/portal/account/password", new).status_code == HTTPStatus.FOUND
    assert is_in(here)
    assert not is_in(there)
    mail = last_mail_to(person)
    assert mail.subject == "Your password is changed"
    assert "Your password was changed." in mail.body
    told = TrailEntry.objects.get(subject=person.actor)
    assert (told.event, told.actor, told.issuer_id) == (
        "account.password_changed",
        person.actor,
        None,
    )


def test_the_list_of_sessions_ends_one_of_them_or_all_others() -> None:
    person = given_person(password=PASSWORD)
    browsers = []
    for agent in ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "curl/8", ""):
        browser = signed_out()
        browser.defaults["HTTP_USER_AGENT"] = agent
        sign_in(browser, person)
        browsers.append(browser)
    first, _second, third = browsers
    page = first.get("/portal/account/sessions").content.decode()
    assert "Firefox, Linux" in page
    assert "curl/8" in page
    chosen = UserSession.objects.get(user=person, user_agent="curl/8")
    first.post("/portal/account/sessions", {"session": chosen.pk})
    assert [is_in(each) for each in browsers] == [True, False, True]
    stranger = signed_in(given_person())
    stranger.post(
        "/portal/account/sessions",
        {"session": UserSession.objects.filter(user=person).latest("pk").pk},
    )
    assert is_in(third), "nobody ends the sessions of others"
    third.post("/portal/account/sessions")
    assert [is_in(each) for each in browsers] == [False, False, True]


def test_a_session_lasts_twelve_hours() -> None:
    person, browser = given_person(password=PASSWORD), signed_out()
    sign_in(browser, person)
    left = browser.session.get_expiry_date() - timezone.now()
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    cookie = browser.cookies["counterfoil_session"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/portal", "Lax")


def test_name_and_language_are_the_persons_own() -> None:
    person = given_person()
    browser = signed_in(person)
    answer = browser.post("/portal/account", {"name": "Amina", "language": "es"})
    assert answer.headers["Location"] == "/portal/account"
    page = browser.get("/portal/account", headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "es"
    assert '<html lang="es"' in page.content.decode()
    person.refresh_from_db()
    assert (person.name, person.language) == ("Amina", "es")
    browser.post("/portal/language", {"language": "en", "next": "/portal/account"})
    assert browser.get("/portal/account").headers["Content-Language"] == "en"
    browser.post("/portal/language", {"language": "xx"})
    assert Person.objects.get(pk=person.pk).language == "en"


def test_before_signing_in_a_page_speaks_the_browsers_language() -> None:
    browser = signed_out()
    spanish = browser.get("/portal/sign-in", headers={"accept-language": "es-MX,es"})
    assert spanish.headers["Content-Language"] == "es"
    browser.post("/portal/language", {"language": "en"})
    chosen = browser.get("/portal/sign-in", headers={"accept-language": "es"})
    assert chosen.headers["Content-Language"] == "en"
