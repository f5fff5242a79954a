"""Redemptions as they happen, on the issuer's page and on a shop's."""

import time
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import Page, expect
from tests.databases import connected
from tests.given import SYSTEM, ask, given_active, given_group, given_stock, redemption
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, given_shop_role, signed_in
from tests.portal.watching.serving import one_port, session_of, window

from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Outcome, Preactivate
from counterfoil.keys.live_tickets import Audience, AudienceKind, ticket_seconds
from counterfoil.portal.actions import seals
from counterfoil.portal.models import AcceptorRoleName, RoleAssignment
from counterfoil.portal.models import Role as OfficeRole

CROWD = 2000
CROWD_SECONDS = 4.0
ANSWERED_MS_MAX = 200
_WATCH_CLICKS = """slowFrom => {
  window.slow = 0;
  new PerformanceObserver(list => {
    for (const each of list.getEntries())
      if (each.name === 'click' && each.duration >= slowFrom) window.slow += 1;
  }).observe({type: 'event', durationThreshold: 16});
}"""


@pytest.fixture(scope="module")
def base(portal: Portal) -> Iterator[str]:
    with one_port(portal) as address:
        yield address


@pytest.fixture
def issuer(portal: Portal) -> Issuer:
    issuer = given_office(portal)
    with connected(portal.url) as connection:
        given_group(connection, issuer)
        given_stock(connection, issuer, CROWD + 50)
    return issuer


def given_numbers(portal: Portal, issuer: Issuer, count: int) -> list[str]:
    """Of active vouchers."""
    numbers = []
    with connected(portal.url) as connection:
        wish = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")
        for start in range(0, count, 500):
            drawn = ask(connection, issuer, *[wish] * min(500, count - start))
            ask(connection, issuer, *(Activate(caller=SYSTEM, serial=d.serial or 0) for d in drawn))
            numbers += [each.number or "" for each in drawn]
    return numbers


def redeem(portal: Portal, issuer: Issuer, numbers: list[str]) -> None:
    with connected(portal.url) as connection:
        answers = ask(connection, issuer, *(redemption(number) for number in numbers))
    assert {answer.outcome for answer in answers} == {Outcome.DONE}


def live_page(base: str, issuer: Issuer) -> str:
    return f"{base}/portal/{issuer.code}/live/redemptions"


def test_the_latest_are_there_without_a_script(portal: Portal, issuer: Issuer) -> None:
    client = signed_in(given_person(OfficeRole.AUDITOR, issuer=issuer))
    address = f"/portal/{issuer.code}/live/redemptions"
    assert "Nothing redeemed lately" in client.get(address).content.decode()
    with connected(portal.url) as connection:
        voucher = given_active(connection, issuer)
        redeem(portal, issuer, [voucher.number or ""])
        catch_up(connection, issuer.issuer_id)
    page = client.get(address).content.decode()
    assert f'href="/portal/{issuer.code}/voucher/{voucher.serial}"' in page
    assert "Asha Stores" in page
    assert "1 voucher, since midnight UTC" in page
    assert (voucher.number or "") not in page


def test_a_ticket_is_for_what_one_sees_and_for_a_minute(issuer: Issuer) -> None:
    client = signed_in(given_person(OfficeRole.AUDITOR, issuer=issuer))
    answer = client.get(f"/portal/{issuer.code}/live")
    assert answer.status_code == 204
    audience = Audience(issuer.issuer_id, AudienceKind.ISSUER)
    cookie = answer.cookies[audience.cookie]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/live", True, "Strict")
    assert 55 < ticket_seconds(seals(), audience, cookie.value) <= 60
    shop = Audience(issuer.issuer_id, AudienceKind.ACCEPTOR, 1)
    assert ticket_seconds(seals(), shop, cookie.value) == 0


def test_a_role_that_was_taken_away_gets_no_more_tickets(issuer: Issuer) -> None:
    person = given_person(OfficeRole.OPERATOR, issuer=issuer)
    client = signed_in(person)
    assert client.get(f"/portal/{issuer.code}/live").status_code == 204
    RoleAssignment.objects.filter(person=person).delete()
    assert client.get(f"/portal/{issuer.code}/live").status_code == 404


