"""An approver's power is lent to a colleague for a time, and comes back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person

from counterfoil.engine.issuer import Issuer
from counterfoil.errors import ConflictError
from counterfoil.portal.delegations import delegate, end_delegation
from counterfoil.portal.door.second_factor import needs_second_factor
from counterfoil.portal.models import Delegation, Person, Role, TrailEntry
from counterfoil.portal.people import OfficeGrant, give_role
from counterfoil.portal.trail import Actor

pytestmark = pytest.mark.usefixtures("portal")


def days(first: int, last: int) -> tuple[date, date]:
    today = timezone.now().date()
    return today + timedelta(days=first), today + timedelta(days=last)


def lent(
    issuer: Issuer,
    approver: Person,
    to: Person,
    when: tuple[date, date] | None = None,
    *,
    by: Person | None = None,
) -> Delegation:
    who = by or approver
    return delegate(
        issuer.issuer_id,
        approver,
        to,
        when or days(0, 7),
        by=Actor(who.actor, who.pk),
        reason="on leave",
    )


def test_it_is_lent_to_a_colleague_and_taken_back(portal: Portal) -> None:
    issuer = given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    colleague = given_person(Role.FINANCE, issuer=issuer)
    delegation = lent(issuer, approver, colleague)
    assert end_delegation(delegation, by=Actor(approver.actor, approver.pk))
    assert not end_delegation(delegation, by=Actor(approver.actor, approver.pk))
    delegation.refresh_from_db()
    assert delegation.ended_at is not None
    told = TrailEntry.objects.filter(issuer_id=issuer.issuer_id, subject=approver.actor)
    assert [each.event for each in told.order_by("id")] == [
        "approval.delegated",
        "approval.delegation_ended",
    ]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.APPROVER, None])
def test_who_may_not_have_it(portal: Portal, role: Role | None) -> None:
    issuer = given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    other = given_person(*([role] if role else []), issuer=issuer)
    with pytest.raises(ConflictError):
        lent(issuer, approver, other)
    assert not Delegation.objects.filter(issuer_id=issuer.issuer_id).exists()


def test_only_an_approver_of_that_issuer_has_it_to_lend(portal: Portal) -> None:
    here, there = given_office(portal), given_office(portal)
    approver_there = given_person(Role.APPROVER, issuer=there)
    colleague = given_person(Role.FINANCE, issuer=here)
    with pytest.raises(ConflictError, match="Only an approver"):
        lent(here, approver_there, colleague)
    borrower = given_person(Role.ADMINISTRATOR, issuer=here)
    lent(here, given_person(Role.APPROVER, issuer=here), borrower)
    with pytest.raises(ConflictError, match="Only an approver"):
        lent(here, borrower, colleague)


def test_nobody_gives_it_to_themselves(portal: Portal) -> None:
    issuer = given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    administrator = given_person(Role.ADMINISTRATOR, issuer=issuer)
    with pytest.raises(ConflictError, match="Nobody changes their own roles"):
        lent(issuer, approver, administrator, by=administrator)
    delegation = lent(issuer, approver, administrator)
    with pytest.raises(ConflictError, match="Nobody changes their own roles"):
        end_delegation(delegation, by=Actor(administrator.actor, administrator.pk))


@pytest.mark.parametrize(
    ("when", "sentence"),
    [((3, 2), "last day"), ((-9, -1), "last day"), ((0, 93), "three months")],
)
def test_days_that_make_no_sense(portal: Portal, when: tuple[int, int], sentence: str) -> None:
    issuer = given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    with pytest.raises(ConflictError, match=sentence):
        lent(issuer, approver, given_person(Role.FINANCE, issuer=issuer), days(*when))


def test_the_same_days_are_not_lent_twice_to_one(portal: Portal) -> None:
    issuer = given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    colleague = given_person(Role.FINANCE, issuer=issuer)
    lent(issuer, approver, colleague, days(0, 5))
    with pytest.raises(ConflictError, match="already"):
        lent(issuer, approver, colleague, days(5, 9))
    lent(issuer, approver, colleague, days(6, 9))


def test_who_has_it_cannot_become_operator_or_auditor_meanwhile(portal: Portal) -> None:
    issuer = given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    colleague = given_person(Role.FINANCE, issuer=issuer)
    delegation = lent(issuer, approver, colleague, days(30, 40))
    cli = Actor("cli:test")
    for grant in (OfficeGrant(Role.OPERATOR, issuer.issuer_id), OfficeGrant(Role.AUDITOR, None)):
        with pytest.raises(ConflictError, match="End that delegation first"):
            give_role(colleague, grant, by=cli)
    end_delegation(delegation, by=cli)
    assert give_role(colleague, OfficeGrant(Role.OPERATOR, issuer.issuer_id), by=cli)


def test_who_has_it_now_needs_a_second_factor(portal: Portal) -> None:
    issuer = given_office(portal)
    approver = given_person(Role.APPROVER, issuer=issuer)
    colleague = given_person(Role.ADMINISTRATOR, issuer=issuer, second_factor=False)
    lent(issuer, approver, colleague, days(0, 0))
    colleague.roles.all().delete()
    assert needs_second_factor(colleague)
    Delegation.objects.filter(to_person=colleague).update(
        from_date=days(1, 1)[0], until_date=days(1, 1)[1]
    )
    assert not needs_second_factor(colleague)
