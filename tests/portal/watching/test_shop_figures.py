"""What a merchant sees of its redemptions: figures and a list of its own, and nobody else's."""

import re
from typing import Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, proved
from tests.portal.given import given_person, given_shop_role, signed_in
from tests.portal.watching.histories import History, given_history, strips, table_of

from counterfoil.portal.access import Shop, ShopRole
from counterfoil.portal.models import AcceptorRoleName, TrailEntry
from counterfoil.portal.redemptions import of_shop

QUERIES_MAX: Final = 15


@pytest.fixture
def history(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> History:
    return given_history(portal, monkeypatch)


def somebody(
    history: History, acceptor_id: int, role: AcceptorRoleName = AcceptorRoleName.OWNER
) -> Client:
    person = given_person()
    given_shop_role(person, history.issuer, acceptor_id, role)
    return signed_in(person)


def page_of(browser: Client, history: History, acceptor_id: int, rest: str = "") -> str:
    answer = browser.get(f"/portal/{history.issuer.code}/shop/{acceptor_id}/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(page: str) -> list[tuple[str, str]]:
    """The day and the amount of each redemption in the list."""
    found = re.findall(r'datetime="(2040-\d\d-\d\d)T.*?<b>([\d.,]+)</b>', page, re.DOTALL)
    return [(str(day), str(amount)) for day, amount in found]


def test_today_the_last_week_and_the_period(history: History) -> None:
    page = page_of(somebody(history, history.asha), history, history.asha)
    shown = strips(page)
    assert shown["Today"] == ["10.00 KES", "1 voucher"]
    assert shown["Last 7 days"] == ["10.00 KES", "1 voucher"]
    assert shown["In this period"] == ["20.00 KES", "2 vouchers · as before", "before: 20.00 KES"]
    assert shown["Owed to you"][0] == "40.00 KES"
    assert shown["Paid out to you"] == ["0.00 KES"]
    assert table_of(page, "Redeemed by day") == [
        ["1 May 2040", "10.00"],
        ["21 May 2040", "10.00"],
    ]
    two_days = "?since=2040-05-01&until=2040-05-02"
    page = page_of(somebody(history, history.asha), history, history.asha, two_days)
    assert strips(page)["In this period"] == ["10.00 KES", "1 voucher", "nothing before"]


def test_another_merchants_figures_are_never_in_it(history: History) -> None:
    browser = somebody(history, history.baraka)
    shown = strips(page_of(browser, history, history.baraka))
    assert shown["In this period"] == ["10.00 KES", "1 voucher", "nothing before"]
    assert shown["Today"] == ["0.00 KES", "0 vouchers"]
    assert rows_of(page_of(browser, history, history.baraka, "redemptions")) == [
        ("2040-05-02", "10.00")
    ]
    for rest in ("", "redemptions"):
        other = browser.get(f"/portal/{history.issuer.code}/shop/{history.asha}/{rest}")
        assert other.status_code == 404


def test_a_cashier_sees_no_figures(history: History) -> None:
    browser = somebody(history, history.asha, AcceptorRoleName.CASHIER)
    page = page_of(browser, history, history.asha)
    assert "What you redeemed" not in page
    assert "In this period" not in page
    root = f"/portal/{history.issuer.code}/shop/{history.asha}/redemptions"
    assert browser.get(root).status_code == 403
    assert browser.post(f"{root}/export").status_code == 403


def test_every_redemption_newest_first_and_by_its_days(history: History) -> None:
    browser = somebody(history, history.asha)
    days = [day for day, _amount in rows_of(page_of(browser, history, history.asha, "redemptions"))]
    assert days == ["2040-05-21", "2040-05-01", "2040-04-01", "2040-04-01"]
    oldest = page_of(browser, history, history.asha, "redemptions?sort=oldest&since=2040-05-01")
    assert [day for day, _amount in rows_of(oldest)] == ["2040-05-01", "2040-05-21"]
    none = page_of(browser, history, history.asha, "redemptions?since=2040-05-02&until=2040-05-20")
    assert "Nothing redeemed in these days" in none


def test_the_list_as_a_file(history: History) -> None:
    browser = somebody(history, history.asha)
    address = f"/portal/{history.issuer.code}/shop/{history.asha}/redemptions/export"
    headings, *lines = csv_of(browser.post(address, {"since": "2040-05-01", "sort": "oldest"}))
    assert headings[1:] == ["Voucher", "Code", "Serial", "Amount", "Amount: currency"]
    assert [[line[0][:10], line[2], *line[4:]] for line in lines] == [
        ["2040-05-01", "FOOD-AID", "10.00", "KES"],
        ["2040-05-21", "FOOD-AID", "10.00", "KES"],
    ]
    taken = TrailEntry.objects.get(
        issuer_id=history.issuer.issuer_id, event="shop-redemptions.exported"
    )
    assert taken.subject == f"acceptor:{history.asha}"


def test_every_order_of_the_list_has_each_once(history: History) -> None:
    shop = Shop(
        history.issuer.issuer_id,
        history.issuer.code,
        "",
        history.asha,
        "",
        given_person(),
        frozenset({ShopRole.OWNER}),
    )
    proved(of_shop(shop), shop, rows=4)


@pytest.mark.parametrize("rest", ["", "redemptions"])
def test_it_asks_little(history: History, rest: str) -> None:
    browser = somebody(history, history.asha)
    page_of(browser, history, history.asha, rest)
    with CaptureQueriesContext(connection) as asked:
        page_of(browser, history, history.asha, rest)
    assert len(asked) <= QUERIES_MAX
