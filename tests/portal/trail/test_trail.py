"""The trail: who, when, from where, before, after, why; filtered, paged, taken away as a table."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.portal.commands.scenes import Scene, given_scene
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in

from counterfoil.portal.models import Role, TrailEntry
from counterfoil.portal.orchestrator.trail.words import FAMILIES, event_text
from counterfoil.portal.trail import record

if TYPE_CHECKING:
    from collections.abc import Iterable

QUERIES_MAX = 15
_SOURCES = Path(__file__).parents[3] / "src" / "counterfoil" / "portal"
_EVENT = re.compile(r'"([a-z_]+\.[a-z_]+)"')


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def noted(scene: Scene, event: str, subject: str = "settings", **more: object) -> TrailEntry:
    given = {"actor": scene.administrator.actor, "issuer_id": scene.issuer.issuer_id, **more}
    return TrailEntry.objects.create(event=event, subject=subject, **given)


def page_of(scene: Scene, query: str = "") -> str:
    answer = scene.browser(scene.auditor).get(scene.address("trail") + query)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def rows_of(answer: object) -> list[list[str]]:
    content = b"".join(cast("Iterable[bytes]", answer)).decode()
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))


def test_an_entry_says_who_what_from_where_before_after_and_why(scene: Scene) -> None:
    record(
        scene.issuer.issuer_id,
        scene.administrator.actor,
        "settings.changed",
        subject="settings",
        before={"language": "en"},
        after={"language": "es"},
        reason="most of us read it",
        address="10.1.2.3",
    )
    page = page_of(scene)
    for said in (
        "Changed the portal",
        "Adaeze Obi",
        "10.1.2.3",
        "was en becomes es",
        "most of us read it",
    ):
        assert said in page, said


def test_entries_are_filtered_by_person_kind_subject_and_day(scene: Scene) -> None:
    noted(scene, "role.given", "person:1", reason="one")
    noted(scene, "settings.changed", reason="two")
    noted(scene, "settings.changed", actor="cli:root", reason="three")
    noted(scene, "settings.changed", at=datetime(2026, 3, 4, 23, 59, tzinfo=UTC), reason="four")

    def found(query: str) -> set[str]:
        page = page_of(scene, query)
        return {word for word in ("one", "two", "three", "four") if f" {word} " in page}

    assert found("") == {"one", "two", "three", "four"}
    assert found(f"?who={scene.administrator.actor}") == {"one", "two", "four"}
    assert found("?who=cli:root") == {"three"}
    assert found("?what=people") == {"one"}
    assert found("?about=person:1") == {"one"}
    assert found("?since=2026-03-05") == {"one", "two", "three"}
    assert found("?until=2026-03-04") == {"four"}
    assert found("?since=2026-03-05&until=2026-03-04") == set()
    assert found("?what=odd&since=odd&after=odd&who=") == {"one", "two", "three", "four"}


def test_pages_follow_each_other_without_gap_or_repeat(scene: Scene) -> None:
    same = datetime(2026, 5, 1, tzinfo=UTC)
    for number in range(120):
        noted(scene, "settings.changed", at=same, reason=f"number {number:03}")
    browser, address, seen = scene.browser(scene.auditor), scene.address("trail"), []
    query = ""
    for _page in range(3):
        page = browser.get(address + query).content.decode()
        seen += re.findall(r"number (\d{3})", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        query = following[1] if following else ""
    assert query == ""
    assert [int(each) for each in seen] == list(range(119, -1, -1))


def test_the_table_holds_what_is_filtered_and_its_taking_is_recorded(scene: Scene) -> None:
    noted(
        scene,
        "settings.changed",
        before={"language": "en"},
        after={"language": "es"},
        reason="=HYPERLINK(1)",
        address="10.1.2.3",
    )
    noted(scene, "role.given", "person:1", reason="another")
    browser = scene.browser(scene.auditor)
    answer = browser.post(scene.address("trail/export"), {"what": "settings"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    (head, row) = rows_of(answer)
    assert head[:5] == ["When", "Who", "Key of who", "From where", "What"]
    assert row[1:4] == ["Adaeze Obi", scene.administrator.actor, "10.1.2.3"]
    assert row[4:6] == ["Changed the portal", "settings.changed"]
    assert row[7] == "language: en → es"
    assert row[8] == "'=HYPERLINK(1)"  # no formula
    taken = TrailEntry.objects.get(issuer_id=scene.issuer.issuer_id, event="trail.exported")
    assert (taken.actor, taken.after) == (scene.auditor.actor, {"what": "settings"})


def test_only_who_audits_sees_it(scene: Scene) -> None:
    for person, status in (
        (scene.auditor, 200),
        (scene.administrator, 200),
        (scene.operator, 403),
        (scene.finance, 403),
        (scene.approver, 403),
    ):
        browser = scene.browser(person)
        assert browser.get(scene.address("trail")).status_code == status
        if status == 403:
            assert browser.post(scene.address("trail/export")).status_code == status


def test_another_issuers_entries_are_never_there(portal: Portal, scene: Scene) -> None:
    noted(scene, "settings.changed", reason="between us")
    TrailEntry.objects.create(
        actor="person:1", event="person.invited", subject="x", reason="no one's"
    )
    other = given_office(portal)
    neighbour = signed_in(given_person(Role.AUDITOR, issuer=other))
    address = f"/portal/{other.code}/trail"
    for query in ("", "?about=settings", f"?who={scene.administrator.actor}"):
        page = neighbour.get(address + query).content.decode()
        assert "between us" not in page
        assert "Adaeze" not in page
        assert "no one" not in page
    assert len(rows_of(neighbour.post(f"{address}/export"))) == 2  # the head, and that it was taken
    assert neighbour.get(scene.address("trail")).status_code == 404


def test_it_can_only_be_added_to(scene: Scene) -> None:
    noted(scene, "settings.changed")
    with connection.cursor() as cursor:
        for privilege in ("UPDATE", "DELETE"):
            cursor.execute("SELECT has_table_privilege('portal.trail', %s)", [privilege])
            assert cursor.fetchone() == (False,)


def test_every_event_that_is_recorded_has_words() -> None:
    """Those of the sources: what looks like an event of a kind there is, but for the log's."""
    known = {event for family in FAMILIES.values() for event in family.events}
    kinds = {event.partition(".")[0] for event in known}
    recorded = {
        event
        for path in _SOURCES.rglob("*.py")
        for line in path.read_text().splitlines()
        if "_log." not in line
        for event in _EVENT.findall(line)
        if event.partition(".")[0] in kinds
    }
    assert recorded >= {"role.given", "settings.changed", "merchant.begun"}
    assert recorded - known == set()
    assert event_text("command.prepared.deposit") == "Prepared: Deposit"
    assert event_text("something.never_heard_of") == "Something never heard of"


def test_no_page_asks_the_database_too_much(scene: Scene) -> None:
    for number in range(51):
        noted(scene, "role.given", f"person:{number}", actor=f"person:{number}")
        noted(scene, "settings.changed", f"acceptor:{number}")
    browser = scene.browser(scene.auditor)
    for query in ("", "?what=people", "?about=settings"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(scene.address("trail") + query).status_code == 200
        assert len(queries) <= QUERIES_MAX
