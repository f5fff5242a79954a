"""The rail: the rooms of a person's roles, what waits, and the way to other places."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person

from counterfoil.engine.issuer import Issuer
from counterfoil.portal.access import Office
from counterfoil.portal.models import Person, Role
from counterfoil.portal.rail import BUYER_ROOMS, ROOMS, SHOP_ROOMS, OtherPlace, Rail, Room, rail_of


def rail(person: Person, issuer: Issuer, *roles: Role, path: str = "") -> Rail:
    office = Office(issuer.issuer_id, issuer.code, "Aid", person, frozenset(roles))
    request = RequestFactory().get(f"/portal/{issuer.code}/{path}")
    return rail_of(request, person, office)


def given_waiting(issuer: Issuer, prepared_by: str) -> None:
    """A command as it stands in the table; whether its seal holds is not the rail's question."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command (issuer_id, command_id, kind, content, subject, approvals,"
            " prepared_by, expires_at, seal)"
            " VALUES (%s, %s, 'deposit', '', 'funding:1', 1, %s, now() + interval '1 day', '')",
            [issuer.issuer_id, uuid4(), prepared_by],
        )


def test_rooms_are_those_whose_guard_lets_this_person_in(portal: Portal) -> None:
    issuer = given_office(portal)
    person = given_person(Role.AUDITOR, issuer=issuer)
    with CaptureQueriesContext(connection) as queries:
        found = rail(person, issuer, Role.AUDITOR, path="vouchers/new")
    assert len(queries) == 1
    current = {way.url.rsplit("/", 1)[1]: way.current for way in found.places if way.current}
    assert current == {"vouchers": "true"}
    assert "" not in {way.url for way in (*found.places, *found.later)}
    nobody = rail(person, issuer)
    assert (nobody.places, nobody.later) == ([], [])


def test_the_page_itself_is_marked_as_the_page(portal: Portal) -> None:
    issuer = given_office(portal)
    person = given_person(Role.OPERATOR, issuer=issuer)
    marked = [way.current for way in rail(person, issuer, Role.OPERATOR).places]
    assert marked[0] == "page"
    assert set(marked[1:]) == {""}


@pytest.mark.parametrize(
    ("rooms", "at_thumb"),
    [
        (ROOMS, ["overview", "approvals", "purchases", "vouchers"]),
        (SHOP_ROOMS, ["shop", "shop-redemptions", "shop-payouts", "shop-details"]),
        (BUYER_ROOMS, ["buyer", "buyer-purchases", "buyer-vouchers", "buyer-handovers"]),
    ],
)
def test_the_bar_at_the_thumb_has_what_is_needed_most_and_room_for_more(
    rooms: Sequence[Room], at_thumb: list[str]
) -> None:
    assert [room.page for room in rooms if room.at_thumb] == at_thumb


def test_other_places_are_offered_and_this_one_is_not(portal: Portal) -> None:
    here, there, strange = given_office(portal), given_office(portal), given_office(portal)
    person = given_person(Role.OPERATOR, issuer=here)
    person.roles.create(role=Role.AUDITOR, issuer_id=there.issuer_id)
    found = rail(person, here, Role.OPERATOR)
    assert [other.url for other in found.elsewhere] == [f"/portal/{there.code}/"]
    assert all(isinstance(other, OtherPlace) for other in found.elsewhere)
    assert strange.code not in str(found)


def test_what_waits_is_counted_for_who_may_decide_it(portal: Portal) -> None:
    issuer, other = given_office(portal), given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    operator = given_person(Role.OPERATOR, issuer=issuer)
    given_waiting(issuer, operator.actor)
    given_waiting(issuer, operator.actor)
    given_waiting(issuer, approver.actor)
    given_waiting(other, operator.actor)
    assert rail(approver, issuer, Role.APPROVER).waiting == 2
    assert rail(operator, issuer, Role.OPERATOR).waiting == 0
