"""An organisation's own pages: what it sees of itself, and of nobody else."""

import pytest
from tests.databases import connected
from tests.engine.sales.given_sales import given_allocation, given_sold_group
from tests.given import SYSTEM
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of
from tests.portal.given import given_person, signed_in
from tests.portal.merchants.working import words_of
from tests.portal.organisations.working import Room, bare, given_buyer, given_room, registered

from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.money import Money
from counterfoil.portal.models import Notification, OrganisationRoleName, Role
from counterfoil.portal.notifications.following import tell_ends

MANAGER, DISTRIBUTOR = OrganisationRoleName.MANAGER, OrganisationRoleName.DISTRIBUTOR


@pytest.fixture
def room(portal: Portal) -> Room:
    return given_room(portal)


def own(room: Room, organisation_id: int, path: str = "") -> str:
    return f"/portal/{room.issuer.code}/org/{organisation_id}/{path}"


def suspended(room: Room, organisation_id: int, reason: str = "Its papers have expired") -> None:
    command_id = room.asks(f"{room.root}/{organisation_id}/suspend", {"reason": reason})
    assert room.carry_out(command_id) == "done"


def test_a_new_organisation_is_told_its_first_steps(room: Room) -> None:
    number = registered(room)
    _person, browser = given_buyer(room, number, MANAGER)
    page = words_of(browser.get(own(room, number)))
    for text in ("Northern Aid", "First steps", "Ask for vouchers", "Let somebody in", "To do"):
        assert text in page, text
    given_buyer(room, number, DISTRIBUTOR, "Yusuf Ali")
    page = words_of(browser.get(own(room, number)))
    assert "Done" in page


def test_vouchers_it_bought_stand_by_where_they_are(room: Room) -> None:
    number = bare(room)
    with connected(room.portal.url) as engine:
        room.issuer.catch_up(engine)
        given_sold_group(engine, room.issuer)
        provision = begin_provision(
            engine, room.issuer, SYSTEM, group_code="FOOD-AID", money=Money(1000, "KES"), count=30
        )
        for _step in finish_provision(engine, room.issuer, provision.provision_id):
            pass
        given_allocation(engine, room.issuer, number, 20)
        catch_up(engine, room.issuer.issuer_id)
    _person, browser = given_buyer(room, number, MANAGER)
    page = words_of(browser.get(own(room, number)))
    assert "Vouchers to hand out 20 of 20 bought" in page
    assert "With people 0" in page


def test_who_is_suspended_reads_why_but_not_by_whom_and_nothing_can_be_sent(room: Room) -> None:
    number = bare(room)
    person, browser = given_buyer(room, number, MANAGER)
    suspended(room, number)
    page = words_of(browser.get(own(room, number)))
    assert "You cannot buy or hand out vouchers now." in page
    assert "Its papers have expired" in page
    assert room.operator.name not in page
    assert "Let somebody in" not in words_of(browser.get(own(room, number, "people")))
    answer = browser.post(own(room, number, "people"), {"email": "x@example.org"})
    assert answer.status_code == 403
    command_id = room.asks(f"{room.root}/{number}/reinstate", {"reason": "New papers came"})
    assert room.approve(command_id) == "done"
    tell_ends()
    told = Notification.objects.filter(person=person).order_by("id")
    assert [(each.kind, each.parameters["name"]) for each in told] == [
        ("organisation_suspended", "Relief Trust"),
        ("organisation_reinstated", "Relief Trust"),
    ]
    assert "You cannot buy" not in words_of(browser.get(own(room, number)))


def test_a_distributor_sees_no_money_and_no_people(room: Room) -> None:
    number = registered(room)
    _person, browser = given_buyer(room, number, DISTRIBUTOR)
    page = words_of(browser.get(own(room, number)))
    assert "Your balance" not in page
    assert "Vouchers to hand out" in page
    for path in ("people", "details", "statement"):
        assert browser.get(own(room, number, path)).status_code == 403, path
    assert browser.post(own(room, number, "people/export")).status_code == 403
    assert browser.post(own(room, number, "statement/export")).status_code == 403


def test_the_manager_reads_what_the_issuer_wrote_down_but_not_its_notes(room: Room) -> None:
    number = registered(room)
    _person, browser = given_buyer(room, number, MANAGER)
    page = words_of(browser.get(own(room, number, "details")))
    for text in ("Northern Aid Foundation", "P051365947M", "Isiolo", "2.5% on top"):
        assert text in page, text
    assert "Pays within ten days" not in page


def test_the_statement_of_account_says_neither_who_recorded_it_nor_why(room: Room) -> None:
    number = bare(room)
    _person, browser = given_buyer(room, number, MANAGER)
    command_id = room.moves(
        f"{room.root}/{number}/receive/1",
        {
            "amount": "12.00",
            "reference": "FT 9",
            "value_date": "2026-03-02",
            "reason": "The clerk called twice",
        },
    )
    assert room.approve(command_id) == "done"
    page = words_of(browser.get(own(room, number, "statement")))
    assert "FT 9" in page
    assert "12.00" in page
    answer = browser.post(own(room, number, "statement/export"))
    head, line = csv_of(answer)
    assert "Who" not in head
    for text in (page, ";".join(line)):
        assert "Amina Diallo" not in text
        assert "The clerk called twice" not in text


def test_nobody_sees_another_organisation(room: Room, portal: Portal) -> None:
    number, other = bare(room), bare(room, "Other Trust")
    elsewhere = given_room(portal)
    strange = bare(elsewhere)
    _person, browser = given_buyer(room, number, MANAGER)
    for path in ("", "people", "details", "statement"):
        assert browser.get(own(room, number, path)).status_code == 200
        assert browser.get(own(room, other, path)).status_code == 404
        assert browser.get(own(elsewhere, strange, path)).status_code == 404
    assert browser.get(f"{room.root}/{number}").status_code == 404
    office = signed_in(given_person(Role.ADMINISTRATOR, issuer=room.issuer))
    assert office.get(own(room, number)).status_code == 404


def test_its_pages_keep_to_the_budget_of_queries(room: Room) -> None:
    number = registered(room)
    _person, browser = given_buyer(room, number, MANAGER)
    for path in ("", "details", "statement", "people"):
        room.page(own(room, number, path), browser)
