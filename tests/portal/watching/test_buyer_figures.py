"""What an organisation sees of its vouchers: figures, where they were redeemed, and each one."""

import re
from typing import Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, proved
from tests.portal.given import given_buyer_role, given_person, signed_in
from tests.portal.watching.histories import History, given_history, strips, table_of

from counterfoil.portal.access import BUYERS, Buyer
from counterfoil.portal.models import OrganisationRoleName
from counterfoil.portal.redemptions import of_buyer

QUERIES_MAX: Final = 15


@pytest.fixture
def history(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> History:
    return given_history(portal, monkeypatch)


def somebody(
    history: History,
    organisation_id: int,
    role: OrganisationRoleName = OrganisationRoleName.MANAGER,
) -> Client:
    person = given_person()
    given_buyer_role(person, history.issuer, organisation_id, role)
    return signed_in(person)


def page_of(browser: Client, history: History, organisation_id: int, rest: str = "") -> str:
    answer = browser.get(f"/portal/{history.issuer.code}/org/{organisation_id}/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def of_period(page: str) -> dict[str, list[str]]:
    """The strip of the period alone."""
    return strips(page[page.index("How your vouchers go") :])


def test_bought_handed_out_redeemed_and_ended(history: History) -> None:
    page = page_of(somebody(history, history.relief), history, history.relief)
    assert of_period(page) == {
        "Bought": ["50.00 KES", "5 vouchers", "nothing before"],
        "Handed out": ["30.00 KES", "3 vouchers", "nothing before"],
        "Redeemed": ["20.00 KES", "2 vouchers", "nothing before"],
        "Ended unused": [
            "10.00 KES",
            "1 voucher expired or cancelled",
            "back on your balance: 0.00 KES",
        ],
    }
    assert table_of(page, "Handed out and redeemed by day") == [
        ["1 May 2040", "1", "1"],
        ["2 May 2040", "1", "0"],
        ["21 May 2040", "1", "1"],
    ]
    assert table_of(page, "Redeemed most at") == [["Asha Stores", "20.00"]]
    first = page_of(somebody(history, history.relief), history, history.relief, "?until=2040-05-01")
    assert of_period(first)["Handed out"] == ["10.00 KES", "1 voucher", "nothing before"]


def test_who_hands_out_sees_no_money_of_the_organisation(history: History) -> None:
    browser = somebody(history, history.relief, OrganisationRoleName.DISTRIBUTOR)
    page = page_of(browser, history, history.relief)
    shown = of_period(page)
    assert "Bought" not in shown
    assert shown["Redeemed"][1] == "2 vouchers"
    assert "back on your balance" not in page


def test_another_organisations_figures_are_never_in_it(history: History) -> None:
    browser = somebody(history, history.others)
    page = page_of(browser, history, history.others, "?period=year")
    shown = of_period(page)
    assert shown["Bought"][0] == "40.00 KES"
    assert shown["Handed out"][0] == "0.00 KES"
    assert "Asha Stores" not in page
    assert "Nothing redeemed yet" in page_of(browser, history, history.others, "redemptions")
    for rest in ("", "redemptions"):
        other = browser.get(f"/portal/{history.issuer.code}/org/{history.relief}/{rest}")
        assert other.status_code == 404


def test_each_redemption_of_its_vouchers(history: History) -> None:
    browser = somebody(history, history.relief)
    page = page_of(browser, history, history.relief, "redemptions")
    days = re.findall(r'datetime="(2040-\d\d-\d\d)T', page)
    assert days == ["2040-05-21", "2040-05-01"]
    vouchers = re.findall(rf'href="(/portal/\w+/org/{history.relief}/voucher/\d+)"', page)
    assert [browser.get(each).status_code for each in vouchers] == [200, 200]
    address = f"/portal/{history.issuer.code}/org/{history.relief}/redemptions/export"
    _headings, *lines = csv_of(browser.post(address))
    assert [[line[0][:10], *line[4:]] for line in lines] == [
        ["2040-05-21", "Asha Stores", "10.00", "KES"],
        ["2040-05-01", "Asha Stores", "10.00", "KES"],
    ]


def test_every_order_of_the_list_has_each_once(history: History) -> None:
    buyer = Buyer(
        history.issuer.issuer_id,
        history.issuer.code,
        "",
        history.relief,
        "",
        "approved",
        given_person(),
        BUYERS,
    )
    proved(of_buyer(buyer), buyer, rows=2)


@pytest.mark.parametrize("rest", ["", "redemptions"])
def test_it_asks_little(history: History, rest: str) -> None:
    browser = somebody(history, history.relief)
    page_of(browser, history, history.relief, rest)
    with CaptureQueriesContext(connection) as asked:
        page_of(browser, history, history.relief, rest)
    assert len(asked) <= QUERIES_MAX
