"""Who is told of what: by role, as roles are now, once, and never who did it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from tests.portal.commands.scenes import Scene, given_scene
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, given_shop_role

from counterfoil.engine.issuer import Issuer
from counterfoil.portal.models import (
    AcceptorRoleName,
    Delegation,
    Mail,
    Notification,
    NotificationChoice,
    OrganisationRole,
    OrganisationRoleName,
    Person,
    Role,
)
from counterfoil.portal.notifications.kinds import KINDS
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def given_member(issuer: Issuer, organisation_id: int, role: OrganisationRoleName) -> Person:
    person = given_person()
    OrganisationRole.objects.create(
        person=person, issuer_id=issuer.issuer_id, organisation_id=organisation_id, role=role
    )
    return person


def told(person: Person) -> list[tuple[str, str]]:
    found = Notification.objects.filter(person=person).order_by("id")
    return list(found.values_list("kind", "subject"))


def mails_to(person: Person) -> list[Mail]:
    return list(Mail.objects.filter(recipient=person.email).order_by("id"))


def tell(
    scene: Scene, kind: str, subject: str = "purchase:1", *, by: str = "", key: str = ""
) -> None:
    notify(
        kind,
        issuer_id=scene.issuer.issuer_id,
        subject=subject,
        key=key,
        parameters=Parameters(name="Northern Aid", reference="P-12"),
        by=by,
    )


def test_those_are_told_who_have_the_role_now_and_nobody_else(scene: Scene) -> None:
    elsewhere = given_person(Role.OPERATOR, issuer=given_office(scene.portal))
    everywhere, gone = given_person(Role.OPERATOR), given_person(Role.FINANCE, issuer=scene.issuer)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    tell(scene, "purchase_requested", by=scene.finance.actor)
    expected = [("purchase_requested", "purchase:1")]
    assert told(scene.operator) == told(everywhere) == expected
    for person in (scene.finance, scene.approver, scene.auditor, elsewhere, gone):
        assert told(person) == []


def test_nothing_is_told_twice_however_often_it_is_triggered(scene: Scene) -> None:
    for _time in range(3):
        tell(scene, "proof_submitted")
    assert told(scene.finance) == [("proof_submitted", "purchase:1")]
    assert len(mails_to(scene.finance)) == 1
    tell(scene, "proof_submitted", key="2")
    assert len(told(scene.finance)) == len(mails_to(scene.finance)) == 2


def test_nothing_is_told_twice_by_many_at_once(scene: Scene) -> None:
    threads = [threading.Thread(target=_tell_in_a_thread, args=(scene,)) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(scene.finance) == [("proof_submitted", "purchase:many")]
    assert len(mails_to(scene.finance)) == 1


def _tell_in_a_thread(scene: Scene) -> None:
    try:
        tell(scene, "proof_submitted", "purchase:many")
    finally:
        connection.close()


def test_what_did_not_happen_is_not_told(scene: Scene) -> None:
    with transaction.atomic():
        tell(scene, "proof_submitted")
        transaction.set_rollback(True)
    assert told(scene.finance) == []
    assert mails_to(scene.finance) == []


def test_an_organisations_people_are_told_by_their_roles_there(scene: Scene) -> None:
    manager = given_member(scene.issuer, 4, OrganisationRoleName.MANAGER)
    distributor = given_member(scene.issuer, 4, OrganisationRoleName.DISTRIBUTOR)
    other = given_member(scene.issuer, 5, OrganisationRoleName.MANAGER)
    namesake = given_member(given_office(scene.portal), 4, OrganisationRoleName.MANAGER)
    for kind in ("purchase_quoted", "purchase_allocated"):
        notify(
            kind,
            issuer_id=scene.issuer.issuer_id,
            subject="purchase:1",
            parameters=Parameters(reference="P-12", count=40),
            organisation_id=4,
        )
    both = [("purchase_quoted", "purchase:1"), ("purchase_allocated", "purchase:1")]
    assert told(manager) == both
    assert told(distributor) == both[1:]
    assert told(other) == told(namesake) == told(scene.operator) == []


def test_a_redemption_waits_for_the_owners_mail_of_the_day(scene: Scene) -> None:
    owner, cashier = given_person(), given_person()
    given_shop_role(owner, scene.issuer, 1, AcceptorRoleName.OWNER)
    given_shop_role(cashier, scene.issuer, 1, AcceptorRoleName.CASHIER)
    manager = given_member(scene.issuer, 4, OrganisationRoleName.MANAGER)
    notify(
        "redemption",
        issuer_id=scene.issuer.issuer_id,
        subject="acceptor:1",
        key="2026-11-22",
        parameters=Parameters(count=3, amount_minor=3000, currency="KES"),
        acceptor_id=1,
        organisation_id=4,
    )
    waits = Notification.objects.filter(subject="acceptor:1", person__in=[owner, cashier, manager])
    assert dict(waits.values_list("person_id", "in_digest")) == {owner.pk: True, manager.pk: False}
    assert [mails_to(person) for person in (owner, cashier, manager)] == [[], [], []]


def test_who_is_lent_an_approvers_power_is_told_as_well(scene: Scene) -> None:
    today = timezone.now().date()
    for to_person, ended_at in ((scene.finance, None), (scene.administrator, timezone.now())):
        Delegation.objects.create(
            issuer_id=scene.issuer.issuer_id,
            from_person=scene.approver,
            to_person=to_person,
            from_date=today - timedelta(days=1),
            until_date=today + timedelta(days=1),
            reason="leave",
            ended_at=ended_at,
        )
    tell(scene, "approval_waiting", "command:x")
    assert told(scene.approver) == told(scene.finance) == [("approval_waiting", "command:x")]
    assert told(scene.administrator) == told(scene.operator) == []


def test_each_is_mailed_in_their_language_as_they_chose(scene: Scene) -> None:
    second = given_person(Role.FINANCE, issuer=scene.issuer)
    third = given_person(Role.FINANCE, issuer=scene.issuer)
    Person.objects.filter(pk=second.pk).update(language="es")
    NotificationChoice.objects.create(person=third, kind="proof_submitted", by_mail="never")
    tell(scene, "proof_submitted")
    (english,), (spanish,) = mails_to(scene.finance), mails_to(second)
    assert english.subject == "Northern Aid has sent a proof of payment"
    assert "Look whether the money of purchase P-12 has arrived." in english.body
    assert "http" not in english.body  # nobody has said where the portal is
    assert spanish.subject != english.subject
    assert "Northern Aid" in spanish.subject
    assert told(third) == [("proof_submitted", "purchase:1")]
    assert mails_to(third) == []


def test_texts_of_every_kind_can_be_filled_in() -> None:
    empty = {
        "name": "n",
        "reference": "r",
        "money": "m",
        "count": "c",
        "command": "d",
        "status": "s",
    }
    for kind in KINDS.values():
        assert str(kind.title) % empty
        assert str(kind.text) % empty
        assert kind.told
