"""What waits for a person: the queue, the badge and the overview say the same of each command."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.commands.test_approvals import QUERIES_MAX, text_of
from tests.portal.conftest import Portal
from tests.portal.given import given_person

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import ApprovalBand, ChangeApprovals
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.portal.access import Office
from counterfoil.portal.models import Delegation, Person, Role
from counterfoil.portal.orchestrator.deciding import power_of
from counterfoil.portal.orchestrator.overview.reading import waiting
from counterfoil.portal.rail import rail_of


@pytest.fixture
def scene(portal: Portal) -> Scene:
    """Where a deposit needs two who agree."""
    scene = given_scene(portal)
    two = (ApprovalBand("", 0, 2),)
    scene.done(ChangeApprovals(of_kind="deposit", bands=two), by=scene.administrator.actor)
    return scene


def lend(scene: Scene, by: Person, to: Person) -> None:
    today = timezone.now().date()
    Delegation.objects.create(
        issuer_id=scene.issuer.issuer_id,
        from_person=by,
        to_person=to,
        from_date=today,
        until_date=today + timedelta(days=1),
        reason="leave",
    )


def for_me(scene: Scene, person: Person) -> bool:
    """Whether the one command that waits is for this person; all who say it must agree."""
    roles = frozenset(Role(each.role) for each in person.roles.all())
    office = Office(scene.issuer.issuer_id, scene.issuer.code, "Aid", person, roles)
    (command,) = waiting(office)
    queue = text_of(scene.browser(person), scene.address("approvals"))
    badge = rail_of(RequestFactory().get(scene.address()), person, office).waiting
    decide = scene.browser(person).get(scene.address(f"commands/{command.command_id}/decide"))
    said = {
        "overview": command.mine,
        "badge": badge == 1,
        "queue": "Waiting for you" in queue,
        "decide": decide.status_code == 200,
    }
    assert len(set(said.values())) == 1, said
    return command.mine


def test_a_command_is_for_who_may_approve_it(scene: Scene) -> None:
    scene.prepare(deposit_of(5000))
    assert for_me(scene, scene.approver)
    assert not for_me(scene, scene.finance)


def test_what_i_approved_in_a_delegators_name_is_not_for_me_any_more(scene: Scene) -> None:
    second = given_person(Role.APPROVER, issuer=scene.issuer, name="Second Approver")
    lend(scene, scene.approver, second)
    command_id, asked = _asked(scene)
    scene.decide(command_id, asked, by=second, in_the_name_of=scene.approver)
    assert not for_me(scene, second)
    assert "you approved it" in text_of(scene.browser(second), scene.address("approvals"))


def test_what_was_approved_in_my_name_is_not_for_me_any_more(scene: Scene) -> None:
    lend(scene, scene.approver, scene.finance)
    command_id, asked = _asked(scene, by=scene.operator.actor)
    assert for_me(scene, scene.finance)
    scene.decide(command_id, asked, by=scene.finance, in_the_name_of=scene.approver)
    assert not for_me(scene, scene.approver)
    page = text_of(scene.browser(scene.approver), scene.address("approvals"))
    assert "Fatuma Noor approved it in your name" in page
    assert "1 of 2 approvals" in page


def test_what_the_only_delegator_approved_is_not_for_the_delegate(scene: Scene) -> None:
    lend(scene, scene.approver, scene.administrator)
    command_id, asked = _asked(scene)
    assert for_me(scene, scene.administrator)
    scene.decide(command_id, asked)
    assert not for_me(scene, scene.administrator)


def test_it_is_for_who_has_another_name_left(scene: Scene) -> None:
    second = given_person(Role.APPROVER, issuer=scene.issuer, name="Second Approver")
    lend(scene, scene.approver, second)
    lend(scene, scene.approver, scene.administrator)
    command_id, asked = _asked(scene)
    scene.decide(command_id, asked, by=scene.administrator, in_the_name_of=scene.approver)
    assert for_me(scene, second)
    assert scene.status(command_id) == ("waiting", None)
    scene.decide(command_id, asked, by=second)
    assert not for_me(scene, second)
    assert scene.work() == ["done"]


def test_what_i_rejected_is_not_for_me_any_more(scene: Scene) -> None:
    command_id, asked = _asked(scene)
    scene.decide(command_id, asked, Verdict.REJECT, reason="It is not ours.")
    assert not for_me(scene, scene.approver)


def test_what_a_delegator_prepared_is_not_for_the_delegate(scene: Scene) -> None:
    lend(scene, scene.approver, scene.administrator)
    _asked(scene, by=scene.approver.actor)
    assert not for_me(scene, scene.administrator)


def test_what_has_expired_is_for_nobody(scene: Scene) -> None:
    scene.prepare(deposit_of(5000), expires_in=timedelta(seconds=-1))
    office = Office(
        scene.issuer.issuer_id, scene.issuer.code, "Aid", scene.approver, frozenset({Role.APPROVER})
    )
    assert waiting(office) == []
    request = RequestFactory().get(scene.address())
    assert rail_of(request, scene.approver, office).waiting == 0
    page = text_of(scene.browser(scene.approver), scene.address("approvals"))
    assert "Waiting for you" not in page


def test_what_an_inactive_delegator_lent_counts_no_more(scene: Scene) -> None:
    lend(scene, scene.approver, scene.administrator)
    _asked(scene)
    assert for_me(scene, scene.administrator)
    scene.approver.is_active = False
    scene.approver.save()
    assert not for_me(scene, scene.administrator)


def test_two_approvals_in_one_name_are_told_as_one(scene: Scene) -> None:
    """As the engine counts them: two who decide at once do not see each other's."""
    lend(scene, scene.approver, scene.administrator)
    command_id, asked = _asked(scene)
    scene.decide(command_id, asked)
    scene.decide(command_id, asked, by=scene.administrator, in_the_name_of=scene.approver)
    assert scene.work() == [None]
    browser = scene.browser(scene.auditor)
    assert "1 of 2 approvals" in text_of(browser, scene.address("approvals"))
    told = text_of(browser, scene.address(f"commands/{command_id}"))
    assert "1 more person must approve it" in told


def test_a_long_queue_with_decisions_asks_the_database_no_more(scene: Scene) -> None:
    second = given_person(Role.APPROVER, issuer=scene.issuer, name="Second Approver")
    for number in range(20):
        asked = deposit_of(100 + number)
        scene.decide(scene.prepare(asked), asked)
    browser = scene.browser(second)
    with CaptureQueriesContext(connection) as queries:
        page = text_of(browser, scene.address("approvals"))
    assert page.count("1 of 2 approvals") == 20
    assert len(queries) <= QUERIES_MAX


def _asked(scene: Scene, *, by: str | None = None) -> tuple[UUID, Content]:
    asked = deposit_of(5000)
    return scene.prepare(asked, by=by), asked


def test_lending_ones_power_makes_no_more_approvals(scene: Scene) -> None:
    """Two hands in one name are one approval."""
    office = Office(
        scene.issuer.issuer_id, scene.issuer.code, "Aid", scene.approver, frozenset({Role.APPROVER})
    )
    before = power_of(office).left_for(scene.finance.actor)
    lend(scene, scene.approver, given_person(Role.ADMINISTRATOR, issuer=scene.issuer))
    assert power_of(office).left_for(scene.finance.actor) == before
    given_person(Role.APPROVER, issuer=scene.issuer)
    assert power_of(office).left_for(scene.finance.actor) == before + 1
