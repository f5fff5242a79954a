"""A portal that is reached by its name from elsewhere: cookies and answers as they are then."""

import json
import subprocess
import sys
from typing import Any

import pytest
from tests.portal.conftest import Portal
from tests.portal.given import PASSWORD, given_person

pytestmark = pytest.mark.prove  # a process of its own
_PROGRAM = """
import json, sys
from counterfoil.portal.configuration import Serving, configure

url, email, password = sys.argv[1:]
configure(url, secret="s" * 50, serving=Serving(hosts=("vouchers.example.org",)))
from django.conf import settings
from django.test import Client

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
told = {}

def note(name, answer):
    told[name] = {
        "status": answer.status_code,
        "headers": dict(answer.headers),
        "cookies": {key: dict(each) for key, each in answer.cookies.items()},
    }
    return answer

def browser(name, **more):
    return Client(enforce_csrf_checks=True, SERVER_NAME=name, REMOTE_ADDR="10.9.8.7", **more)

ours = browser("vouchers.example.org", headers={"referer": "https://vouchers.example.org/"})
note("page", ours.get("/portal/sign-in", secure=True))
sent = {
    "login": email, "password": password, "next": "http://vouchers.example.org/portal/account",
    "csrfmiddlewaretoken": ours.cookies["csrftoken"].value,
}
note("entered", ours.post("/portal/sign-in", sent, secure=True))
sent = {"language": "es", "csrfmiddlewaretoken": ours.cookies["csrftoken"].value}
note("language", ours.post("/portal/language", sent, secure=True))
note("nothing", ours.get("/portal/nothing", secure=True))
note("static", ours.get("/portal/static/x/counterfoil.css", secure=True))
note("plain", ours.get("/portal/sign-in"))
elsewhere = {"referer": "https://evil.example/", "origin": "https://evil.example"}
note("evil", ours.post("/portal/language", sent, secure=True, headers=elsewhere))
for host in ("localhost", "127.0.0.1", "evil.example"):
    note(host, browser(host).get("/portal/sign-in", secure=True))
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(portal: Portal) -> dict[str, Any]:
    person = given_person(password=PASSWORD)
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", _PROGRAM, portal.url, person.email, PASSWORD],
        capture_output=True,
        check=True,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_a_browser_is_told_to_come_by_https_alone_for_a_year(told: dict[str, Any]) -> None:
    for name in ("page", "entered", "language", "nothing", "static", "evil"):
        headers = told[name]["headers"]
        assert headers["Strict-Transport-Security"] == "max-age=31536000", name
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in told["plain"]["headers"]  # it would not count


def test_its_cookies_go_by_https_alone_and_to_no_script(told: dict[str, Any]) -> None:
    cookies = {
        key: each
        for name in ("page", "entered", "language")
        for key, each in told[name]["cookies"].items()
    }
    assert set(cookies) == {"csrftoken", "counterfoil_session", "counterfoil_language"}
    for key, each in cookies.items():
        kept = (each["secure"], each["httponly"], each["samesite"], each["path"], each["domain"])
        assert kept == (True, True, "Lax", "/portal", ""), key


def test_who_signs_in_is_not_led_to_where_nothing_is_secret(told: dict[str, Any]) -> None:
    assert told["entered"]["status"] == 302
    assert told["entered"]["headers"]["Location"] == "/portal/"


def test_a_page_of_another_site_sends_nothing(told: dict[str, Any]) -> None:
    assert told["language"]["status"] == 302
    assert told["evil"]["status"] == 403


def test_it_answers_by_its_own_name_alone(told: dict[str, Any]) -> None:
    """Otherwise a mail asked for by another name would lead there."""
    statuses = {host: told[host]["status"] for host in ("localhost", "127.0.0.1", "evil.example")}
    assert statuses == {"localhost": 400, "127.0.0.1": 400, "evil.example": 400}
    assert told["page"]["status"] == 200
