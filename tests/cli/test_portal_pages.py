"""The portal of a real server: an invitation, a password, signing in, and what is shown then."""

import base64
import hmac
import re
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.cli.running import counterfoil, in_this_process, started, wait_until_live

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.sandbox_fsp.process import free_port

pytestmark = pytest.mark.prove

PASSWORD = "three quiet herons"
EMAIL = "amina@example.org"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal") / "home"


@pytest.fixture(scope="module")
def browser(home: Path) -> Iterator[httpx.Client]:
    port = free_port()
    with EmbeddedPostgres(home, durable=False):
        assert counterfoil("migrate", home=home).code == 0
        for arguments in (
            ("issuer", "create", "AID", "--name", "Aid <Agency>", "--currency", "KES"),
            ("deposit", "AID", "1234567.00", "KES", "--reference", "R-1"),
        ):
            assert in_this_process(*arguments, home=home).code == 0
    with started("serve", "--port", str(port), "--home", str(home)):
        wait_until_live(port)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=10
        ) as client:
            yield client


def test_an_invited_administrator_comes_in_with_a_password_and_a_code(
    browser: httpx.Client, home: Path
) -> None:
    assert browser.get("/").url.path == "/portal/sign-in"
    base = str(browser.base_url)
    create = ("user", "create", EMAIL, "--role", "administrator", "--at", base, "--json")
    link = counterfoil(*create, home=home).json["link"]
    page = browser.get(link)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "style=" not in page.text
    told = {"name": "Amina Diallo", "new_password1": PASSWORD, "new_password2": PASSWORD}
    page = _submitted(browser, page, **told)
    assert page.url.path == "/portal/sign-in"
    assert "This link has been used" in browser.get(link).text
    page = browser.get("/portal/sign-in")
    refused = _submitted(browser, page, login=EMAIL, password="wrong")
    assert "do not go together" in refused.text
    assert _submitted(browser, refused, login=EMAIL.upper(), password=PASSWORD).history
    page = browser.get("/portal/AID/people")
    assert page.url.path == "/portal/account/second-factor/set-up"
    secret = re.search(r">([A-Z2-7]{32})<", page.text)
    assert secret is not None
    page = _submitted(browser, page, code=_code(secret[1]))
    assert page.url.path == "/portal/account/recovery-codes"
    assert "Amina Diallo" in browser.get("/portal/AID/people").text
    account = browser.get("/portal/account").text
    assert "Aid &lt;Agency&gt;" in account
    assert 'href="/portal/AID/"' in account
    assert "A second factor was set up" in browser.get(_newest_mail(browser)).text
    assert browser.get("/portal/nothing").status_code == 404
    browser.post("/portal/sign-out", data=_token(browser.get("/portal/account")))
    assert browser.get("/portal/").url.path == "/portal/sign-in"


def test_who_has_lost_everything_begins_anew(browser: httpx.Client, home: Path) -> None:
    lost = ("user", "create", "lost@example.org", "--issuer", "AID", "--role", "operator")
    assert counterfoil(*lost, home=home).code == 0
    link = counterfoil("user", "reset", "lost@example.org", "--json", home=home).json["link"]
    assert "Choose a password" in browser.get(link.removeprefix("http://127.0.0.1:8000")).text
    nobody = counterfoil("user", "reset", "nobody@example.org", home=home)
    assert (nobody.code, nobody.err) == (1, "counterfoil: There is no such person.\n")


@pytest.mark.usefixtures("browser")
def test_roles_that_exclude_each_other_are_refused(home: Path) -> None:
    operator = ("user", "create", "o@example.org", "--issuer", "AID", "--role", "operator")
    assert counterfoil(*operator, home=home).code == 0
    both = counterfoil(*operator[:-1], "approver", home=home)
    assert both.code == 1
    assert "Operator, approver and auditor exclude each other" in both.err


@pytest.mark.usefixtures("browser")
def test_the_portals_role_cannot_write_what_is_the_engines(home: Path) -> None:
    with EmbeddedPostgres(home) as server, psycopg.connect(server.url) as connection:
        connection.execute("SET ROLE counterfoil_portal")
        connection.commit()
        for forbidden in (
            "UPDATE account SET credit_minor = credit_minor + 1",
            "DELETE FROM posting",
            "SELECT sealed FROM voucher_secret",
            "SELECT wrapped FROM data_key",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
            connection.rollback()


def _submitted(browser: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
    """The page's form, filled in and sent to where it was shown."""
    return browser.post(page.url.path, data={**_token(page), **fields})


def _token(page: httpx.Response) -> dict[str, str]:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    return {"csrfmiddlewaretoken": token[1]}


def _newest_mail(browser: httpx.Client) -> str:
    found = re.search(r'href="(/portal/outbox/\d+)"', browser.get("/portal/outbox").text)
    assert found is not None
    return found[1]


def _code(secret: str) -> str:
    """What an authenticator shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
