"""The trail: who, when, from where, before, after, why; filtered, paged, taken away as a table."""

import ast
import csv
import io
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.portal.commands.scenes import Scene, given_scene
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in

from counterfoil.engine.commands.content import KINDS
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.portal.merchants.life import STEPS as STEPS_OF_MERCHANTS
from counterfoil.portal.models import Role, TrailEntry
from counterfoil.portal.orchestrator.trail.fields import LABELS, UNSAID
from counterfoil.portal.orchestrator.trail.words import (
    FAMILIES,
    event_text,
    events_of,
    has_words,
)
from counterfoil.portal.organisations.life import STEPS as STEPS_OF_ORGANISATIONS
from counterfoil.portal.purchases.life import STEPS as STEPS_OF_PURCHASES
from counterfoil.portal.trail import record

if TYPE_CHECKING:
    from collections.abc import Iterable

QUERIES_MAX = 15
_SOURCES = Path(__file__).parents[3] / "src" / "counterfoil" / "portal"


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
    assert head[:5] == ["When (UTC)", "Who", "Key of who", "From where", "What"]
    assert row[1:4] == ["Adaeze Obi", scene.administrator.actor, "10.1.2.3"]
    assert row[4:6] == ["Changed the portal", "settings.changed"]
    assert row[7] == "Language: en → es"
    assert row[8] == "'=HYPERLINK(1)"  # no formula
    taken = TrailEntry.objects.get(issuer_id=scene.issuer.issuer_id, event="trail.exported")
    assert (taken.actor, taken.subject) == (scene.auditor.actor, "trail")
    assert taken.after == {"what": "settings", "sort": "newest", "format": "csv"}


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
    recorded = events_recorded()
    assert recorded >= {
        "role.given",
        "merchant.begun",
        "merchant.bank_kept",
        "merchant.withdraw",
        "command.approve",
        "command.prepared.deposit",
        "account.totp_activated",
    }
    assert {event for event in recorded if not has_words(event)} == set()
    assert event_text("command.prepared.deposit") == "Prepared: Deposit"
    assert event_text("something.never_heard_of") == "Something never heard of"


def test_every_event_can_be_looked_for() -> None:
    """But those of a person's own account, which are of no issuer."""
    filtered = {event for family in FAMILIES for event in events_of(family)}
    of_issuers = {each for each in events_recorded() if not each.startswith("account.")}
    assert of_issuers - filtered == set()


def test_every_field_of_what_is_prepared_has_a_label() -> None:
    fields = {name for kind in KINDS.values() for name in fields_of(kind)}
    assert {"denominations", "approvals", "serials"} <= fields
    assert fields - UNSAID - {"design"} - set(LABELS) == set()


def test_every_field_that_is_told_of_a_merchant_has_a_label() -> None:
    telling = (_SOURCES / "merchants" / "telling.py").read_text()
    told = set(re.findall(r'^        "([a-z_]+)": ', telling, re.MULTILINE))
    assert "telephone" in told
    assert told - UNSAID - set(LABELS) == set()


def test_an_approval_in_anothers_name_says_whose(scene: Scene) -> None:
    noted(scene, "command.approve", "x", after={"on_behalf_of": scene.approver.actor})
    page = page_of(scene)
    assert "In the name of becomes Paulo Mendes" in page
    assert scene.approver.actor not in page.partition("Before and after")[2]


def test_what_is_named_in_an_entry_is_shown_by_its_name(scene: Scene) -> None:
    noted(scene, "role.given", "person:1", after={"role": "owner", "acceptor_id": 1})
    noted(
        scene,
        "command.prepared.change_vouchers",
        "vouchers",
        after={"kind": "change_vouchers", "action": "cancel", "extend_until": "2026-03-04"},
    )
    noted(
        scene,
        "command.prepared.suspend_acceptor",
        "acceptor:1",
        after={"acceptor_id": 1, "expected_version": 7},
    )
    page = page_of(scene)
    assert "Role becomes Owner Merchant becomes Asha Stores" in page
    assert "What is done becomes Cancelled New end becomes 4 Mar 2026" in page
    assert page.count("becomes Asha Stores") == 1  # what an entry is about stands beside it
    assert "expected" not in page
    row = next(
        row
        for row in rows_of(scene.browser(scene.auditor).post(scene.address("trail/export")))
        if row[5] == "role.given"
    )
    assert row[7] == "Role: Owner; Merchant: Asha Stores"


