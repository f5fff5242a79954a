"""Roles are given and taken by others, exclude each other, and leave an administrator."""

import threading
from collections.abc import Callable
from itertools import permutations

import pytest
from django.db import IntegrityError, connection, transaction
from tests.portal.conftest import Portal
from tests.portal.given import PASSWORD, given_office, given_person, given_shop_role

from counterfoil.engine.issuer import Issuer
from counterfoil.errors import ConflictError
from counterfoil.portal.models import (
    EXCLUSIVE,
    AcceptorRoleName,
    Person,
    Role,
    RoleAssignment,
    TrailEntry,
)
from counterfoil.portal.people import (
    OfficeGrant,
    ShopGrant,
    change_roles,
    deactivate,
    give_role,
    reset_second_factor,
    take_role,
)
from counterfoil.portal.trail import Actor

pytestmark = pytest.mark.usefixtures("portal")
CLI = Actor("cli:test")


def roles_of(person: Person) -> list[tuple[str, int | None]]:
    return sorted(person.roles.values_list("role", "issuer_id"), key=str)


def refused(sentence: str, *changes: Callable[[], object]) -> None:
    for change in changes:
        with pytest.raises(ConflictError, match=sentence):
            change()


def test_giving_and_taking_is_told_by_the_trail(portal: Portal) -> None:
    issuer, person = given_office(portal), given_person()
    by = Actor("person:0", 0, "192.0.2.7")
    grant = OfficeGrant(Role.FINANCE, issuer.issuer_id)
    assert give_role(person, grant, by=by, reason="new colleague")
    assert not give_role(person, grant, by=by), "the second time it changes nothing"
    assert take_role(person, grant, by=by, reason="left")
    assert not take_role(person, grant, by=by)
    told = TrailEntry.objects.filter(subject=person.actor).order_by("id")
    assert [
        (each.event, each.actor, each.address, each.before, each.after, each.reason)
        for each in told
    ] == [
        ("role.given", "person:0", "192.0.2.7", None, {"role": "finance"}, "new colleague"),
        ("role.taken", "person:0", "192.0.2.7", {"role": "finance"}, None, "left"),
    ]
    assert {each.issuer_id for each in told} == {issuer.issuer_id}


def test_the_trail_can_only_be_added_to() -> None:
    for forbidden in ("UPDATE trail SET reason = 'x'", "DELETE FROM trail"):
        with (
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(forbidden)


def test_nobody_changes_their_own_roles(portal: Portal) -> None:
    issuer = given_office(portal)
    person = given_person(Role.ADMINISTRATOR, issuer=issuer)
    me = Actor(person.actor, person.pk)
    finance = OfficeGrant(Role.FINANCE, issuer.issuer_id)
    administrator = OfficeGrant(Role.ADMINISTRATOR, issuer.issuer_id)
    refused(
        "Nobody changes their own roles",
        lambda: give_role(person, finance, by=me),
        lambda: take_role(person, administrator, by=me),
        lambda: change_roles(person, issuer.issuer_id, {Role.FINANCE}, by=me, reason="x"),
        lambda: deactivate(person, issuer.issuer_id, by=me, reason="x"),
        lambda: reset_second_factor(person, issuer.issuer_id, by=me, reason="x"),
    )
    assert roles_of(person) == [("administrator", issuer.issuer_id)]
    assert not TrailEntry.objects.filter(subject=person.actor).exists()


@pytest.mark.parametrize(("held", "wanted"), list(permutations(EXCLUSIVE, 2)))
@pytest.mark.parametrize("scopes", [("one", "one"), ("all", "one"), ("one", "all"), ("all", "all")])
def test_exclusive_roles_exclude_each_other_for_one_issuer_and_for_all(
    portal: Portal, held: Role, wanted: Role, scopes: tuple[str, str]
) -> None:
    issuer, person = _shared_office(portal), given_person()
    first, second = (issuer.issuer_id if scope == "one" else None for scope in scopes)
    give_role(person, OfficeGrant(held, first), by=CLI)
    with pytest.raises(ConflictError, match="exclude each other"):
        give_role(person, OfficeGrant(wanted, second), by=CLI)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(person=person, role=wanted, issuer_id=second)
    assert roles_of(person) == [(held, first)]


def test_at_another_issuer_one_may_be_something_else(portal: Portal) -> None:
    here, there = given_office(portal), given_office(portal)
    person = given_person()
    give_role(person, OfficeGrant(Role.OPERATOR, here.issuer_id), by=CLI)
    give_role(person, OfficeGrant(Role.APPROVER, there.issuer_id), by=CLI)
    give_role(person, OfficeGrant(Role.FINANCE, here.issuer_id), by=CLI)
    assert len(roles_of(person)) == 3


def test_a_role_for_all_issuers_takes_the_place_of_those_for_one(portal: Portal) -> None:
    issuer, person = given_office(portal), given_person()
    give_role(person, OfficeGrant(Role.OPERATOR, issuer.issuer_id), by=CLI)
    assert give_role(person, OfficeGrant(Role.OPERATOR, None), by=CLI)
    assert roles_of(person) == [("operator", None)]
    assert not give_role(person, OfficeGrant(Role.OPERATOR, issuer.issuer_id), by=CLI)


def test_the_last_administrator_stays(portal: Portal) -> None:
    issuer = given_office(portal)
    grant = OfficeGrant(Role.ADMINISTRATOR, issuer.issuer_id)
    RoleAssignment.objects.filter(issuer_id=None).delete()
    last = given_person(Role.ADMINISTRATOR, issuer=issuer, password=PASSWORD)
    never_came = given_person(Role.ADMINISTRATOR, issuer=issuer)
    closed = given_person(Role.ADMINISTRATOR, issuer=issuer, password=PASSWORD)
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    refused(
        "Somebody must administer this",
        lambda: take_role(last, grant, by=CLI),
        lambda: deactivate(last, issuer.issuer_id, by=CLI, reason="x"),
    )
    assert roles_of(last) == [("administrator", issuer.issuer_id)]
    everywhere = given_person(Role.ADMINISTRATOR, password=PASSWORD)
    assert take_role(last, grant, by=CLI)
    assert take_role(never_came, grant, by=CLI)
    everywhere.roles.all().delete()


def test_of_two_administrators_taken_at_once_one_stays(portal: Portal) -> None:
    issuer = given_office(portal)
    RoleAssignment.objects.filter(issuer_id=None).delete()
    people = [given_person(Role.ADMINISTRATOR, issuer=issuer, password=PASSWORD) for _ in range(2)]
    grant, start = OfficeGrant(Role.ADMINISTRATOR, issuer.issuer_id), threading.Barrier(2)
    outcomes: list[str] = []

    def take(person: Person) -> None:
        start.wait()
        try:
            take_role(person, grant, by=CLI)
            outcomes.append("taken")
        except ConflictError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]
    assert RoleAssignment.objects.filter(issuer_id=issuer.issuer_id).count() == 1


