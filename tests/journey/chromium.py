"""A real Chromium, the machine's own, and what is asked of every page it comes to.

seen   screenshots at 1440 and 360 pixels, light and dark, kept in a folder below `screenshots/`
       axe: nothing at WCAG 2.2 AA
       the keyboard: Tab reaches every control, and where it is can be seen at 3:1
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize, sync_playwright

_PICTURES: Final = Path("screenshots")
_WIDE: Final = (1440, 900)
_PHONE: Final = (360, 780)
_SCHEMES: Final[tuple[Literal["dark", "light"], ...]] = ("dark", "light")
# Widths differ in what is there, schemes in its colours: two of the four see all of both.
_ASKED_AXE: Final = ((_PHONE, "dark"), (_WIDE, "light"))
_STANDARDS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_ASKED: Final = {
    "runOnly": {"type": "tag", "values": _STANDARDS},
    "resultTypes": ["violations"],  # all that is right need not be told one by one
}
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_TOO_WIDE: Final = "() => document.documentElement.scrollWidth - innerWidth"
_REDRAWN_SECONDS: Final = 3.0
_ROUND_MORE: Final = 6
_KEYBOARD_TIMES: Final = 3
_PICTURE_TIMES: Final = 3
_PARTS_OF_A_DATE: Final = 4  # day, month, year and the calendar: Tab stops at each

# Everything that can be reached by Tab, where it is seen; radio buttons count once a group.
_CONTROLS: Final = """() => {
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary,'
    + ' [tabindex="0"]';
  const groups = new Set();
  let count = 0;
  for (const each of document.querySelectorAll(wanted)) {
    if (each.disabled || !each.checkVisibility({visibilityProperty: true})) continue;
    if (each.tabIndex < 0) continue;
    if (each.type === 'radio') {
      const group = each.form?.id + '/' + each.name;
      if (groups.has(group)) continue;
      groups.add(group);
    }
    each.dataset.tab = String(count++);
  }
  return count;
}"""

# Notes what gets the focus: its mark, and the contrast of its ring with what is behind it.
_WATCH_FOCUS: Final = """() => {
  const parsed = text => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = rgb => {
    const [r, g, b] = rgb.map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    for (let each = element.parentElement; each; each = each.parentElement) {
      const colour = parsed(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const ring = element => {   // its own, or that of the row it is in
    for (let each = element, up = 0; each && up < 3; each = each.parentElement, up++) {
      const style = getComputedStyle(each);
      if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
        return {colour: style.outlineColor, on: each};
    }
    return null;
  };
  const told = at => {
    const shown = ring(at);
    const [a, b] = shown ? [light(parsed(shown.colour)), light(behind(shown.on))] : [0, 0];
    const group = at.type === 'radio'
      ? [...document.querySelectorAll('input[type=radio]')].find(
          each => each.name === at.name && each.dataset.tab)
      : at;
    return {
      tab: group?.dataset.tab ?? null,
      contrast: shown ? (Math.max(a, b) + .05) / (Math.min(a, b) + .05) : 0,
      text: at.outerHTML.slice(0, 120),
    };
  };
  window.focused = [];
  document.addEventListener('focusin', event => window.focused.push(told(event.target)));
}"""

_MISSED: Final = """reached => [...document.querySelectorAll('[data-tab]')]
  .filter(each => !reached.includes(each.dataset.tab)).map(each => each.outerHTML.slice(0, 120))"""


# What moves comes to where it was going, or its colours are those of no scheme.
_SETTLE: Final = """() => {
  for (const each of document.getAnimations())
    if (each.effect.getComputedTiming().iterations !== Infinity) each.finish();
}"""


@dataclass(slots=True)
class Chromium:
    """`seen` asks everything of a page once: a page is known by its name."""

    _browser: Browser
    _kept: Path
    names: set[str] = field(default_factory=set)

    def window(self, *, phone: bool = False) -> Page:
        """A person's own: nothing is shared with other windows."""
        context: BrowserContext = self._browser.new_context(
            viewport=_size(_PHONE if phone else _WIDE),
            has_touch=phone,
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        context.set_default_navigation_timeout(30_000)  # other proofs run beside this one
        return context.new_page()

    def seen(self, page: Page, name: str) -> None:
        if name in self.names:
            return
        self.names.add(name)
        page.evaluate(_SETTLE)
        before = page.viewport_size or _size(_WIDE)
        try:
            for size in (_PHONE, _WIDE):
                page.set_viewport_size(_size(size))
                _check_width(page, name)
                for scheme in _SCHEMES:
                    page.emulate_media(color_scheme=scheme)
                    kept = self._kept / f"{name}-{size[0]}-{scheme}.png"
                    take_picture(page, kept)
                    if (size, scheme) in _ASKED_AXE:
                        _check_axe(page, f"{name} {size[0]} {scheme}")
            _check_keyboard(page, name)
        finally:
            page.set_viewport_size(before)


def program() -> str:
    """The one without windows of its own takes half the time; the other one will do."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.fail("Install Debian's package `chromium-headless-shell`: the pages are looked at.")
    return path


@contextmanager
def chromium(run: str) -> Iterator[Chromium]:
    """Keeps the pictures of this run. Fails where there is none: nothing here is ever skipped."""
    path = program()
    kept = _PICTURES / run
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield Chromium(browser, kept)
        browser.close()


def take_picture(page: Page, path: Path) -> None:
    """Of the whole page. On a machine that has no time, Chromium sometimes says it cannot."""
    for times_left in reversed(range(_PICTURE_TIMES)):
        try:
            page.screenshot(path=path, full_page=True)
        except Error as error:
            if not times_left or "Unable to capture" not in error.message:
                raise
        else:
            return


def _size(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}


def _check_width(page: Page, name: str) -> None:
    """Nothing is off the screen; charts are drawn anew a moment after its size has changed."""
    deadline = time.monotonic() + _REDRAWN_SECONDS
    while (over := page.evaluate(_TOO_WIDE)) > 0:
        assert time.monotonic() < deadline, f"{name} is {over} pixels too wide"
        page.wait_for_timeout(50)


def _check_axe(page: Page, name: str) -> None:
    found = Axe().run(page, options=_ASKED)
    told = [
        (each["id"], node["target"], node.get("failureSummary"))
        for each in found.response["violations"]
        for node in each["nodes"]
    ]
    assert not told, f"{name}: {told}"


def _check_keyboard(page: Page, name: str) -> None:
    """Where the page was made anew meanwhile, because what it shows has changed, once more."""
    for times_left in reversed(range(_KEYBOARD_TIMES)):
        controls, reached, missed = _tabbed(page, name)
        if reached == controls:
            return
        if missed or not times_left:
            pytest.fail(f"{name}: Tab reaches {reached} of {controls} controls, but not {missed}")


def _tabbed(page: Page, name: str) -> tuple[int, int, list[str]]:
    """How many controls there were, how many Tab reached, and which it did not that are there."""
    controls = page.evaluate(_CONTROLS)
    dates = page.locator("input[type=date]").count()
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0) }")
    page.evaluate(_WATCH_FOCUS)
    for _press in range(controls + dates * _PARTS_OF_A_DATE + _ROUND_MORE):
        page.keyboard.press("Tab")  # past the end it comes in again at the top
    reached: set[str] = set()
    for at in page.evaluate("() => window.focused"):
        assert at["contrast"] >= 3, f"{name}: focus is not seen on {at['text']} ({at['contrast']})"
        if at["tab"] is not None:
            reached.add(at["tab"])
    return controls, len(reached), page.evaluate(_MISSED, sorted(reached))
