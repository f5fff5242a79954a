"""One person works at several places, and goes from one to another."""

from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, given_shop_role, signed_in

from counterfoil.portal.models import AcceptorRoleName, Role
from counterfoil.portal.people import OfficeGrant, give_role
from counterfoil.portal.places import Place, places
from counterfoil.portal.trail import Actor

pytestmark = pytest.mark.usefixtures("portal")


def test_places_are_offices_and_shops_with_their_roles_in_one_query(portal: Portal) -> None:
    issuer = given_office(portal)
    person = given_person(Role.FINANCE, Role.OPERATOR, issuer=issuer)
    given_shop_role(person, issuer, 1, AcceptorRoleName.OWNER)
    given_shop_role(person, issuer, 99, AcceptorRoleName.OWNER)  # which the engine does not know
    with CaptureQueriesContext(connection) as queries:
        found = places(person)
    assert len(queries) == 1
    base = f"/portal/{issuer.code}/"
    assert found == [
        Place("office", "Aid Agency", "Aid Agency", ("finance", "operator"), base),
        Place("shop", "Aid Agency", "Asha Stores", ("owner",), f"{base}shop/1/"),
    ]
    assert [place.role_words for place in found] == ["Finance, Operator", "Owner"]


def test_who_has_several_chooses_and_is_brought_back_to_the_last(portal: Portal) -> None:
    first, second = given_office(portal), given_office(portal)
    person = given_person(Role.AUDITOR, issuer=first)
    give_role(person, OfficeGrant(Role.AUDITOR, second.issuer_id), by=Actor("cli:test"))
    browser = signed_in(person)
    choice = browser.get("/portal/")
    assert choice.status_code == HTTPStatus.OK
    for issuer in (first, second):
        assert f'href="/portal/{issuer.code}/"' in choice.content.decode()
    browser.get(f"/portal/{second.code}/people")
    assert browser.get("/portal/").headers["Location"] == f"/portal/{second.code}/"
    assert browser.get("/portal/?choose").status_code == HTTPStatus.OK


def test_who_has_no_role_is_told_so() -> None:
    page = signed_in(given_person()).get("/portal/").content.decode()
    assert "nobody has given you anything to do" in page


def test_who_has_more_than_a_list_of_them_looks_for_a_name(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = given_office(portal), given_office(portal)
    person = given_person(Role.AUDITOR)
    browser = signed_in(person)
    monkeypatch.setattr("counterfoil.portal.places.PLACES_MAX", 10_000)
    assert 'name="name"' not in browser.get("/portal/?choose").content.decode()
    monkeypatch.setattr("counterfoil.portal.places.PLACES_MAX", 2)
    assert 'name="name"' in browser.get("/portal/?choose").content.decode()
    found = browser.get("/portal/", {"name": f" {second.code.lower()}"}).content.decode()
    assert f'href="/portal/{second.code}/"' in found
    assert f'href="/portal/{first.code}/"' not in found
    nowhere = browser.get("/portal/", {"name": "nobody's"}).content.decode()
    assert "No place where you work has that in its name." in nowhere


def test_a_role_for_all_issuers_is_one_at_each(portal: Portal) -> None:
    issuer = given_office(portal)
    person = given_person(Role.AUDITOR)
    assert f"/portal/{issuer.code}/" in {place.url for place in places(person, issuer.code)}
    person.roles.all().delete()
