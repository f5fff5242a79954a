"""The dashboard of an issuer: exact figures after a known history, and for whom they are."""

import re
from typing import Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.databases import connected
from tests.given import given_active, given_group, given_stock
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, parts_of_book, proved, sheet_of
from tests.portal.given import given_office, given_person, given_shop_role, signed_in
from tests.portal.watching.histories import History, given_history, strips, table_of

from counterfoil.engine.issuer import Issuer
from counterfoil.portal.access import Office
from counterfoil.portal.models import AcceptorRoleName, Purchase, Role, TrailEntry
from counterfoil.portal.orchestrator.watching.listed import FIGURES

MINUS: Final = "\N{MINUS SIGN}"
QUERIES_MAX: Final = 15


@pytest.fixture
def history(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> History:
    return given_history(portal, monkeypatch)


@pytest.fixture
def browser(history: History) -> Client:
    return signed_in(given_person(Role.AUDITOR, issuer=history.issuer))


def page_of(browser: Client, issuer: Issuer, query: str = "") -> str:
    answer = browser.get(f"/portal/{issuer.code}/dashboard{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_thirty_days_beside_the_thirty_before(browser: Client, history: History) -> None:
    page = page_of(browser, history.issuer)
    assert strips(page) == {
        "Sold to organisations": ["50.00 KES", "5 vouchers · +25 %", "before: 40.00 KES"],
        "Handed out": ["40.00 KES", "4 vouchers · +100 %", "before: 20.00 KES"],
        "Redeemed": ["30.00 KES", "3 vouchers · +50 %", "before: 20.00 KES"],
        "Paid to merchants": ["0.00 KES", "nothing before"],
        "Revenue": ["1.00 KES", "+25 %", "fees: 1.00 KES", "breakage: 0.00 KES"],
        "Owed to merchants now": ["50.00 KES", "earned, not paid out yet"],
        "Still in people's hands": ["0.00 KES", "0 vouchers"],
        "In stock now": ["390.00 KES", "39 vouchers"],
    }
    assert table_of(page, "Vouchers by day") == [
        ["1 May 2040", "5", "1", "1"],
        ["2 May 2040", "0", "2", "1"],
        ["21 May 2040", "0", "1", "1"],
    ]
    assert table_of(page, "Value redeemed by day") == [
        ["1 May 2040", "10.00"],
        ["2 May 2040", "10.00"],
        ["21 May 2040", "10.00"],
    ]
    assert table_of(page, "Redeemed most at") == [
        ["Asha Stores", "20.00"],
        ["Baraka Stores", "10.00"],
    ]
    assert table_of(page, "Bought most") == [["Relief Now", "50.00"]]
    root = f"/portal/{history.issuer.code}"
    assert f'<a href="{root}/merchants/{history.baraka}">Baraka Stores</a></th>' in page
    assert f'<a href="{root}/organisations/{history.relief}">Relief Now</a></th>' in page


@pytest.mark.parametrize(
    ("query", "redeemed", "vouchers", "before"),
    [
        ("?period=today", "10.00 KES", "1 voucher", "nothing before"),
        ("?period=7", "10.00 KES", "1 voucher", "nothing before"),
        ("?period=90", "50.00 KES", "5 vouchers", "nothing before"),
        ("?period=year", "50.00 KES", "5 vouchers", "nothing before"),
        ("?since=2040-05-01&until=2040-05-01", "10.00 KES", "1 voucher", "nothing before"),
        (
            "?since=2040-05-02&until=2040-05-02",
            "10.00 KES",
            "1 voucher · as before",
            "before: 10.00 KES",
        ),
        (
            "?since=2040-05-03&until=2040-05-20",
            "0.00 KES",
            f"0 vouchers · {MINUS}100 %",
            "before: 20.00 KES",
        ),
        ("?since=2040-04-01&until=2040-05-01", "30.00 KES", "3 vouchers", "nothing before"),
        (
            "?since=2040-04-02&until=2040-05-21",
            "30.00 KES",
            "3 vouchers · +50 %",
            "before: 20.00 KES",
        ),
    ],
)
def test_a_period_has_its_first_and_its_last_day(
    browser: Client, history: History, query: str, redeemed: str, vouchers: str, before: str
) -> None:
    page = page_of(browser, history.issuer, query)
    assert strips(page)["Redeemed"] == [redeemed, vouchers, before]
    assert ("Vouchers by day" in page) != (query == "?period=today" or _is_one_day(query))


def _is_one_day(query: str) -> bool:
    days = re.findall(r"\d{4}-\d\d-\d\d", query)
    return len(days) > 0 and len(set(days)) == 1


def test_a_programme_has_figures_of_its_own(browser: Client, history: History) -> None:
    page = page_of(browser, history.issuer, f"?programme={history.school}")
    shown = strips(page)
    assert shown["Handed out"] == ["10.00 KES", "1 voucher", "nothing before"]
    assert shown["Redeemed"] == ["10.00 KES", "1 voucher", "nothing before"]
    assert shown["Sold to organisations"][0] == "0.00 KES"
    assert shown["In stock now"] == ["40.00 KES", "4 vouchers"]
    assert "Paid to merchants" not in shown
    assert "Owed to merchants now" not in shown
    assert table_of(page, "Redeemed most") == [["Lunch", "10.00"]]
    assert "Bought most" not in page
    assert f'<option value="{history.school}" selected>' in page
    unknown = page_of(browser, history.issuer, "?programme=NONE")
    assert strips(unknown)["Redeemed"][0] == "30.00 KES"


def test_it_says_how_far_the_figures_are(portal: Portal, browser: Client, history: History) -> None:
    assert "what happened since is being counted" not in page_of(browser, history.issuer)
    with connected(portal.url) as engine:
        given_active(engine, history.issuer)
    assert "what happened since is being counted" in page_of(browser, history.issuer)


@pytest.mark.usefixtures("history")
def test_another_issuers_figures_are_never_in_it(portal: Portal, browser: Client) -> None:
    other = given_office(portal)
    assert browser.get(f"/portal/{other.code}/dashboard").status_code == 404
    assert browser.post(f"/portal/{other.code}/dashboard/export").status_code == 404
    theirs = signed_in(given_person(Role.AUDITOR, issuer=other))
    assert "No figures yet" in page_of(theirs, other)
    with connected(portal.url) as engine:
        given_group(engine, other)
        given_stock(engine, other, 3)
    shown = strips(page_of(theirs, other))
    assert {said[0] for name, said in shown.items() if name != "In stock now"} == {"0.00 KES"}
    assert shown["In stock now"] == ["30.00 KES", "3 vouchers"]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_of_the_office_sees_it(history: History, role: Role) -> None:
    browser = signed_in(given_person(role, issuer=history.issuer))
    assert strips(page_of(browser, history.issuer))["Redeemed"][0] == "30.00 KES"


def test_nobody_else_does(history: History) -> None:
    owner = given_person()
    given_shop_role(owner, history.issuer, history.asha, AcceptorRoleName.OWNER)
    browser = signed_in(owner)
    assert browser.get(f"/portal/{history.issuer.code}/dashboard").status_code == 404


@pytest.mark.parametrize("query", ["", "?programme=SCHOOL", "?period=year", "?period=today"])
def test_it_asks_little(browser: Client, history: History, query: str) -> None:
    page_of(browser, history.issuer)  # from now on this is where the person was last
    with CaptureQueriesContext(connection) as asked:
        page_of(browser, history.issuer, query)
    assert len(asked) <= QUERIES_MAX


def test_what_needs_somebody_comes_first_and_leads_there(browser: Client, history: History) -> None:
    calm = page_of(browser, history.issuer)
    assert "Nothing waits for you." in calm
    assert "Look at this first" not in calm
    common = {
        "issuer_id": history.issuer.issuer_id,
        "organisation_id": history.relief,
        "funding_account_id": 1,
        "currency": "KES",
        "waits_since": timezone.now(),
        "made_by": "person:1",
        "changed_by": "person:1",
    }
    for number in (1, 2):
        Purchase.objects.create(number=number, status="requested", **common)
    page = page_of(browser, history.issuer)
    found = re.search(r'<ul class="counts">(.*?)</ul>', page, re.DOTALL)
    assert found is not None
    assert " ".join(re.sub("<[^>]+>", " ", found[1]).split()) == "2 purchases wait for an answer"
    assert page.index("Look at this first") < page.index("Sold to organisations")


def test_the_days_as_a_file(browser: Client, history: History) -> None:
    address = f"/portal/{history.issuer.code}/dashboard/export"
    asked = {"since": "2040-04-30", "until": "2040-05-02"}
    headings, *lines = csv_of(browser.post(address, asked))
    said = [dict(zip(headings, line, strict=True)) for line in lines]
    names = ("Day (UTC)", "Sold", "Handed out", "Redeemed", "Redeemed, value", "Fees")
    assert [[each[name] for name in names] for each in said] == [
        ["2040-04-30", "0", "0", "0", "0.00", "0.00"],
        ["2040-05-01", "5", "1", "1", "10.00", "1.00"],
        ["2040-05-02", "0", "2", "1", "10.00", "0.00"],
    ]
    returned = "Unused, back with the issuer"
    assert [each[returned] for each in said] == ["0.00", "0.00", "10.00"]
    sheet = sheet_of(parts_of_book(browser.post(address, {**asked, "format": "xlsx"})))
    assert len(sheet) == len(lines) + 1
    taken = TrailEntry.objects.filter(issuer_id=history.issuer.issuer_id, event="figures.exported")
    assert [(each.after or {})["format"] for each in taken.order_by("pk")] == ["csv", "xlsx"]
    of_programme = csv_of(browser.post(address, {**asked, "programme": history.school}))
    assert [line[7] for line in of_programme[1:]] == ["0", "0", "1"]


def test_every_day_is_in_the_file_once(history: History) -> None:
    person = given_person(Role.AUDITOR, issuer=history.issuer)
    office = Office(
        history.issuer.issuer_id, history.issuer.code, "", person, frozenset({Role.AUDITOR})
    )
    proved(FIGURES, office, rows=30)
