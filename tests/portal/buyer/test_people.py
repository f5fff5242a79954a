"""Who works for an organisation: let in and taken out by its managers, one of whom always stays."""

import time
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, proved
from tests.portal.merchants.working import form_of, mails_to, words_of
from tests.portal.organisations.working import Room, bare, given_buyer, given_room

from counterfoil.portal.access import Buyer, BuyerRole
from counterfoil.portal.buyer.people import people_of
from counterfoil.portal.models import OrganisationRole, OrganisationRoleName, Person, TrailEntry

MANAGER, DISTRIBUTOR = OrganisationRoleName.MANAGER, OrganisationRoleName.DISTRIBUTOR


@pytest.fixture
def room(portal: Portal) -> Room:
    return given_room(portal)


def people_url(room: Room, number: int) -> str:
    return f"/portal/{room.issuer.code}/org/{number}/people"


def role_of(room: Room, number: int, person: Person, role: OrganisationRoleName) -> int:
    return int(
        OrganisationRole.objects.get(
            issuer_id=room.issuer.issuer_id, organisation_id=number, person=person, role=role
        ).pk
    )


def taken(room: Room, number: int, browser: Client, role_id: int) -> str:
    answer = browser.post(f"{people_url(room, number)}/{role_id}/remove", follow=True)
    assert answer.status_code == 200
    return words_of(answer)


def until_waiting(count: int) -> None:
    """Until so many others wait for a lock."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("role", list(OrganisationRoleName))
def test_a_manager_lets_somebody_in(room: Room, role: OrganisationRoleName) -> None:
    number = bare(room)
    manager, browser = given_buyer(room, number, MANAGER)
    email = f"new.{role}@example.org"
    url = people_url(room, number)
    form = {**form_of(browser.get(url)), "email": email, "role": str(role)}
    for _click in range(2):
        assert browser.post(url, form).status_code == 302
    person = Person.objects.get(email=email)
    assert [each.role for each in person.organisation_roles.all()] == [role]
    mail = mails_to(email)[0]
    assert manager.name in mail.body
    assert "Relief Trust" in mail.subject
    entry = TrailEntry.objects.get(event="role.given", subject=person.actor)
    assert (entry.actor, entry.after) == (
        manager.actor,
        {"role": str(role), "organisation_id": number},
    )


def test_the_last_manager_cannot_be_taken_out(room: Room) -> None:
    number = bare(room)
    manager, browser = given_buyer(room, number, MANAGER)
    words = taken(room, number, browser, role_of(room, number, manager, MANAGER))
    assert "Somebody must manage it: let another manager in first." in words
    assert OrganisationRole.objects.filter(person=manager).exists()


def test_nobody_takes_themselves_out(room: Room) -> None:
    number = bare(room)
    manager, browser = given_buyer(room, number, MANAGER)
    given_buyer(room, number, MANAGER, "Asha Omar")
    taken(room, number, browser, role_of(room, number, manager, MANAGER))
    assert OrganisationRole.objects.filter(person=manager).exists()


def test_a_role_is_taken_away_and_with_it_the_way_in(room: Room) -> None:
    number = bare(room)
    _manager, browser = given_buyer(room, number, MANAGER)
    other, theirs = given_buyer(room, number, DISTRIBUTOR, "Yusuf Ali")
    assert theirs.get(f"/portal/{room.issuer.code}/org/{number}/").status_code == 200
    words = taken(room, number, browser, role_of(room, number, other, DISTRIBUTOR))
    assert "This role was taken away." in words
    assert theirs.get(f"/portal/{room.issuer.code}/org/{number}/").status_code == 404


def test_two_managers_who_take_each_other_out_leave_one(room: Room) -> None:
    number = bare(room)
    one, browser_one = given_buyer(room, number, MANAGER)
    other, browser_other = given_buyer(room, number, MANAGER, "Asha Omar")
    targets = [
        (browser_one, role_of(room, number, other, MANAGER)),
        (browser_other, role_of(room, number, one, MANAGER)),
    ]

    def take(browser: Client, role_id: int) -> None:
        browser.post(f"{people_url(room, number)}/{role_id}/remove")
        connections.close_all()

    threads = [Thread(target=take, args=each) for each in targets]
    with transaction.atomic():  # both have come in before either can change anything
        list(OrganisationRole.objects.filter(person__in=[one, other]).select_for_update())
        for thread in threads:
            thread.start()
        until_waiting(len(threads))
    for thread in threads:
        thread.join()
    left = OrganisationRole.objects.filter(
        issuer_id=room.issuer.issuer_id, organisation_id=number, role=MANAGER
    )
    assert left.count() == 1


def test_roles_of_others_are_out_of_reach(room: Room, portal: Portal) -> None:
    number, other = bare(room), bare(room, "Other Trust")
    _manager, browser = given_buyer(room, number, MANAGER)
    stranger, _theirs = given_buyer(room, other, DISTRIBUTOR)
    elsewhere = given_room(portal)
    far, _far = given_buyer(elsewhere, bare(elsewhere), DISTRIBUTOR)
    for role in OrganisationRole.objects.filter(person__in=[stranger, far]):
        answer = browser.post(f"{people_url(room, number)}/{role.pk}/remove")
        assert answer.status_code == 404
    assert OrganisationRole.objects.filter(person__in=[stranger, far]).count() == 2


def test_a_distributor_lets_nobody_in(room: Room) -> None:
    number = bare(room)
    person, browser = given_buyer(room, number, DISTRIBUTOR)
    answer = browser.post(
        people_url(room, number), {"email": "x@example.org", "role": "distributor"}
    )
    assert answer.status_code == 403
    role_id = role_of(room, number, person, DISTRIBUTOR)
    assert browser.post(f"{people_url(room, number)}/{role_id}/remove").status_code == 403


def test_the_list_is_complete_in_every_order_and_exported(room: Room) -> None:
    number = bare(room)
    manager, browser = given_buyer(room, number, MANAGER)
    for name in ("Yusuf Ali", "Asha Omar", "Bilan Aden"):
        given_buyer(room, number, DISTRIBUTOR, name)
    buyer = Buyer(
        room.issuer.issuer_id,
        room.issuer.code,
        "",
        number,
        "",
        "approved",
        manager,
        frozenset({BuyerRole.MANAGER}),
    )
    orders = proved(people_of(buyer), buyer, rows=4)
    assert orders["role"][0].shown == "Halima Yusuf"
    head, *lines = csv_of(browser.post(f"{people_url(room, number)}/export", {"sort": "name"}))
    assert head[0] == "Name"
    assert [each[0] for each in lines] == ["Asha Omar", "Bilan Aden", "Halima Yusuf", "Yusuf Ali"]
