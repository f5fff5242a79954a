"""Provisioning, pausing and cancelling through the pages and real commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import connection as portal_connection
from django.test.utils import CaptureQueriesContext
from tests.databases import connected
from tests.given import (
    SYSTEM,
    ask,
    balances,
    given_active,
    given_group,
    given_stock,
    preactivate,
)
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.vouchers.designing import (
    House,
    command_of,
    fill_in,
    given_house,
    hidden,
    hiddens,
)

from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.commands.content import ApprovalBand
from counterfoil.engine.commands.rules import change_approvals
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group, turn_group
from counterfoil.engine.operation import Change
from counterfoil.engine.programmes import ProgrammeDesign, change_programme
from counterfoil.engine.provision import finish_provision, running_provisions
from counterfoil.portal.models import Role
from counterfoil.voucher import Action

REASON = "The second term begins"


@dataclass(frozen=True, slots=True)
class Store:
    """A house with 100,000.00 KES and a voucher of 10.00 and 50.00."""

    house: House
    connection: Connection

    @property
    def url(self) -> str:
        return f"{self.house.root}/stock/new?group=FOOD-AID"

    def shown(self, amount: int, count: int) -> str:
        return self.house.get(f"stock/new?group=FOOD-AID&amount={amount}&count={count}")

    def asked(self, amount: int, count: int) -> UUID:
        sent = hiddens(effect(self.shown(amount, count))) | {"reason": REASON}
        return command_of(self.house.browser.post(self.url, sent))

    def provisions(self) -> list[tuple[int, int, str]]:
        """(id, vouchers, status)."""
        found = self.connection.execute(
            "SELECT provision_id, serial_last - serial_first + 1, status FROM provision"
            " WHERE issuer_id = %s ORDER BY provision_id",
            (self.house.issuer.issuer_id,),
        ).fetchall()
        self.connection.rollback()
        return [(number, vouchers, status) for number, vouchers, status in found]

    def work(self) -> None:
        """What the worker would do."""
        for provision_id in running_provisions(self.connection, self.house.issuer):
            for _step in finish_provision(self.connection, self.house.issuer, provision_id):
                pass
        for bulk_id in running_bulks(self.connection, self.house.issuer):
            for _change in finish_bulk(self.connection, self.house.issuer, bulk_id):
                pass


@pytest.fixture
def store(portal: Portal) -> Iterator[Store]:
    house = given_house(portal)
    with connected(portal.url) as connection:
        given_group(connection, house.issuer, denominations=(1000, 5000))
        yield Store(house, connection)


def effect(page: str) -> str:
    return page.partition('id="effect"')[2]


def sums(page: str) -> list[str]:
    """The amounts of the sum, from above."""
    return re.findall(r"<b>([-\d,.]+)</b>", effect(page).partition("</dl>")[0])


def test_what_it_takes_is_shown_before_it_is_asked_for_and_is_what_happens(store: Store) -> None:
    house = store.house
    page = store.shown(5000, 400)
    assert sums(page) == ["100,000.00", "20,000.00", "80,000.00"]
    assert "Ask for 400 vouchers, 20,000.00\N{NO-BREAK SPACE}KES" in page
    assert "1 other person must approve it" in page
    assert store.provisions() == []
    command_id = store.asked(5000, 400)
    assert house.carry_out(command_id) is None
    assert store.provisions() == []
    decide = house.approving.get(f"{house.root}/commands/{command_id}/decide").content.decode()
    assert "Provision 400 vouchers of 50.00\N{NO-BREAK SPACE}KES" in decide
    assert re.search(r"100,000\.00\sKES</del>\s*<ins>.*80,000\.00\sKES", decide)
    assert house.approve(command_id) == "done"
    ((provision, vouchers, status),) = store.provisions()
    assert (vouchers, status) == (400, "running")
    page = house.get(f"stock/{provision}")
    assert "0 of 400 made" in page
    assert 'hx-trigger="every 1s' in page
    assert '<meta http-equiv="refresh"' in page
    store.work()
    part = house.browser.get(
        f"{house.root}/stock/{provision}", headers={"HX-Request": "true"}
    ).content.decode()
    assert "400 of 400 made" in part
    assert "hx-trigger" not in part
    page = house.get(f"stock/{provision}")
    assert "Olga Operator" in page
    assert f"/commands/{command_id}" in page
    group = house.issuer.catalogue.groups["FOOD-AID"].group_id
    assert balances(store.connection, house.issuer) == {
        "funding:0": -10_000_000,
        "available:0": 8_000_000,
        f"reserved:{group}": 2_000_000,
    }
    preactivate(store.connection, house.issuer, amount="50.00")
    assert "1 of 400 handed out" in house.get(f"stock/{provision}")
    assert "399" in house.get("stock")


def test_nothing_is_provisioned_beyond_what_is_available(store: Store) -> None:
    house = store.house
    page = store.shown(5000, 2001)
    assert "100,000.00\N{NO-BREAK SPACE}KES is available: enough for 2,000 of these." in page
    assert "Deposit more first." in page
    assert "Ask for" not in page
    right = hiddens(effect(store.shown(5000, 2000))) | {"reason": REASON}
    answer = house.browser.post(store.url, right | {"count": "2001"})
    assert answer.status_code == 200
    assert "enough for 2,000 of these" in answer.content.decode()
    first = command_of(house.browser.post(store.url, right))
    second = store.asked(1000, 1)
    assert house.approve(first) == "done"
    assert house.approve(second) == "refused"
    assert [vouchers for _id, vouchers, _status in store.provisions()] == [2000]


def test_nothing_is_provisioned_beyond_the_programmes_budget(store: Store) -> None:
    house = store.house
    programme = house.issuer.catalogue.programmes["PROGRAMME-1"]
    change_programme(
        store.connection,
        house.issuer,
        SYSTEM,
        "PROGRAMME-1",
        ProgrammeDesign(name="Meals", budget_minor=100_000),
        expected_version=programme.version,
    )
    assert "Left of the programme" in store.shown(1000, 100)
    page = store.shown(1000, 101)
    assert "1,000.00\N{NO-BREAK SPACE}KES is left of the programme&#x27;s budget:" in page
    assert "enough for 100 of these." in page


def test_a_double_click_is_one_provision(store: Store) -> None:
    house = store.house
    sent = hiddens(effect(store.shown(5000, 1500))) | {"reason": REASON}
    first = command_of(house.browser.post(store.url, sent))
    assert house.approve(first) == "done"
    second = command_of(house.browser.post(store.url, sent))
    assert first == second
    assert house.carry_out(second) is None
    assert [vouchers for _id, vouchers, _status in store.provisions()] == [1500]


def test_a_version_published_meanwhile_is_shown_first(store: Store) -> None:
    house = store.house
    sent = hiddens(effect(store.shown(5000, 10))) | {"reason": REASON}
    create_group(
        store.connection,
        house.issuer,
        SYSTEM,
        GroupDesign(
            code="FOOD-AID",
            name="Food, dearer",
            currency="KES",
            denominations=(5000,),
            valid_for_days=10,
        ),
    )
    answer = house.browser.post(store.url, sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Version 2 was published while you were looking." in page
    assert REASON in page
    again = hiddens(effect(page)) | {"reason": REASON}
    assert again["version"] == "2"
    assert house.approve(command_of(house.browser.post(store.url, again))) == "done"
    assert len(store.provisions()) == 1


def test_how_many_must_approve_follows_the_rule_by_amount(store: Store) -> None:
    house = store.house
    change_approvals(
        store.connection,
        house.issuer,
        SYSTEM,
        "provision",
        [ApprovalBand("KES", 1_000_000, 2)],
        reference="rule",
        reason="large ones",
    )
    assert "1 other person must approve it" in store.shown(5000, 199)
    assert "2 other people must approve it" in store.shown(5000, 200)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("amount=5000&count=0", "Write 1 or more."),
        ("amount=5000&count=100000001", "Write 100,000,000 or less."),
        ("amount=5000&count=many", "Write a whole number in digits, such as 25."),
        ("amount=7&count=3", "Select a valid choice."),
        ("count=3", "Choose one of these."),
    ],
)
def test_bad_input_is_answered_beside_its_field(store: Store, query: str, says: str) -> None:
    page = store.house.get(f"stock/new?group=FOOD-AID&{query}")
    assert says in page
    assert "Ask for" not in page


def test_what_cannot_be_provisioned_says_why(store: Store) -> None:
    house = store.house
    turn_group(store.connection, house.issuer, SYSTEM, "FOOD-AID", "paused", reason="later")
    assert "Only an open voucher is provisioned" in house.get("stock/new?group=FOOD-AID")
    assert "It takes any amount" in house.get("stock/new?group=GENERAL-PURPOSE")
    assert "Nothing to provision yet" in house.get("stock/new")
    assert house.browser.get(f"{house.root}/stock/new?group=NOWHERE").status_code == 404


def test_a_provision_is_paused_and_resumed_at_once(store: Store) -> None:
    house = store.house
    provision = given_stock(store.connection, house.issuer, 5)
    url = f"{house.root}/stock/{provision}"
    paused = command_of(fill_in(house, f"{url}/pause", reason="Cards are late"))
    assert house.carry_out(paused) == "done"
    assert store.provisions() == [(provision, 5, "paused")]
    assert "It is paused" in house.get(f"stock/{provision}")
    assert house.browser.get(f"{url}/pause").headers["Location"] == url
    resumed = command_of(fill_in(house, f"{url}/resume", reason="Cards came"))
    assert house.carry_out(resumed) == "done"
    assert store.provisions() == [(provision, 5, "ready")]
    assert house.browser.get(f"{url}/sideways").status_code == 404


def test_what_is_left_is_cancelled_after_it_was_shown_and_approved(store: Store) -> None:
    house = store.house
    provision = given_stock(store.connection, house.issuer, 10)
    given_active(store.connection, house.issuer)
    drawn = preactivate(store.connection, house.issuer)
    assert drawn.serial is not None
    stop = Change(caller=SYSTEM, action=Action.SUSPEND, serial=drawn.serial, reason="stolen")
    ask(store.connection, house.issuer, stop)
    page = house.get(f"stock/{provision}/cancel")
    rows = re.findall(r"<tr><td><span class=\"state[^>]*>(.*?)</span>.*?</tr>", page, re.DOTALL)
    assert [row.strip() for row in rows] == ["In stock", "Active", "Suspended"]
    assert "Send for approval: Cancel, 9 vouchers" in page
    assert re.search(r"Becomes free.*?<b>90\.00</b>", page, re.DOTALL)
    asked = command_of(fill_in(house, f"{house.root}/stock/{provision}/cancel", reason="Closed"))
    decide = house.approving.get(f"{house.root}/commands/{asked}/decide").content.decode()
    assert f"Cancel 9 vouchers: provision {provision}" in decide
    assert re.search(r"99,900\.00\sKES</del>\s*<ins>.*99,990\.00\sKES", decide)
    assert "People hold some of these vouchers" in decide
    assert house.approve(asked) == "done"
    page = house.get("stock/bulk/1")
    assert "0 changed, 0 could not be changed" in page
    assert "hx-trigger" in page
    store.work()
    page = house.get("stock/bulk/1")
    assert "9 changed, 1 could not be changed" in page
    assert "It is suspended." in page
    assert f"/voucher/{drawn.serial}" in page
    assert f"/commands/{asked}" in page
    assert "Closed" in page
    assert "9 changed, 1 refused" in house.get(f"stock/{provision}")
    assert balances(store.connection, house.issuer)["available:0"] == 9_999_000
    command = house.get(f"commands/{asked}")
    assert f"{house.root}/stock/bulk/1" in command


def test_the_list_is_filtered(store: Store) -> None:
    house = store.house
    given_group(store.connection, house.issuer, "SEED", denominations=(1000,))
    given_stock(store.connection, house.issuer, 5)
    other = given_stock(store.connection, house.issuer, 7, group="SEED")
    page = house.get("stock/provisions")
    assert len(re.findall(r"/stock/\d+\"", page)) == 2
    assert "Counterfoil" in page
    page = house.get("stock/provisions?group=SEED")
    assert re.findall(r"/stock/(\d+)\"", page) == [str(other)]
    assert "No provision is like that" in house.get("stock/provisions?status=paused")


def test_nothing_of_another_issuer_is_there(portal: Portal, store: Store) -> None:
    other = given_house(portal)
    for each in range(3):
        given_stock(store.connection, store.house.issuer, 5 + each)
    for path in ("stock/3", "stock/3/cancel", "stock/3/pause", "stock/bulk/1"):
        assert other.browser.get(f"{other.root}/{path}").status_code == 404, path
        assert other.browser.get(f"{store.house.root}/{path}").status_code == 404, path
    assert other.browser.get(f"{other.root}/stock/new?group=FOOD-AID").status_code == 404
    assert "FOOD-AID" not in other.get("stock")
    huge = "9" * 15
    assert other.browser.get(f"{other.root}/stock/{huge}").status_code == 404
    assert other.browser.get(f"{other.root}/stock/bulk/{huge}").status_code == 404


def test_who_may_prepare_stock(store: Store) -> None:
    house = store.house
    provision = given_stock(store.connection, house.issuer, 5)
    finance = signed_in(given_person(Role.FINANCE, issuer=house.issuer))
    assert finance.get(store.url).status_code == 200
    for role in (Role.AUDITOR, Role.APPROVER, Role.ADMINISTRATOR):
        other = signed_in(given_person(role, issuer=house.issuer))
        assert other.get(f"{house.root}/stock").status_code == 200
        assert other.get(f"{house.root}/stock/{provision}").status_code == 200
        assert other.get(store.url).status_code == 403
        assert other.post(store.url, {}).status_code == 403
        assert other.post(f"{house.root}/stock/{provision}/cancel", {}).status_code == 403


def test_money_is_asked_about_again(store: Store) -> None:
    person = given_person(Role.FINANCE, issuer=store.house.issuer)
    browser = signed_in(person, seconds_ago=600)
    answer = browser.get(store.url)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/portal/account/again/")


def test_pages_take_few_queries(store: Store) -> None:
    house = store.house
    provision = given_stock(store.connection, house.issuer, 5)
    fill_in(house, f"{house.root}/stock/{provision}/cancel", reason="Closed")
    for path in (
        "stock",
        "stock/new",
        "stock/new?group=FOOD-AID",
        "stock/new?group=FOOD-AID&amount=5000&count=3",
        f"stock/{provision}",
        f"stock/{provision}/cancel",
        f"stock/{provision}/pause",
    ):
        with CaptureQueriesContext(portal_connection) as queries:
            house.get(path)
        assert len(queries) <= 15, (path, len(queries))


def test_the_reason_is_needed_and_kept(store: Store) -> None:
    sent = hiddens(effect(store.shown(5000, 3))) | {"reason": ""}
    page = store.house.browser.post(store.url, sent).content.decode()
    assert "Fill this in." in page
    assert hidden(effect(page), "command_id") == sent["command_id"]
