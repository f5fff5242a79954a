"""Names and searches that want to be more than text: on pages, in queries, in tables, in mails."""

import csv
import html
import io
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final
from uuid import uuid4

import pytest
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from tests.databases import connected
from tests.portal.access.addresses import addresses, parts_of
from tests.portal.access.furnished import Furnished, given_furnished
from tests.portal.access.table import lines
from tests.portal.access.test_browser_defences import Page
from tests.portal.access.test_isolation import given_everything
from tests.portal.access.visiting import body_of, taken_back, visit
from tests.portal.conftest import Portal
from tests.portal.filled import filled
from tests.portal.given import given_person, given_shop_role, signed_in, signed_out

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.operation import Caller
from counterfoil.engine.programmes import ProgrammeDesign, open_programme
from counterfoil.portal.models import (
    AcceptorRoleName,
    Application,
    Mail,
    MerchantProfile,
    Person,
    Role,
)
from counterfoil.portal.spreadsheets import harmless
from counterfoil.portal.trail import record

pytestmark = pytest.mark.prove
LINES: Final = {line.name: line for line in lines()}
RUNS: Final = "\"'--><img/src=x onerror=alert(1)>{{7*7}}{% now %}</title></textarea>"
_RAW: Final = re.compile(r"<img/src|onerror=alert\(1\)>")
SEARCHES: Final = (
    ("merchants", "text"),
    ("vouchers", "name"),
    ("stock", "group"),
    ("people", "search"),
    ("vouchers/drafts/{draft}/names", "find"),
)
QUERIES: Final = (
    "' OR '1'='1",
    "') OR 1=1 --",
    "'; DROP TABLE portal.portal_person; --",
    "x' UNION SELECT email FROM portal.portal_person --",
    "%' --",
    "\\' OR 1=1 --",
    "$$ OR true $$",
    "%(issuer_id)s",
    "%s",
    "_________",
    "%%",
    "\\",
)
FORMULAS: Final = (
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "   =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "-",
)


@pytest.fixture(scope="module")
def hostile(portal: Portal) -> Furnished:
    """An issuer of which every name is an attack."""
    return given_furnished(portal, RUNS, at=3)


def test_a_name_is_a_text_on_every_page(hostile: Furnished) -> None:
    browser = signed_in(given_everything(hostile), seconds_ago=-3600)
    shown = 0
    for path, body in everything(hostile, browser):
        assert not _RAW.search(body), (path, _RAW.search(body))
        page = Page()
        page.feed(body)
        assert page.faults == [], path
        shown += "&lt;img/src=x" in body
    assert shown > 60


def everything(of: Furnished, browser: Client) -> Iterator[tuple[str, str]]:
    """All that can be looked at: pages of who works there, of its shops, of applicants."""
    for address in addresses():
        line = LINES[address.name]
        for method, who in (("GET", line.looks), ("POST", line.sends)):
            for letter in who[:1] + ("W" if "W" in who[1:] else ""):
                path = address.path(parts_of(of, address.name, letter))
                asks = browser if letter in "AOF" and "issuer" in address.parts else None
                with taken_back():
                    answer = visit(asks or of.browsers[letter], method, path)
                    body = body_of(answer)
                if answer.headers.get("Content-Type", "").startswith("text/html"):
                    yield f"{method} {path}", body.decode()
    for command_id in of.asked.waiting.values():
        path = f"{of.root}/commands/{command_id}"
        for reader, more in ((browser, ""), (of.browsers["P"], "/decide")):
            yield path + more, body_of(visit(reader, "GET", path + more)).decode()


def test_what_is_searched_for_is_no_query(ours: Furnished) -> None:
    """It finds what nonsense finds: nothing; and everything is still there."""
    browser = ours.browsers["O"]
    administrator = ours.browsers["A"]
    people = Person.objects.count()
    for page, name in SEARCHES:
        path = f"{ours.root}/{page.format(draft=ours.desk.draft)}"
        reader = administrator if page == "people" else browser
        nothing = said(reader, path, name, "zzzzzz")
        for query in QUERIES:
            assert said(reader, path, name, query) == nothing, (page, query)
        if name != "find":
            assert ours.marks.text in body_of(visit(reader, "GET", path)).decode()
    assert Person.objects.count() == people


def said(browser: Client, path: str, name: str, asked: str) -> str:
    """The page, without what was asked and what differs each time."""
    answer = visit(browser, "GET", path, {name: asked})
    assert answer.status_code == HTTPStatus.OK
    body = html.unescape(body_of(answer).decode())
    for same in (asked, asked.strip()):
        body = body.replace(same, "ASKED")
    return re.sub(r"[0-9a-f-]{36}|csrf\S+|X-CSRFToken[^}]*|value=\S*|<time.*?</time>", "", body)


