"""The portal of a real server: an invitation, a password, signing in, and what is shown then."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.cli.running import counterfoil, in_this_process, started, wait_until_live

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.sandbox_fsp.process import free_port

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


def test_an_invited_person_sets_a_password_and_sees_the_balances(
    browser: httpx.Client, home: Path
) -> None:
    assert browser.get("/").url.path == "/portal/sign-in"
    base = str(browser.base_url)
    create = ("user", "create", EMAIL, "--role", "administrator", "--at", base, "--json")
    link = counterfoil(*create, home=home).json["link"]
    page = browser.get(link)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "style=" not in page.text
    page = _submitted(browser, page, new_password1=PASSWORD, new_password2=PASSWORD)
    assert page.url.path == "/portal/sign-in"
    assert "This link has been used" in browser.get(link).text
    page = browser.get("/portal/sign-in")
    refused = _submitted(browser, page, username=EMAIL, password="wrong")
    assert "do not go together" in refused.text
    page = _submitted(browser, refused, username=EMAIL.upper(), password=PASSWORD)
    assert page.url.path == "/portal/"
    assert "Aid &lt;Agency&gt;" in page.text
    assert "1,234,567.00" in page.text
    assert browser.get("/portal/static/counterfoil.css").status_code == 200
    assert browser.get("/portal/static/other.css").status_code == 404
    assert browser.get("/portal/nothing").status_code == 404
    _submitted(browser, page)
    assert browser.get("/portal/").url.path == "/portal/sign-in"


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
    """The page's form, filled in and sent."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    address = page.url.path if action is None else action[1]
    return browser.post(address, data={"csrfmiddlewaretoken": token[1], **fields})
