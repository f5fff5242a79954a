"""A person's own notifications: the bell, the list, the way to what each is about, preferences."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.portal.commands.scenes import Scene, given_scene
from tests.portal.conftest import Portal
from tests.portal.given import given_person, given_shop_role, hidden, signed_in, signed_out

from counterfoil.portal.models import (
    AcceptorRoleName,
    Notification,
    NotificationChoice,
    Person,
    Role,
    RoleAssignment,
)
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify

LIST = "/portal/notifications"


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def given_told(scene: Scene, count: int = 1) -> list[Notification]:
    """The operator is told of that many vouchers running out, the first one first."""
    for number in range(count):
        notify(
            "stock_low",
            issuer_id=scene.issuer.issuer_id,
            subject="group:FOOD-AID",
            key=str(number),
            parameters=Parameters(name=f"Food <b>{number}</b>", count=1200 + number),
        )
    return list(Notification.objects.filter(person=scene.operator).order_by("id"))


def badge(page: str) -> str:
    found = re.search(r'class="bell".*?</a>', page, re.DOTALL)
    assert found is not None
    number = re.search(r'<b class="badge">(\d+)', found[0])
    return number[1] if number else ""


def test_the_bell_counts_what_was_not_read_without_asking_the_database_again(scene: Scene) -> None:
    browser = signed_in(scene.operator)
    address = scene.address("merchants")
    browser.get(address)
    with CaptureQueriesContext(connection) as before:
        assert badge(browser.get(address).content.decode()) == ""
    given_told(scene, 3)
    with CaptureQueriesContext(connection) as after:
        assert badge(browser.get(address).content.decode()) == "3"
    assert len(after) == len(before)
    assert badge(signed_in(scene.auditor).get(scene.address("merchants")).content.decode()) == ""


def test_the_list_is_ones_own_and_the_newest_stands_first(scene: Scene) -> None:
    given_told(scene, 2)
    browser = signed_in(scene.operator)
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(LIST).content.decode()
    assert len(queries) <= 15
    assert page.index("Food &lt;b&gt;1&lt;/b&gt; is running out") < page.index(
        "Food &lt;b&gt;0&lt;/b&gt; is running out"
    )
    assert "Free to be handed out or sold: 1,201." in page
    assert "running out" not in signed_in(scene.auditor).get(LIST).content.decode()
    assert signed_out().get(LIST).headers["Location"].startswith("/portal/sign-in")


def test_a_long_list_has_pages(scene: Scene) -> None:
    given_told(scene, 52)
    browser = signed_in(scene.operator)
    first = browser.get(LIST).content.decode()
    following = re.search(r'rel="next" href="(\?[^"]+)"', first)
    assert following is not None
    second = browser.get(f"{LIST}{following[1]}").content.decode()
    assert first.count("is running out</a>") == 50
    assert second.count("is running out</a>") == 2


def test_each_leads_to_what_it_is_about_and_is_read_then(scene: Scene) -> None:
    first, second = given_told(scene, 2)
    browser = signed_in(scene.operator)
    answer = browser.get(f"{LIST}/{first.pk}")
    assert answer.headers["Location"] == scene.address("vouchers/group/FOOD-AID")
    assert browser.post(f"{LIST}/{second.pk}").headers["Location"] == LIST
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.read_at is not None
    assert second.read_at is not None
    assert badge(browser.get(LIST).content.decode()) == ""


def test_nobody_elses_is_there(scene: Scene) -> None:
    (mine,) = given_told(scene)
    for method in ("get", "post"):
        answer = getattr(signed_in(scene.administrator), method)(f"{LIST}/{mine.pk}")
        assert answer.status_code == 404
    mine.refresh_from_db()
    assert mine.read_at is None


def test_all_that_were_seen_are_read_and_what_came_since_is_not(scene: Scene) -> None:
    given_told(scene, 2)
    browser = signed_in(scene.operator)
    until = hidden(browser.get(LIST), "until")
    given_told(scene, 3)
    browser.post(LIST, {"until": until})
    assert [each.read_at is None for each in given_told(scene, 0)] == [False, False, True]
    browser.post(LIST, {"until": "all"})
    assert badge(browser.get(LIST).content.decode()) == "1"


def test_of_a_place_where_one_has_no_role_any_more_nothing_is_shown(scene: Scene) -> None:
    (told,) = given_told(scene)
    RoleAssignment.objects.filter(person=scene.operator).delete()
    browser = signed_in(scene.operator)
    page = browser.get(LIST).content.decode()
    assert "running out" not in page
    assert badge(page) == ""
    assert browser.get(f"{LIST}/{told.pk}").status_code == 404


def test_without_the_second_factor_that_a_role_asks_for_nothing_is_shown(scene: Scene) -> None:
    person = given_person(Role.FINANCE, issuer=scene.issuer, second_factor=False)
    for address in (LIST, f"{LIST}/preferences", f"{LIST}/1"):
        assert "second-factor" in signed_in(person).get(address).headers["Location"]


def test_a_choice_is_kept_and_followed(scene: Scene) -> None:
    browser = signed_in(scene.operator)
    page = browser.get(f"{LIST}/preferences").content.decode()
    fields = dict.fromkeys(re.findall(r'<select name="(\w+)"', page), "at_once")
    assert set(fields) == {
        "purchase_requested",
        "purchase_cancelled",
        "purchase_expired",
        "command_refused",
        "command_done",
        "stock_low",
        "organisation_applied",
        "replacements_ready",
        "replacements_unfetched",
        "replacements_lost",
    }
    given_told(scene)
    answer = browser.post(f"{LIST}/preferences", fields | {"stock_low": "digest"})
    assert answer.headers["Location"] == f"{LIST}/preferences"
    given_told(scene, 2)
    waits = Notification.objects.filter(person=scene.operator).order_by("id")
    assert [each.in_digest for each in waits] == [False, True]
    chosen = NotificationChoice.objects.get(person=scene.operator, kind="stock_low")
    assert chosen.by_mail == "digest"
    assert browser.post(f"{LIST}/preferences", {"stock_low": "never"}).status_code == 200
    chosen.refresh_from_db()
    assert chosen.by_mail == "digest"


def test_an_owner_chooses_of_what_an_owner_is_told(scene: Scene) -> None:
    owner: Person = given_person()
    given_shop_role(owner, scene.issuer, 1, AcceptorRoleName.OWNER)
    page = signed_in(owner).get(f"{LIST}/preferences").content.decode()
    assert re.findall(r'<select name="(\w+)"', page) == ["redemption"]
    assert '<option value="digest" selected>' in page
    shop = signed_in(owner).get(f"/portal/{scene.issuer.code}/shop/1/").content.decode()
    assert badge(shop) == ""
    assert LIST in shop