def test_a_name_that_is_a_query_is_kept_as_it_is(ours: Furnished) -> None:
    name = "'); DROP TABLE portal.portal_person; --"
    browser, path = ours.browsers["O"], f"{ours.root}/merchants/new"
    with taken_back():
        given = {"kind": "agent", "name": name, "country": "KE", "origin": "paper"}
        answer = visit(browser, "POST", path, filled(browser, path, given))
        assert answer.status_code == HTTPStatus.FOUND
        assert MerchantProfile.objects.filter(issuer_id=ours.issuer_id, name=name).count() == 1
    assert Person.objects.exists()


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_work_out_begins_as_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "12", "-12.50", "Njeri & Sons = best", "a-b", "'=1"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def cells(answer: HttpResponseBase) -> list[str]:
    text = body_of(answer).decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def test_no_table_that_is_taken_away_has_a_formula(portal: Portal, ours: Furnished) -> None:
    code = f"CALC-{uuid4().hex[:8].upper()}"
    with connected(portal.url) as engine:
        ours.house.issuer.catch_up(engine)
        open_programme(
            engine,
            ours.house.issuer,
            Caller(0, "cli:=1+1"),
            ProgrammeDesign(name=FORMULAS[0], description=FORMULAS[1]),
            code=code,
            funding_account_id=ours.house.funding_account_id,
            reason=FORMULAS[2],
        )
    for text in FORMULAS:
        record(
            ours.issuer_id,
            given_person(Role.AUDITOR, issuer=ours.house.issuer, name=text).actor,
            "settings.changed",
            subject=text,
            before={"language": text},
            after={"language": text},
            reason=text,
            address=text,
        )
    report = cells(visit(ours.browsers["U"], "GET", f"{ours.root}/programmes/{code}/report.csv"))
    assert f"'{FORMULAS[0]}" in report
    assert f"'{FORMULAS[2]}" in report
    trail = cells(visit(ours.browsers["U"], "POST", f"{ours.root}/trail/export"))
    for text in FORMULAS:
        assert f"'{text}" in trail, text
    for cell in (*report, *trail):
        assert harmless(cell) == cell, cell


LINES_OF_TWO: Final = "Kiosk\r\nBcc: thief@evil.example\r\n\r\n<b>Win</b> & more"
ONE_LINE: Final = "Kiosk Bcc: thief@evil.example <b>Win</b> & more"


def test_a_name_of_two_lines_adds_nothing_to_the_head_of_a_mail(
    portal: Portal, ours: Furnished
) -> None:
    with connected(portal.url) as engine:
        ours.house.issuer.catch_up(engine)
        (acceptor_id,) = create_acceptors(
            engine,
            ours.house.issuer,
            Caller(0, "cli:test"),
            [AcceptorDesign(name=LINES_OF_TWO, kind="merchant", account=uuid4().hex)],
            reference=uuid4().hex,
        )
    owner = given_person(name="Asha\r\nBcc: thief@evil.example")
    given_shop_role(owner, ours.house.issuer, acceptor_id, AcceptorRoleName.OWNER)
    browser, path = signed_in(owner), f"{ours.root}/shop/{acceptor_id}/people"
    email = f"{uuid4().hex}@example.org"
    answer = browser.post(path, filled(browser, path, {"email": email}))
    assert answer.status_code == HTTPStatus.FOUND
    (mail,) = Mail.objects.filter(recipient=email)
    assert mail.subject == f"{ONE_LINE} lets you in"
    assert mail.body.startswith("Asha Bcc: thief@evil.example has made you Cashier of Kiosk Bcc")
    shown = signed_out().get(f"/portal/outbox/{mail.pk}").content.decode()
    assert "<b>Win" not in shown
    assert "&lt;b&gt;Win" in shown
    assert not Mail.objects.filter(recipient__contains="evil.example").exists()


def test_an_applicants_name_stays_in_its_line(ours: Furnished) -> None:
    application = Application.objects.get(issuer_id=ours.issuer_id, profile=ours.desk.profile)
    MerchantProfile.objects.filter(pk=ours.desk.profile).update(name=LINES_OF_TWO)
    path = f"{ours.root}/merchants/applications/{ours.desk.profile}/reject"
    before = Mail.objects.filter(recipient=application.email).count()
    browser = ours.browsers["O"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, told FROM portal.merchant_profile WHERE id = %s", [ours.desk.profile]
        )
        status, told = cursor.fetchone()
    try:
        sent = {"message": "No\r\nBcc: thief@evil.example", "command_id": str(uuid4())}
        assert browser.post(path, sent).status_code == HTTPStatus.FOUND
        mails = Mail.objects.filter(recipient=application.email).order_by("id")[before:]
        (mail,) = mails
        assert "\n" not in mail.subject
        assert f"The application of {ONE_LINE} was not approved." in mail.body
        assert not Mail.objects.filter(recipient__contains="evil.example").exists()
    finally:
        MerchantProfile.objects.filter(pk=ours.desk.profile).update(
            name=ours.marks.name("Market"), status=status, told=told
        )


def test_an_invitation_says_the_issuers_name_as_it_is(hostile: Furnished) -> None:
    path = f"{hostile.root}/people/invite"
    email = f"{uuid4().hex}@example.org"
    browser = hostile.browsers["A"]
    given: dict[str, str | list[str]] = {"email": email, "name": RUNS, "roles": ["auditor"]}
    assert browser.post(path, filled(browser, path, given)).status_code == HTTPStatus.FOUND
    mail = Mail.objects.get(recipient=email)
    assert mail.subject == f"Aid {RUNS} {hostile.marks.text} invites you"
    shown = signed_out().get(f"/portal/outbox/{mail.pk}").content.decode()
    assert not _RAW.search(shown)
    welcome = re.search(r"/portal/welcome/\S+", mail.body)
    assert welcome is not None
    page = signed_out().get(welcome[0], follow=True).content.decode()
    assert not _RAW.search(page)
    assert "&lt;img/src=x" in page
