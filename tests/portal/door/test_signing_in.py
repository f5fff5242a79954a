"""In by e-mail and password, then by code; and what is said to who does not get in."""

import re
from http import HTTPStatus

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.portal.conftest import Portal
from tests.portal.given import (
    PASSWORD,
    Page,
    code_of,
    given_office,
    given_person,
    signed_in,
    signed_out,
)

from counterfoil.portal.models import Person, Role

pytestmark = pytest.mark.usefixtures("portal")


def sign_in(browser: Client, person: Person | str, password: str = PASSWORD) -> Page:
    email = person if isinstance(person, str) else person.email
    return browser.post("/portal/sign-in", {"login": email, "password": password})


def is_in(browser: Client) -> bool:
    return browser.get("/portal/account").status_code == HTTPStatus.OK


def test_the_right_password_opens_and_signing_out_closes() -> None:
    person, browser = given_person(password=PASSWORD), signed_out()
    assert browser.get("/portal/account").headers["Location"] == (
        "/portal/sign-in?next=/portal/account"
    )
    answer = sign_in(browser, person.email.upper())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert is_in(browser)
    assert browser.get("/portal/sign-out").status_code == HTTPStatus.OK
    assert is_in(browser), "nobody is signed out by a link"
    assert browser.post("/portal/sign-out").headers["Location"] == "/portal/sign-in"
    assert not is_in(browser)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer() -> None:
    person = given_person(password=PASSWORD)
    never_set = given_person()
    answers = {
        _without_what_was_typed(sign_in(signed_out(), email, "wrong"))
        for email in (person.email, "nobody@example.org", never_set.email)
    }
    assert len(answers) == 1
    (answer,) = answers
    assert "That e-mail and password do not go together" in answer


def test_after_five_wrong_tries_the_right_password_has_to_wait_too() -> None:
    person = given_person(password=PASSWORD)
    for number in range(5):
        browser = Client(SERVER_NAME="localhost", SERVER_PORT=str(8000 + number))
        browser.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert "do not go together" in sign_in(browser, person, "wrong").content.decode()
    refused = sign_in(signed_out(), person)
    assert "Too many wrong tries" in refused.content.decode()
    assert refused.status_code == HTTPStatus.OK


def test_a_closed_account_does_not_open() -> None:
    person, browser = given_person(password=PASSWORD), signed_out()
    Person.objects.filter(pk=person.pk).update(is_active=False)
    answer = browser.post(
        "/portal/sign-in", {"login": person.email, "password": PASSWORD}, follow=True
    )
    assert "This account is closed" in answer.content.decode()
    assert not is_in(browser)


def test_with_a_second_factor_the_password_alone_opens_nothing() -> None:
    person, browser = given_person(password=PASSWORD, second_factor=True), signed_out()
    answer = sign_in(browser, person)
    assert answer.headers["Location"] == "/portal/account/second-factor/code"
    assert not is_in(browser)
    page = "/portal/account/second-factor/code"
    wrong = browser.post(page, {"code": "000000" if code_of() != "000000" else "000001"})
    assert "That code is wrong" in wrong.content.decode()
    assert not is_in(browser)
    assert browser.post(page, {"code": code_of()}).headers["Location"] == "/portal/"
    assert is_in(browser)


def test_a_code_opens_once_though_its_neighbours_are_taken_too() -> None:
    person = given_person(password=PASSWORD, second_factor=True)
    page, code = "/portal/account/second-factor/code", code_of(periods_on=1)
    for expected in (HTTPStatus.FOUND, HTTPStatus.OK):
        browser = signed_out()
        sign_in(browser, person)
        assert browser.post(page, {"code": code}).status_code == expected


def test_a_recovery_code_opens_once() -> None:
    person = given_person(password=PASSWORD, second_factor=True)
    codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[3]
    for expected in (HTTPStatus.FOUND, HTTPStatus.OK):
        browser = signed_out()
        sign_in(browser, person)
        answer = browser.post("/portal/account/second-factor/code", {"code": code})
        assert answer.status_code == expected


def test_who_was_on_the_way_somewhere_gets_there() -> None:
    person, browser = given_person(password=PASSWORD), signed_out()
    answer = browser.post(
        "/portal/sign-in",
        {"login": person.email, "password": PASSWORD, "next": "/portal/account/sessions"},
    )
    assert answer.headers["Location"] == "/portal/account/sessions"
    elsewhere = signed_out().post(
        "/portal/sign-in",
        {"login": person.email, "password": PASSWORD, "next": "https://example.net/"},
    )
    assert elsewhere.headers["Location"] == "/portal/"


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "account/signup/",
        "account/email/",
        "account/login/",
        "account/confirm-email/",
        "account/password/set/",
        "account/recovery-codes/download/",
        "account/login/code/",
        "account/webauthn/",
    ],
)
def test_what_we_do_not_want_of_allauth_is_not_there(path: str) -> None:
    assert signed_in(given_person()).get(f"/portal/{path}").status_code == HTTPStatus.NOT_FOUND


def test_too_many_tries_get_a_page_of_ours() -> None:
    browser = signed_in(given_person(second_factor=True), seconds_ago=301)
    answers = [browser.post("/portal/account/again/code", {"code": "12"}) for _try in range(11)]
    assert answers[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Wait a few minutes" in answers[-1].content.decode()


def test_what_is_counted_is_counted_for_all_processes_in_the_portals_own_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal.cache")
        assert cursor.fetchone()[0] > 0


def test_a_page_costs_few_queries_for_the_door(portal: Portal) -> None:
    browser = signed_in(given_person(Role.ADMINISTRATOR, issuer=given_office(portal)))
    with CaptureQueriesContext(connection) as queries:
        assert browser.get("/portal/").status_code == HTTPStatus.FOUND
    assert len(queries) == 3, "the session, the person, and where that person works"


def _without_what_was_typed(answer: Page) -> str:
    text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", answer.content.decode())
    return re.sub(r"[\w.]+@example\.org|X-CSRFToken[^}]+", "", text)
