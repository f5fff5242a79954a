"""The story of one voucher: all that happened to it, and nothing that is secret."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import pytest
from django.db import connection as portal_connection
from django.test.utils import CaptureQueriesContext
from tests.databases import connected
from tests.given import (
    SYSTEM,
    ask,
    finish,
    given_active,
    given_client,
    given_group,
    given_stock,
    preactivate,
    redemption,
    state_of,
)
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.vouchers.designing import (
    House,
    command_of,
    fill_in,
    given_house,
    hiddens,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.operation import Activate, Caller, Change, Outcome, Preactivate
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.money import Money
from counterfoil.portal.models import Role
from counterfoil.portal.templatetags.serials import serial as serial_text
from counterfoil.voucher import Action, State


@dataclass(frozen=True, slots=True)
class Shelf:
    """A house with stock and a connection to the engine."""

    house: House
    connection: Connection
    provision: int

    def ask(self, *changes: Change) -> None:
        for answer in ask(self.connection, self.house.issuer, *changes):
            assert answer.outcome is Outcome.DONE, answer

    def state(self, serial: int) -> State:
        return state_of(self.connection, self.house.issuer, serial)


@pytest.fixture
def shelf(portal: Portal) -> Iterator[Shelf]:
    house = given_house(portal)
    with connected(portal.url) as connection:
        given_group(connection, house.issuer)
        provision = given_stock(connection, house.issuer, 20)
        yield Shelf(house, connection, provision)


def titles(page: str) -> list[str]:
    """The story's own lines, the latest first, without their notes."""
    story = page.partition('<ol class="story">')[2].partition("</ol>")[0]
    found = re.findall(r"<li[^>]*>\s*<p>(.*?)</p>", story, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", each).strip() for each in found]


def postings(page: str) -> list[tuple[str, str]]:
    """From where to where, and how much of it."""
    row = r"<tr><td>(.*?)<small>.*?<b>([\d,.]+)</b> <span>KES</span></span>\s*</td></tr>"
    table = page.partition('<table class="table">')[2].partition("</table>")[0]
    found = re.findall(row, table, re.DOTALL)
    return [(re.sub(r"<[^>]+>", "", moved), amount) for moved, amount in found]


def test_the_story_of_a_redeemed_voucher_is_complete(shelf: Shelf) -> None:
    house, connection, issuer = shelf.house, shelf.connection, shelf.house.issuer
    till, _key = given_client(connection, issuer, "TILL", ["preactivate", "activate", "redeem"])
    caller = Caller(till.client_id, "client:TILL")
    (drawn,) = ask(
        connection,
        issuer,
        Preactivate(
            caller=caller, reference="child-17", amount="10.00", currency="KES", group="FOOD-AID"
        ),
    )
    assert drawn.serial is not None
    assert drawn.number is not None
    ask(connection, issuer, Activate(caller=caller, serial=drawn.serial))
    sale = msgspec.structs.replace(redemption(drawn.number, "receipt-88"), caller=caller)
    (sold,) = ask(connection, issuer, sale)
    assert sold.outcome is Outcome.DONE
    page = house.get(f"voucher/{drawn.serial}")
    assert titles(page) == [
        "Redeemed · Asha Stores",
        "Activated",
        "Drawn from stock, not active yet",
        "Made and put into stock",
        "Provision begun: 1 of 20",
    ]
    assert page.count("TILL (calling system)") == 3
    assert "receipt-88" in page
    assert "child-17" in page
    aside = f"Set aside for vouchers being made: provision {shelf.provision}"
    assert postings(page) == [
        ("In vouchers: Food-Aid → Owed to merchants: Asha Stores", "10.00"),
        (f"{aside} → In vouchers: Food-Aid", "10.00"),
        (f"Available → {aside}", "10.00"),
    ]
    assert page.count("its part of") == 2
    assert "It is owed to Asha Stores, or was paid with a payout." in page
    assert drawn.number not in page
    assert page.count("leaf ") == 6  # the stub's and five of the story


def test_drawn_and_active_vouchers_say_so(shelf: Shelf) -> None:
    house = shelf.house
    drawn = preactivate(shelf.connection, house.issuer)
    page = house.get(f"voucher/{drawn.serial}")
    assert titles(page)[0] == "Drawn from stock, not active yet"
    assert "To be activated by" in page
    assert "It is in the voucher." in page
    active = given_active(shelf.connection, house.issuer)
    assert active.serial is not None
    page = house.get(f"voucher/{active.serial}")
    assert titles(page)[:2] == ["Activated", "Drawn from stock, not active yet"]
    assert "Valid until" in page
    stocked = active.serial + 1
    page = house.get(f"voucher/{stocked}")
    assert titles(page) == ["Made and put into stock", "Provision begun: 3 of 20"]


def test_a_replacement_and_what_it_replaced_tell_of_each_other(shelf: Shelf) -> None:
    house = shelf.house
    active = given_active(shelf.connection, house.issuer)
    assert active.serial is not None
    swap = Change(caller=SYSTEM, action=Action.REPLACE, serial=active.serial, reason="card broken")
    (replaced,) = ask(shelf.connection, house.issuer, swap)
    fresh = replaced.replacement_serial
    assert fresh is not None
    page = house.get(f"voucher/{active.serial}")
    assert titles(page)[0] == f"Replaced by voucher {serial_text(fresh)}"
    assert f"/voucher/{fresh}" in page
    assert "card broken" in page
    page = house.get(f"voucher/{fresh}")
    assert titles(page) == [
        f"Made in place of voucher {serial_text(active.serial)}",
        "Activated",
        "Drawn from stock, not active yet",
    ]
    assert page.count(f"It happened to voucher {serial_text(active.serial)}.") == 2


def test_a_payment_that_was_refused_is_told_in_order(shelf: Shelf) -> None:
    house, connection, issuer = shelf.house, shelf.connection, shelf.house.issuer
    given_group(connection, issuer, "CASH", settlement="instant")
    given_stock(connection, issuer, 3, group="CASH")
    active = given_active(connection, issuer, group="CASH")
    assert active.number is not None
    (pending,) = ask(connection, issuer, redemption(active.number, "cash-1"))
    page = house.get(f"voucher/{active.serial}")
    assert titles(page)[0] == "Redemption begun, payment sent · Asha Stores"
    assert "Payment by sandbox: Under way" in page
    assert "It is in the voucher while the bank is asked." in page
    ask(connection, issuer, finish(pending, completed=False, reason="cannot_credit"))
    page = house.get(f"voucher/{active.serial}")
    assert titles(page)[:2] == [
        "Payment refused, active again",
        "Redemption begun, payment sent · Asha Stores",
    ]
    assert "account could not be paid" in page
    (again,) = ask(connection, issuer, redemption(active.number, "cash-2"))
    ask(connection, issuer, finish(again, completed=True))
    page = house.get(f"voucher/{active.serial}")
    assert titles(page)[0] == "Paid, and so redeemed"
    assert "It was paid to Asha Stores." in page
    assert postings(page)[0] == ("In vouchers: Cash → Funding account", "10.00")


def test_a_voucher_made_on_demand_says_so(shelf: Shelf) -> None:
    house = shelf.house
    create_group(
        shelf.connection,
        house.issuer,
        SYSTEM,
        GroupDesign(code="ANY", name="Any", currency="KES", valid_for_days=9),
    )
    drawn = preactivate(shelf.connection, house.issuer, group="ANY", amount="12.34")
    page = house.get(f"voucher/{drawn.serial}")
    assert titles(page) == ["Made when it was asked for, not active yet"]
    assert postings(page) == [("Available → In vouchers: Any", "12.34")]


def test_a_provision_asked_for_in_the_portal_says_who_prepared_and_approved_it(
    portal: Portal, shelf: Shelf
) -> None:
    house = shelf.house
    path = f"{house.root}/stock/new?group=FOOD-AID"
    page = house.browser.get(f"{path}&amount=1000&count=5").content.decode()
    sent = hiddens(page.partition('id="effect"')[2]) | {"reason": "For the second term"}
    assert house.approve(command_of(house.browser.post(path, sent))) == "done"
    with connected(portal.url) as connection:
        row = connection.execute(
            "SELECT max(provision_id), max(serial_last) FROM provision WHERE issuer_id = %s",
            (house.issuer.issuer_id,),
        ).fetchone()
        assert row is not None
        for _step in finish_provision(connection, house.issuer, row[0]):
            pass
    page = house.get(f"voucher/{row[1]}")
    assert titles(page) == ["Made and put into stock", "Provision begun: 5 of 5"]
    assert "prepared by Olga Operator" in page
    assert "approved by Abel Approver" in page
    assert "For the second term" in page


def test_postings_are_found_by_halving_among_many(shelf: Shelf) -> None:
    """Every voucher's own and no other's, whichever place it has among them."""
    house = shelf.house
    numbers = {}
    for _each in range(12):
        active = given_active(shelf.connection, house.issuer)
        assert active.number is not None
        numbers[active.serial] = active.number
    for number in numbers.values():
        ask(shelf.connection, house.issuer, redemption(number))
    for serial in numbers:
        found = postings(house.get(f"voucher/{serial}"))
        assert len(found) == 3
        assert found[0] == ("In vouchers: Food-Aid → Owed to merchants: Asha Stores", "10.00")


def test_a_chunk_in_the_middle_of_a_large_provision_is_named(shelf: Shelf) -> None:
    house = shelf.house
    provision = begin_provision(
        shelf.connection,
        house.issuer,
        SYSTEM,
        group_code="FOOD-AID",
        money=Money(1000, "KES"),
        count=9900,
    )
    for _step in finish_provision(shelf.connection, house.issuer, provision.provision_id):
        pass
    page = house.get(f"voucher/{provision.serial_first + 9000}")
    assert titles(page) == ["Made and put into stock", "Provision begun: 9,001 of 9,900"]


def test_a_voucher_is_stopped_at_once_and_goes_on_again(shelf: Shelf) -> None:
    house = shelf.house
    active = given_active(shelf.connection, house.issuer)
    assert active.serial is not None
    url = f"{house.root}/voucher/{active.serial}"
    asked = command_of(fill_in(house, f"{url}/suspend", reason="Reported stolen"))
    assert house.carry_out(asked) == "done"
    assert shelf.state(active.serial) is State.SUSPENDED
    page = house.get(f"voucher/{active.serial}")
    assert titles(page)[0] == "Suspended"
    assert "Reported stolen" in page
    assert "Olga Operator" in page
    assert f"/commands/{asked}" in page
    assert ">Suspend<" not in page
    again = house.browser.get(f"{url}/suspend")
    assert again.headers["Location"] == url
    assert house.carry_out(command_of(fill_in(house, f"{url}/unsuspend", reason="Found"))) == "done"
    assert house.carry_out(command_of(fill_in(house, f"{url}/block", reason="Copied"))) == "done"
    assert house.carry_out(command_of(fill_in(house, f"{url}/unblock", reason="Not so"))) == "done"
    assert shelf.state(active.serial) is State.ACTIVE
    assert titles(house.get(f"voucher/{active.serial}"))[:4] == [
        "Block lifted",
        "Blocked",
        "Suspension lifted",
        "Suspended",
    ]


def test_a_voucher_is_cancelled_only_with_an_approval_and_its_money_is_free(
    shelf: Shelf,
) -> None:
    house = shelf.house
    active = given_active(shelf.connection, house.issuer)
    assert active.serial is not None
    url = f"{house.root}/voucher/{active.serial}"
    asked = command_of(fill_in(house, f"{url}/cancel", reason="Wrong family"))
    assert house.carry_out(asked) is None
    assert shelf.state(active.serial) is State.ACTIVE
    assert "waiting for approval" in house.get(f"voucher/{active.serial}")
    decide = house.approving.get(f"{house.root}/commands/{asked}/decide").content.decode()
    assert f"Cancel 1 voucher: {serial_text(active.serial)}" in decide
    assert "10.00\N{NO-BREAK SPACE}KES" in decide
    assert "People hold some of these vouchers" in decide
    assert house.approve(asked) == "done"
    for bulk_id in running_bulks(shelf.connection, house.issuer):
        for _step in finish_bulk(shelf.connection, house.issuer, bulk_id):
            pass
    assert shelf.state(active.serial) is State.CANCELLED
    page = house.get(f"voucher/{active.serial}")
    assert titles(page)[0] == "Cancelled"
    assert "Part of bulk change 1" in page
    assert "It went back to the available funds." in page


def test_it_is_looked_up_by_its_serial_and_never_by_its_number(shelf: Shelf) -> None:
    house = shelf.house
    active = given_active(shelf.connection, house.issuer)
    assert active.serial is not None
    url = f"{house.root}/voucher"
    spaced = serial_text(active.serial)
    for typed in (spaced, f" {active.serial} ", spaced.replace(" ", "-")):
        answer = house.browser.post(url, {"serial": typed})
        assert answer.headers["Location"] == f"{url}/{active.serial}"
    by_number = house.browser.post(url, {"serial": active.number}).content.decode()
    assert "as a secret number may have" in by_number
    assert (
        "There is no voucher of that serial here"
        in house.browser.post(url, {"serial": "1999 9999 9999 9999"}).content.decode()
    )
    assert "digits only" in house.browser.post(url, {"serial": "12a"}).content.decode()
    assert house.browser.get(f"{url}/{active.number}").status_code == 404


def test_another_issuers_voucher_is_not_there(portal: Portal, shelf: Shelf) -> None:
    other = given_house(portal)
    active = given_active(shelf.connection, shelf.house.issuer)
    page = other.browser.post(f"{other.root}/voucher", {"serial": str(active.serial)})
    # Serials begin anew with each issuer: what is there is the other's own, or nothing.
    assert "no voucher of that serial here" in page.content.decode()
    for path in ("", "/suspend", "/cancel"):
        assert other.browser.get(f"{other.root}/voucher/{active.serial}{path}").status_code == 404


def test_who_does_not_operate_looks_and_does_nothing(shelf: Shelf) -> None:
    house = shelf.house
    active = given_active(shelf.connection, house.issuer)
    auditor = signed_in(given_person(Role.AUDITOR, issuer=house.issuer))
    url = f"{house.root}/voucher/{active.serial}"
    page = auditor.get(url)
    assert page.status_code == 200
    assert "/suspend" not in page.content.decode()
    assert auditor.get(f"{url}/suspend").status_code == 403
    assert auditor.post(f"{url}/suspend", {}).status_code == 403
    assert auditor.get(f"{url}/nonsense").status_code == 403
    assert house.browser.get(f"{url}/nonsense").status_code == 404


def test_a_story_takes_few_queries(shelf: Shelf) -> None:
    house = shelf.house
    active = given_active(shelf.connection, house.issuer)
    assert active.number is not None
    apply(shelf.connection, house.issuer, [redemption(active.number)])
    for path in (f"voucher/{active.serial}", "vouchers", "vouchers/group/FOOD-AID", "stock"):
        with CaptureQueriesContext(portal_connection) as queries:
            house.get(path)
        assert len(queries) <= 15, (path, len(queries))
