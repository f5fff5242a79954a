"""Charts: the numbers always stand in a table; a browser draws what stands there."""

from collections.abc import Iterator
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client, override_settings
from django.utils import translation
from playwright.sync_api import Browser, Page
from tests.portal.charts.page import merchants, vouchers
from tests.portal.look.showing import ADDRESS, browser, opened

from counterfoil.portal.charts import Cell, Series, by_day

CHARTS = f"{ADDRESS}/portal/charts"
# How many pixels of a canvas are not of the background, and how many colours there are.
_INK = """canvas => {
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Map();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) {
    const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    colours.set(colour, (colours.get(colour) || 0) + 1);
  }
  return Object.fromEntries([...colours].filter(([, count]) => count > 150));
}"""
_SWATCH = """figure => {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.fillStyle = getComputedStyle(figure.querySelector('.legend span')).color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).join(',');
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(autouse=True)
def its_page(portal: object) -> Iterator[None]:  # noqa: ARG001  # pages ask its database
    with override_settings(ROOT_URLCONF="tests.portal.charts.urls"):
        yield


def test_money_stands_in_major_units_for_programs_and_as_people_write_it() -> None:
    with translation.override("es"):
        label, cells = merchants().rows[0]
    assert label == "Merchant <0> of the long harbour road"
    assert cells == [Cell("Paid", "1250.50", "1.250,50")]
    assert len(merchants().rows) == 10


def test_what_is_not_known_is_not_nought() -> None:
    assert vouchers().rows[0][1][2] == Cell("Expired", "", "\N{EN DASH}")
    assert vouchers().rows[1][1][2] == Cell("Expired", "0", "0")


def test_a_line_has_a_value_for_each_day_and_there_are_three_at_most() -> None:
    day = date(2026, 11, 22)
    with pytest.raises(ValueError, match="4 lines"):
        by_day("x", "Day", [day], *[Series("s", [1])] * 4)
    with pytest.raises(ValueError, match="each day"):
        by_day("x", "Day", [day], Series("s", [1, 2]))


def test_the_table_is_in_the_page_itself_and_open() -> None:
    page = Client(SERVER_NAME="localhost").get("/portal/charts").content.decode()
    assert page.count("<details open>") == 2
    assert "Merchant &lt;0&gt; of the long harbour road" in page
    assert '<td class="number" data-label="Paid" data-value="1250.50">1,250.50</td>' in page
    assert "Nothing in this time." in page
    assert "style=" not in page


@pytest.mark.prove
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_drawn_in_the_colours_of_the_page(chromium: Browser, theme: str) -> None:
    with opened(chromium, Client(SERVER_NAME="localhost"), theme=theme) as page:
        said = _watched(page)
        page.goto(CHARTS)
        page.locator("[data-drawn] canvas:visible").nth(1).wait_for()
        for figure in page.locator("figure[data-drawn]").all():
            inks = figure.locator("canvas").evaluate(_INK)
            assert inks.get(figure.evaluate(_SWATCH), 0) > 150, inks
            assert figure.locator("details").get_attribute("open") is None
        assert said == []


@pytest.mark.prove
def test_it_is_drawn_anew_when_the_theme_changes(chromium: Browser) -> None:
    with opened(chromium, Client(SERVER_NAME="localhost")) as page:
        page.goto(CHARTS)
        page.locator("[data-drawn] canvas:visible").nth(1).wait_for()
        figure = page.locator("figure[data-drawn]").first
        before = figure.evaluate(_SWATCH)
        page.emulate_media(color_scheme="dark")
        after = figure.evaluate(_SWATCH)
        assert before != after
        inks = figure.locator("canvas").evaluate(_INK)
        assert after in inks
        assert before not in inks


@pytest.mark.prove
def test_without_scripts_there_is_the_table_alone(chromium: Browser) -> None:
    with opened(chromium, Client(SERVER_NAME="localhost"), scripts=False) as page:
        page.goto(CHARTS)
        assert page.locator("canvas:visible").count() == 0
        assert page.locator("figure table:visible").count() == 2


@pytest.mark.prove
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (360, "dark")])
def test_everybody_can_use_it(chromium: Browser, width: int, theme: str) -> None:
    with opened(chromium, Client(SERVER_NAME="localhost"), width=width, theme=theme) as page:
        page.goto(CHARTS)
        page.locator("[data-drawn] canvas:visible").nth(1).wait_for()
        page.locator("summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        canvas = page.get_by_role("img", name="Vouchers by day")
        assert canvas.count() == 1
        found = Axe().run(page)
        assert found.response["violations"] == []


def _watched(page: Page) -> list[str]:
    """What the browser complains of, such as what the policy of the page forbids."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