def test_two_exclusive_roles_given_at_once_are_one(portal: Portal) -> None:
    issuer, person = given_office(portal), given_person()
    start, outcomes = threading.Barrier(2), list[str]()

    def give(grant: OfficeGrant) -> None:
        start.wait()
        try:
            give_role(person, grant, by=CLI)
            outcomes.append("given")
        except ConflictError:
            outcomes.append("refused")
        finally:
            connection.close()

    grants = [OfficeGrant(Role.OPERATOR, issuer.issuer_id), OfficeGrant(Role.APPROVER, None)]
    threads = [threading.Thread(target=give, args=(grant,)) for grant in grants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "refused"]
    assert len(roles_of(person)) == 1


def test_taking_everything_away_here_leaves_what_is_elsewhere(portal: Portal) -> None:
    here, there = given_office(portal), given_office(portal)
    person = given_person(Role.OPERATOR, issuer=here)
    give_role(person, OfficeGrant(Role.AUDITOR, there.issuer_id), by=CLI)
    given_shop_role(person, here, 1, AcceptorRoleName.OWNER)
    assert not deactivate(person, here.issuer_id, by=CLI, reason="left")
    person.refresh_from_db()
    assert person.is_active
    assert roles_of(person) == [("auditor", there.issuer_id)]
    assert not person.acceptor_roles.exists()
    assert deactivate(person, there.issuer_id, by=CLI, reason="left")
    person.refresh_from_db()
    assert not person.is_active


def test_a_role_for_all_issuers_is_not_one_issuers_to_take(portal: Portal) -> None:
    issuer, person = given_office(portal), given_person(Role.AUDITOR)
    with pytest.raises(ConflictError, match="all issuers"):
        deactivate(person, issuer.issuer_id, by=CLI, reason="x")
    assert roles_of(person) == [("auditor", None)]
    person.roles.all().delete()


def test_one_issuer_does_not_reset_the_second_factor_of_who_works_for_another(
    portal: Portal,
) -> None:
    here, there = given_office(portal), given_office(portal)
    person = given_person(Role.FINANCE, issuer=here)
    give_role(person, ShopGrant(AcceptorRoleName.OWNER, there.issuer_id, 1), by=CLI)
    with pytest.raises(ConflictError, match="other issuers"):
        reset_second_factor(person, here.issuer_id, by=CLI, reason="x")
    assert person.authenticator_set.exists()  # type: ignore[attr-defined]  # allauth's
    person.acceptor_roles.all().delete()
    reset_second_factor(person, here.issuer_id, by=CLI, reason="telephone lost")
    assert not person.authenticator_set.exists()  # type: ignore[attr-defined]  # allauth's


_offices: list[Issuer] = []


def _shared_office(portal: Portal) -> Issuer:
    if not _offices:
        _offices.append(given_office(portal))
    return _offices[0]
