"""What a browser is told so that it defends the person in front of it: at every address."""

import html
from collections.abc import Iterator
from html.parser import HTMLParser
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client
from tests.portal.access.addresses import addresses, parts_of
from tests.portal.access.furnished import Furnished
from tests.portal.access.table import lines
from tests.portal.access.visiting import Written, body_of, taken_back, visit
from tests.portal.given import (
    PASSWORD,
    given_person,
    last_mail_to,
    link_in,
    signed_in,
    signed_out,
)

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("portal")]  # minutes: every address

LINES: Final = {line.name: line for line in lines()}
OF_NAME: Final = {address.name: address for address in addresses()}
EVIL: Final = "https://evil.example"
NOT_OURS: Final = b"This page was open for too long"
TAKES_NO_TOKEN: Final[frozenset[str]] = frozenset()  # no address is sent to by anybody's page
KEPT_BY_BROWSERS: Final = {
    "static": "public, max-age=31536000, immutable",  # our style: of nobody
    "picture": "private, max-age=31536000, immutable",  # named by its content, for one browser
    "buyer-picture": "private, max-age=31536000, immutable",
}
GIVEN_AWAY: Final = frozenset(
    {"upload", "programme-report-csv", "paper", "buyer-paper", "buyer-proof-file"}
) | {line.name for line in lines() if line.name.endswith("-export")}
COOKIES: Final = {
    "counterfoil_session",
    "csrftoken",
    "counterfoil_language",
    "counterfoil_notices",
}
_POLICY: Final = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_OF_A_FILE: Final = {"default-src": "'none'", "sandbox": "", "frame-ancestors": "'none'"}


def visits(of: Furnished) -> Iterator[tuple[str, str, str, str]]:
    """Each address and method, as somebody who may and as nobody: name, letter, method, path."""
    for address in addresses():
        line = LINES[address.name]
        for method, who in (("GET", line.looks), ("POST", line.sends)):
            for letter in dict.fromkeys((who[:1], "N")) if who else ():
                yield address.name, letter, method, address.path(parts_of(of, address.name, letter))


def strict(of: Furnished, letter: str) -> Client:
    """That person's browser, from which a form without a token is refused as it is in life."""
    browser = Client(enforce_csrf_checks=True)
    browser.defaults |= of.browsers[letter].defaults
    browser.cookies = SimpleCookie(
        {name: cookie.value for name, cookie in of.browsers[letter].cookies.items()}
    )
    return browser


def test_nothing_is_sent_from_a_page_that_is_not_ours(ours: Furnished) -> None:
    refused = 0
    for name, letter, method, path in visits(ours):
        if method != "POST" or name in TAKES_NO_TOKEN:
            continue
        browser = strict(ours, letter)
        browser.get("/portal/account/forgotten")
        token = browser.cookies["csrftoken"].value
        forgeries: tuple[dict[str, str], ...] = (
            {},
            {"x-csrftoken": "a" * 32},
            {"x-csrftoken": token, "origin": EVIL},
            {"x-csrftoken": token, "origin": "null"},
        )
        for headers in forgeries:
            with taken_back():
                written = Written()
                answer = visit(browser, "POST", path, None, **headers)
                assert answer.status_code == HTTPStatus.FORBIDDEN, (name, letter, headers)
                assert NOT_OURS in body_of(answer), (name, letter, headers)
                assert written.tables() == set(), (name, letter, headers)
            refused += 1
        with taken_back():
            answer = visit(browser, "POST", path, {"csrfmiddlewaretoken": token})
            assert NOT_OURS not in body_of(answer), name
    assert refused > 400


def test_every_answer_says_what_a_browser_may_do_with_it(ours: Furnished) -> None:
    seen = set()
    for name, letter, method, path in visits(ours):
        with taken_back():
            answer = visit(ours.browsers[letter], method, path)
            body = body_of(answer)
        seen.add(answer.status_code)
        _check(answer, body, f"{method} {path} as {letter}", name)
    for path in ("/portal/nothing", f"{ours.root}/merchants/0", "/portal/static/x/nothing.css"):
        answer = visit(ours.browsers["O"], "GET", path)
        seen.add(answer.status_code)
        _check(answer, body_of(answer), path, "")
    for letter, name in (("U", "money-open"), ("K", "shop-details")):
        path = OF_NAME[name].path(parts_of(ours, name, letter))
        answer = visit(ours.browsers[letter], "GET", path)
        seen.add(answer.status_code)
        _check(answer, body_of(answer), path, "")
    answer = visit(ours.browsers["O"], "DELETE", f"{ours.root}/")
    _check(answer, body_of(answer), "DELETE", "")
    assert seen >= {200, 302, 403, 404}