@pytest.mark.prove
def test_redemptions_come_by_themselves(portal: Portal, issuer: Issuer, base: str) -> None:
    numbers = given_numbers(portal, issuer, 30)
    redeem(portal, issuer, numbers[:1])
    session = session_of(given_person(OfficeRole.OPERATOR, issuer=issuer))
    with window(base, session) as page:
        page.goto(live_page(base, issuer))
        expect(page.locator("[data-live-on]")).to_be_visible()
        expect(page.locator("[data-live-rows] tr")).to_have_count(1)
        redeem(portal, issuer, numbers[1:3])
        expect(page.locator("[data-live-vouchers]")).to_have_text("2")
        expect(page.locator("[data-live-amounts]")).to_have_text("20.00\N{NO-BREAK SPACE}KES")
        expect(page.locator("[data-live-rows] tr")).to_have_count(3)
        expect(page.locator("[role=status][data-live-says]")).to_contain_text("2")
        pause = page.get_by_role("button", name="Pause")
        pause.click()
        redeem(portal, issuer, numbers[3:])
        page.wait_for_timeout(1500)
        expect(page.locator("[data-live-vouchers]")).to_have_text("2")
        pause.click()
        expect(page.locator("[data-live-vouchers]")).to_have_text("29")
        expect(page.locator("[data-live-rows] tr")).to_have_count(20)
        first = page.locator("[data-live-rows] tr").first
        assert "Asha Stores" in (first.text_content() or "")
        assert first.get_by_role("link").count() == 2


@pytest.mark.prove
def test_a_shop_sees_its_own_arrive(portal: Portal, issuer: Issuer, base: str) -> None:
    (number,) = given_numbers(portal, issuer, 1)
    owner = given_person()
    given_shop_role(owner, issuer, 1, AcceptorRoleName.OWNER)
    session = session_of(owner)
    with window(base, session) as page:
        page.goto(f"{base}/portal/{issuer.code}/shop/1/")
        expect(page.locator("[data-live-on]")).to_be_visible()
        redeem(portal, issuer, [number])
        expect(page.locator("[data-live-rows] tr")).to_have_count(1)


@pytest.mark.prove
def test_a_page_stays_responsive_in_a_crowd(portal: Portal, issuer: Issuer, base: str) -> None:
    """500 redemptions a second; nine clicks of ten are answered on the screen within a fifth of a
    second.
    """
    numbers = given_numbers(portal, issuer, CROWD)
    session = session_of(given_person(OfficeRole.OPERATOR, issuer=issuer))
    with window(base, session) as page:
        page.goto(live_page(base, issuer))
        expect(page.locator("[data-live-on]")).to_be_visible()
        page.evaluate(_WATCH_CLICKS, ANSWERED_MS_MAX)
        crowd = Thread(target=_redeem_steadily, args=(portal, issuer, numbers))
        crowd.start()
        clicks = _click_while(page, crowd)
        expect(page.locator("[data-live-vouchers]")).to_have_text("2,000")
        assert page.locator("[data-live-rows] tr").count() == 20
        assert page.evaluate("() => window.slow") * 10 <= clicks


def _redeem_steadily(portal: Portal, issuer: Issuer, numbers: list[str]) -> None:
    began, step = time.monotonic(), 50
    with connected(portal.url) as connection:
        for start in range(0, len(numbers), step):
            ask(connection, issuer, *(redemption(each) for each in numbers[start : start + step]))
            due = began + CROWD_SECONDS * (start + step) / len(numbers)
            time.sleep(max(due - time.monotonic(), 0))


def _click_while(page: Page, crowd: Thread) -> int:
    pause = page.locator("[data-live-pause]")
    clicks = 0
    while crowd.is_alive() or clicks % 2:
        pause.click()
        clicks += 1
        page.wait_for_timeout(100)
    assert clicks > 10
    return clicks
