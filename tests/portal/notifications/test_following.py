"""What a worker tells of without being asked: ends of commands, low stock, the mail of the day."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory, override_settings
from django.utils import timezone
from tests.databases import connected
from tests.given import SYSTEM, given_stock, preactivate
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.conftest import Portal
from tests.portal.given import given_person
from tests.portal.notifications.test_telling import mails_to, told

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import SuspendAcceptor, TurnGroup
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.portal.access import Office
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.models import CommandToTell, Notification, Person, Role
from counterfoil.portal.notifications.following import (
    tell_ends,
    tell_low_stocks,
    tell_systems_requests,
)
from counterfoil.portal.notifications.mails import mail_digests
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def prepared(scene: Scene, content: Content, by: Person) -> UUID:
    """By a page."""
    command_id = uuid4()
    roles = frozenset(Role(each.role) for each in by.roles.all())
    office = Office(scene.issuer.issuer_id, scene.issuer.code, "Aid", by, roles)
    prepare_command(RequestFactory().post("/"), office, content, command_id=command_id)
    return command_id


def test_approvers_are_told_of_what_waits_and_never_who_prepared_it(scene: Scene) -> None:
    both = given_person(Role.APPROVER, Role.FINANCE, issuer=scene.issuer)
    command_id = prepared(scene, deposit_of(125_000), both)
    assert told(scene.approver) == [("approval_waiting", f"command:{command_id}")]
    assert told(both) == []
    (mail,) = mails_to(scene.approver)
    assert mail.subject == "Deposit waits for approval"
    assert "1,250.00\N{NO-BREAK SPACE}KES" in mail.body


def test_what_has_a_code_is_named_by_it(scene: Scene) -> None:
    prepared(scene, TurnGroup(code="GENERAL", status="closed"), scene.operator)
    (mail,) = mails_to(scene.approver)
    assert mail.body.splitlines()[1] == "GENERAL"


def test_a_mail_leads_to_it_where_the_portals_name_is_known(scene: Scene) -> None:
    with override_settings(COUNTERFOIL_ORIGIN="https://vouchers.example.org"):
        prepared(scene, deposit_of(125_000), scene.finance)
    found = Notification.objects.get(person=scene.approver)
    (mail,) = mails_to(scene.approver)
    assert f"https://vouchers.example.org/portal/notifications/{found.pk}\n" in mail.body
    browser = scene.browser(scene.approver)
    leads = browser.get(f"/portal/notifications/{found.pk}").headers["Location"]
    assert leads == scene.address(f"commands/{found.subject.removeprefix('command:')}")


def test_who_asked_is_told_that_it_was_rejected_and_nobody_need_look_at_it(scene: Scene) -> None:
    content = deposit_of(125_000)
    command_id = prepared(scene, content, scene.finance)
    tell_ends()
    assert told(scene.finance) == []
    scene.decide(command_id, content, Verdict.REJECT, reason="no slip")
    scene.work()
    tell_ends()
    tell_ends()
    assert told(scene.finance) == [("command_refused", f"command:{command_id}")]
    (mail,) = mails_to(scene.finance)
    assert mail.subject == "Deposit was not carried out"
    assert "Rejected. Its page says why." in mail.body
    assert Notification.objects.get(person=scene.approver).read_at is not None
    assert not CommandToTell.objects.filter(issuer_id=scene.issuer.issuer_id).exists()


def test_what_was_approved_and_done_is_told_in_the_portal_alone(scene: Scene) -> None:
    content = deposit_of(125_000)
    command_id = prepared(scene, content, scene.finance)
    scene.decide(command_id, content)
    assert scene.work() == ["done"]
    tell_ends()
    assert told(scene.finance) == [("command_done", f"command:{command_id}")]
    assert mails_to(scene.finance) == []


def test_what_was_done_at_once_and_what_was_taken_back_is_told_to_nobody(scene: Scene) -> None:
    prepared(scene, SuspendAcceptor(acceptor_id=1), scene.operator)
    content = deposit_of(125_000)
    command_id = prepared(scene, content, scene.finance)
    scene.decide(command_id, content, Verdict.WITHDRAW, by=scene.finance)
    scene.work()
    tell_ends()
    assert told(scene.operator) == told(scene.finance) == []
    assert not CommandToTell.objects.filter(issuer_id=scene.issuer.issuer_id).exists()


def test_approvers_are_told_of_what_a_calling_system_asks_for(scene: Scene) -> None:
    command_id = scene.prepare(deposit_of(125_000), by="client:POS")
    tell_systems_requests()
    tell_systems_requests()
    assert told(scene.approver) == [("approval_waiting", f"command:{command_id}")]
    assert len(mails_to(scene.approver)) == 1


def test_low_stock_is_told_once_and_again_only_after_there_was_enough(scene: Scene) -> None:
    design = GroupDesign(
        code="SEED",
        name="Seed",
        currency="KES",
        denominations=(1000,),
        valid_for_days=90,
        restock_level=2,
    )

    def rounds() -> list[str]:
        tell_low_stocks()
        found = Notification.objects.filter(person=scene.operator, kind="stock_low")
        return [f"{each.subject} {each.parameters['count']}" for each in found.order_by("id")]

    with connected(scene.portal.url) as connection:
        create_group(connection, scene.issuer, SYSTEM, design)
        given_stock(connection, scene.issuer, 3, group="SEED")
        assert rounds() == []
        preactivate(connection, scene.issuer, group="SEED")
        assert rounds() == ["group:SEED 2"]
        preactivate(connection, scene.issuer, group="SEED")
        assert rounds() == ["group:SEED 2"]
        given_stock(connection, scene.issuer, 2, group="SEED")
        assert rounds() == ["group:SEED 2"]
        preactivate(connection, scene.issuer, group="SEED")
        assert rounds() == ["group:SEED 2", "group:SEED 2"]
    assert told(scene.finance) == []


def test_a_day_is_one_mail_and_what_was_read_by_then_is_not_in_it(scene: Scene) -> None:
    for number in range(3):
        notify(
            "stock_low",
            issuer_id=scene.issuer.issuer_id,
            subject=f"group:G{number}",
            parameters=Parameters(name=f"Food {number}", count=number),
        )
    before = len(mails_to(scene.operator))
    mine = Notification.objects.filter(person=scene.operator)
    mine.update(in_digest=True)
    mail_digests()
    assert len(mails_to(scene.operator)) == before  # today's are told tomorrow
    mine.update(at=timezone.now() - timedelta(days=1))
    mine.filter(subject="group:G0").update(read_at=timezone.now())
    mail_digests()
    mail_digests()
    *_rest, mail = mails_to(scene.operator)
    assert len(mails_to(scene.operator)) == before + 1
    assert mail.subject == "2 things happened"
    assert "Food 0" not in mail.body
    assert "Food 1 is running out" in mail.body
    assert "Food 2 is running out" in mail.body
    assert not mine.filter(in_digest=True).exists()


def test_who_asked_and_does_not_work_there_any_more_is_not_told(scene: Scene) -> None:
    content = deposit_of(125_000)
    command_id = prepared(scene, content, scene.finance)
    scene.finance.roles.all().delete()
    scene.decide(command_id, content, Verdict.REJECT)
    scene.work()
    tell_ends()
    assert told(scene.finance) == []
    assert mails_to(scene.finance) == []


def test_who_may_not_sign_in_any_more_gets_no_mail_of_the_day(scene: Scene) -> None:
    notify(
        "stock_low",
        issuer_id=scene.issuer.issuer_id,
        subject="group:G",
        parameters=Parameters(name="Food", count=1),
    )
    before = len(mails_to(scene.operator))
    mine = Notification.objects.filter(person=scene.operator)
    mine.update(in_digest=True, at=timezone.now() - timedelta(days=1))
    Person.objects.filter(pk=scene.operator.pk).update(is_active=False)
    mail_digests()
    assert len(mails_to(scene.operator)) == before
    assert not mine.filter(in_digest=True).exists()