def _check(answer: HttpResponseBase, body: bytes, what: str, name: str) -> None:
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, what
    told = answer.headers
    policy = dict(
        part.strip().partition(" ")[::2] for part in told["Content-Security-Policy"].split(";")
    )
    is_file = name in {"upload", "buyer-proof-file"} and answer.status_code == HTTPStatus.OK
    assert policy == (_OF_A_FILE if is_file else _POLICY), what
    assert told["X-Content-Type-Options"] == "nosniff", what
    assert told["X-Frame-Options"] == "DENY", what
    assert told["Referrer-Policy"] == "same-origin", what
    assert told["Cross-Origin-Opener-Policy"] == "same-origin", what
    kept = KEPT_BY_BROWSERS.get(name) if answer.status_code == HTTPStatus.OK else None
    if kept is None:
        assert "no-store" in told["Cache-Control"], what
    else:
        assert told["Cache-Control"] == kept, what
    kind = told.get("Content-Type", "").partition(";")[0]
    if name in GIVEN_AWAY and answer.status_code == HTTPStatus.OK:
        assert told["Content-Disposition"].startswith("attachment; "), what
        assert kind != "text/html", what
    elif kind == "text/html":
        page = Page()
        page.feed(body.decode())
        assert page.faults == [], what
    for cookie in answer.cookies.values():
        is_of_live = cookie.key.startswith("counterfoil_live.")  # which the API reads
        assert is_of_live or cookie.key in COOKIES, what
        if cookie["max-age"] == 0:
            continue  # taken away
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
            (True, "Strict", "/live", "") if is_of_live else (True, "Lax", "/portal", "")
        ), what


class Page(HTMLParser):
    """What of a page a browser would not run or load, and what leads off."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"style", "iframe", "object", "embed", "base"}:
            self.faults.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/portal/static/"):
            self.faults.append("script")
        if tag == "a" and given.get("target"):
            self.faults.append("target")
        for name, value in given.items():
            if name.startswith("on") or name == "style" or "javascript:" in (value or ""):
                self.faults.append(f"{tag} {name}")


def test_cookies_are_those_we_know(ours: Furnished) -> None:
    """Of somebody who chooses a language, signs out, and is told so."""
    browser = strict(ours, "N")
    browser.get("/portal/sign-in")
    token = browser.cookies["csrftoken"].value
    browser.post("/portal/language", {"language": "es", "csrfmiddlewaretoken": token})
    browser.get(f"/portal/apply/{ours.code}/{ours.desk.token}")
    assert set(browser.cookies) == {"csrftoken", "counterfoil_language"}
    for cookie in browser.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/portal")


PLACES: Final = (
    EVIL,
    "//evil.example/",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "\t//evil.example",
    "https:evil.example",
    "http://localhost.evil.example/",
    "http://localhost@evil.example/",
    "http://127.0.0.1/",
    "http://127.0.0.1:9/",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2f%2fevil.example",
)


def goes_to(path: str, answer: HttpResponseBase) -> str:
    """The host on which one is after it."""
    return urlsplit(urljoin(f"http://localhost{path}", answer.headers.get("Location", ""))).netloc


@pytest.mark.parametrize("place", [EVIL, "//evil.example/"])
def test_no_address_leads_where_a_stranger_says(place: str, ours: Furnished) -> None:
    asked = {"next": place, "redirect": place, "url": place, "return_to": place}
    for name, letter, method, path in visits(ours):
        with taken_back():
            headers = {"referer": place} if method == "POST" else {}
            answer = visit(ours.browsers[letter], method, path, asked, **headers)
            body_of(answer)
        assert goes_to(path, answer) == "localhost", (name, letter, method)


@pytest.mark.parametrize("place", PLACES)
def test_who_signs_in_by_a_link_of_a_stranger_stays_here(place: str) -> None:
    person = given_person(password=PASSWORD)
    browser, page = signed_out(), f"/portal/sign-in?{urlencode({'next': place})}"
    assert browser.get(page).status_code == HTTPStatus.OK
    sent = {"login": person.email, "password": PASSWORD, "next": place}
    assert goes_to(page, browser.post(page, sent)) == "localhost"
    for path in ("/portal/language", "/portal/account/again", "/portal/sign-out"):
        browser = signed_in(person, seconds_ago=600)
        sent = {"language": "es", "password": PASSWORD, "next": place}
        address = f"{path}?{urlencode({'next': place})}"
        answer = browser.post(address, sent, headers={"referer": place})
        assert answer.status_code == HTTPStatus.FOUND
        assert goes_to(address, answer) == "localhost", path


def test_a_forged_host_is_answered_by_nothing(ours: Furnished) -> None:
    for name, letter, method, path in visits(ours):
        with taken_back():
            written = Written()
            answer = visit(ours.browsers[letter], method, path, host="evil.example")
            assert answer.status_code == HTTPStatus.BAD_REQUEST, (name, letter, method)
            assert written.tables() == set(), (name, letter, method)
            assert b"evil" not in body_of(answer)
    for host in ("localhost.evil.example", "localhost@evil.example", "a b", "localhost:x"):
        answer = visit(ours.browsers["O"], "GET", f"{ours.root}/", host=host)
        assert answer.status_code == HTTPStatus.BAD_REQUEST, host


def test_what_else_names_a_host_is_not_believed(ours: Furnished) -> None:
    person = given_person(password="three quiet herons")
    for header in ("x-forwarded-host", "x-host", "forwarded", "x-original-host"):
        browser = signed_out()
        value = f"host={EVIL}" if header == "forwarded" else "evil.example"
        sent = {"email": person.email}
        answer = visit(browser, "POST", "/portal/account/forgotten", sent, **{header: value})
        assert answer.status_code == HTTPStatus.FOUND
        mail = last_mail_to(person)
        assert link_in(mail).startswith("/portal/account/forgotten/")
        assert "evil" not in mail.body
    assert settings.ALLOWED_HOSTS == ["127.0.0.1", "localhost", "[::1]"]
    page = body_of(visit(ours.browsers["O"], "GET", f"{ours.root}/merchants", host="localhost"))
    assert f"http://localhost/portal/apply/{ours.code}" in html.unescape(page.decode())