def test_what_somebody_asked_to_see_is_not_answered_with_a_name(scene: Scene) -> None:
    stranger = given_person(name="Not Of This House")
    about = {"who": stranger.actor, "about": stranger.actor}
    scene.browser(scene.auditor).post(scene.address("trail/export"), about)
    page = page_of(scene)
    assert stranger.actor in page
    assert "Not Of This House" not in page


def test_amounts_are_shown_in_their_currency(scene: Scene) -> None:
    design = {"code": "FOOD", "currency": "KES", "denominations": [50000, 100000], "name": "Food"}
    noted(scene, "command.prepared.publish_group", "group:FOOD", after={"design": design})
    money = {"amount_minor": 1250_00, "currency": "KES", "funding_account_id": 1}
    noted(scene, "command.prepared.deposit", "funding:1", after=money)
    page = page_of(scene)
    assert "Amounts becomes 500.00 KES, 1,000.00 KES" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Amount becomes 1,250.00 KES" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Funding account becomes" not in page


def fields_of(kind: type) -> set[str]:
    """Of a content, and of what is within it."""
    found: set[str] = set()
    for field in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        found.add(field.name)
        inner = getattr(field.type, "item_type", field.type)
        if isinstance(inner, msgspec.inspect.StructType | msgspec.inspect.DataclassType):
            found |= fields_of(inner.cls)
    return found


@cache
def events_recorded() -> set[str]:
    """By the sources: texts that are an event's, and what the changing part of others can be."""
    texts: set[str] = set()
    for path in _SOURCES.rglob("*.py"):
        tree = ast.parse(path.read_text())
        logged = {
            id(part)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("_log.")
            for part in ast.walk(call)
        }
        texts |= {
            text
            for node in ast.walk(tree)
            if id(node) not in logged and (text := _text_of(node)) is not None
        }
    kinds = (
        "account|approval|command|handover|merchant|organisation|person|purchase|role"
        "|second_factor|settings|trail|voucher_draft"
    )
    events = {text for text in texts if re.fullmatch(rf"({kinds})\.[a-z_.]*({{.*}})?", text)}
    found = {event for event in events if not event.endswith(("}", ".", "_"))}
    for event in events - found:
        start, _brace, expression = event.partition("{")
        if expression:
            found |= {f"{start}{end}" for end in _ENDS[event]}
    return found


def _is_of_log(function: ast.expr) -> bool:
    of = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(of, ast.Name) and of.id == "_log"


def _text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            f"{{{ast.unparse(each.value)}}}"
            if isinstance(each, ast.FormattedValue)
            else str(ast.literal_eval(each))
            for each in node.values
        )
    return None


# What can stand where an event is put together; one that is not here fails the tests.
_MAILS = ("account", "mfa")
_ENDS = {
    "merchant.{step}": [str(step) for _status, step in STEPS_OF_MERCHANTS],
    "organisation.{step}": [str(step) for _status, step in STEPS_OF_ORGANISATIONS],
    "purchase.{step}": [str(step) for _status, step in STEPS_OF_PURCHASES],
    "merchant.bank_{change.ended}": ["switched", "kept"],
    "command.{verdict}": [str(each) for each in Verdict],
    "command.prepared.{content.kind}": list(KINDS),
    "account.{template_prefix.rpartition('/')[2]}": [
        path.name.removesuffix("_message.txt")
        for place in _MAILS
        for path in (_SOURCES / "templates" / place / "email").glob("*_message.txt")
        if path.name.startswith(("password_changed", "totp", "recovery"))
    ],
}


def test_no_page_asks_the_database_too_much(scene: Scene) -> None:
    for number in range(51):
        noted(scene, "role.given", f"person:{number}", actor=f"person:{number}")
        noted(scene, "settings.changed", f"acceptor:{number}")
    browser = scene.browser(scene.auditor)
    for query in ("", "?what=people", "?about=settings"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(scene.address("trail") + query).status_code == 200
        assert len(queries) <= QUERIES_MAX
