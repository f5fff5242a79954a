"""The parts of pages in a real Chromium: sizes, themes, keyboard, accessibility, and what the
script adds. Pictures of each are kept in `screenshots/look`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.test import Client, override_settings
from playwright.sync_api import Browser, Route, expect
from tests.journey.chromium import take_picture
from tests.portal.look.looking import violations
from tests.portal.look.showing import ADDRESS, browser, opened

pytestmark = pytest.mark.prove
PAGES: Final = ("parts", "wrong", "public", "door")
PICTURES: Final = Path("screenshots/look")
# How a focused thing differs from what surrounds it: an outline of two pixels, drawn.
_UNSEEN: Final = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  const drawn = (s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
  const label = focused.closest('label');
  if (focused === document.body) return '';
  return drawn(style) || (label && drawn(getComputedStyle(label))) ? '' : focused.outerHTML;
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Pages without people need no database, and Playwright's loop would forbid one."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with override_settings(
        ROOT_URLCONF="tests.portal.look.urls",
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    ):
        yield Client(SERVER_NAME="localhost")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_parts_is_accessible(
    chromium: Browser, parts: Client, name: str, theme: str
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    found: list[tuple[str, str]] = []
    said: list[str] = []
    with opened(chromium, parts, theme=theme) as page:
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{ADDRESS}/portal/look/{name}")
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            found += violations(page)
            take_picture(page, PICTURES / f"{name}-{width}-{theme}.png")
    assert found == []
    assert said == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_off_the_screen(chromium: Browser, parts: Client, name: str) -> None:
    """320 is a small telephone, and a laptop's 1280 at a zoom of 400 %."""
    with opened(chromium, parts) as page:
        page.goto(f"{ADDRESS}/portal/look/{name}")
        for width in (320, 360, 640, 1024):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("name", "width"), [("parts", 1440), ("wrong", 1440), ("parts", 360)])
def test_tab_reaches_every_control_and_shows_where_it_is(
    chromium: Browser, parts: Client, name: str, width: int
) -> None:
    with opened(chromium, parts, width=width) as page:
        page.goto(f"{ADDRESS}/portal/look/{name}")
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        controls = page.evaluate(
            """() => [...document.querySelectorAll(
                 'a[href],button,summary,input:not([type=hidden]),select,textarea')]
               .filter(e => e.checkVisibility() && !e.disabled)
               .map((e, i) => { e.dataset.nth = i; return e.type === 'radio' ? e.name : i; })"""
        )
        reached: set[str] = set()
        for _ in range(len(controls) + 20):
            page.keyboard.press("Tab")
            unseen = page.evaluate(_UNSEEN)
            assert unseen == ""
            reached.add(
                page.evaluate(
                    """() => { const e = document.activeElement;
                       return String(e.type === 'radio' ? e.name : e.dataset.nth ?? '') }"""
                )
            )
        assert {str(each) for each in controls} - reached == set()


def test_what_a_finger_meets_is_44_pixels_high(chromium: Browser, parts: Client) -> None:
    with opened(chromium, parts, width=360) as page:
        for name in PAGES:
            page.goto(f"{ADDRESS}/portal/look/{name}")
            small = page.evaluate(
                """() => [...document.querySelectorAll('.button, input:not([type=hidden],'
                     + '[type=checkbox],[type=radio]), select, .choices label, .rail a, summary')]
                   .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.9)
                   .map(e => e.outerHTML)"""
            )
            assert small == []


def test_errors_are_where_the_focus_goes_and_lead_to_their_fields(
    chromium: Browser, parts: Client
) -> None:
    with opened(chromium, parts) as page:
        page.goto(f"{ADDRESS}/portal/look/wrong")
        expect(page.locator(".stale")).to_be_focused()
        page.get_by_role("link", name="Amount received").click()
        expect(page.get_by_label("Amount received, KES")).to_be_focused()


def test_a_form_is_sent_once_by_a_hurried_hand(chromium: Browser, parts: Client) -> None:
    with opened(chromium, parts) as page:
        page.goto(f"{ADDRESS}/portal/look/form")
        sent: list[str] = []

        def stays(route: Route) -> None:
            sent.append(route.request.method)
            route.fulfill(status=204)

        page.route("**/look/form", stays)
        button = page.get_by_role("button", name="Send 600,000.00 KES")
        button.dblclick(no_wait_after=True)
        expect(button).to_have_attribute("aria-busy", "true")
        page.wait_for_timeout(300)
        assert sent == ["POST"]


def test_a_lost_connection_says_so_and_recovers(chromium: Browser, parts: Client) -> None:
    with opened(chromium, parts) as page:
        page.goto(f"{ADDRESS}/portal/look/parts")
        banner = page.locator("#lost")
        expect(banner).to_be_hidden()
        page.context.set_offline(True)
        expect(banner).to_contain_text("The connection is lost")
        page.context.set_offline(False)
        expect(banner).to_contain_text("Connected again")


def test_a_poll_that_fails_says_so_and_goes_on(chromium: Browser, parts: Client) -> None:
    with opened(chromium, parts) as page:
        page.goto(f"{ADDRESS}/portal/look/parts")
        answers = ["failed"]

        def polled(route: Route) -> None:
            if answers:
                answers.pop()
                route.abort()
            else:
                route.fulfill(body="<p>moved on</p>")

        page.route("**/poll", polled)
        page.evaluate(
            """() => { const box = document.createElement('div');
               box.setAttribute('hx-get', '/portal/poll');
               box.setAttribute('hx-trigger', 'load, back');
               document.querySelector('main').append(box); htmx.process(box); }"""
        )
        expect(page.locator("#lost")).to_contain_text("The connection is lost")
        expect(page.locator("main")).to_contain_text("moved on", timeout=10_000)


def test_a_code_is_copied(chromium: Browser, parts: Client) -> None:
    with opened(chromium, parts) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{ADDRESS}/portal/look/parts")
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "cfk_01HV9J5Y3T0Q8WJ6K2"


def test_the_rest_of_the_places_is_behind_more_without_a_script(
    chromium: Browser, parts: Client
) -> None:
    with opened(chromium, parts, width=360, scripts=False) as page:
        page.goto(f"{ADDRESS}/portal/look/parts")
        expect(page.get_by_role("link", name="Trail")).to_be_hidden()
        page.get_by_text("More", exact=True).click()
        expect(page.get_by_role("link", name="Trail")).to_be_visible()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        page.screenshot(path=PICTURES / "more-360-light.png")


def test_the_policy_lets_nothing_else_run(parts: Client) -> None:
    policy = parts.get("/portal/look/parts").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    for name in PAGES:
        html = parts.get(f"/portal/look/{name}").content.decode()
        assert "style=" not in html
        assert "<script>" not in html
        assert " on" + "click=" not in html


@pytest.mark.parametrize("path", ["nothing-here", "look/broken"])
def test_what_goes_wrong_says_what_to_do(parts: Client, path: str) -> None:
    parts.raise_request_exception = False
    answer = parts.get(f"/portal/{path}")
    html = answer.content.decode()
    assert answer.status_code in {404, 500}
    assert "Go to my place" in html
    assert "counterfoil.css" in html
