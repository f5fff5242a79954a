"""Pages of vouchers and stock in the states that access/test_every_page.py does not come to, in a
real Chromium: sizes, themes, accessibility. Pictures of each are kept in `screenshots/vouchers`.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Final, Literal, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser
from tests.journey.chromium import take_picture
from tests.portal.conftest import Portal
from tests.portal.given import signed_in
from tests.portal.look.showing import ADDRESS, browser, opened
from tests.portal.vouchers.scenes import Scenes, given_scenes

from counterfoil.portal.models import Person

pytestmark = pytest.mark.prove
PICTURES: Final = Path("screenshots/vouchers")
_THEMES: Final[tuple[Literal["light"], Literal["dark"]]] = ("light", "dark")
# Widths differ in what is there, themes in its colours: two of the four see all of both.
_ASKED_AXE: Final = {1440: "light", 360: "dark"}
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Elsewhere:
    """A client in a thread of its own: the browser's loop would not let it use the database."""

    def __init__(self, thread: ThreadPoolExecutor, person: Person) -> None:
        self._thread = thread
        self._client = thread.submit(signed_in, person).result()

    @property
    def client(self) -> Client:
        return cast("Client", self)

    def post(
        self, path: str, data: bytes, *, content_type: str, headers: Mapping[str, str]
    ) -> HttpResponseBase:
        post = partial(self._client.post, content_type=content_type, headers=headers)
        return self._thread.submit(post, path, data).result()

    def generic(self, method: str, path: str, *, headers: Mapping[str, str]) -> HttpResponseBase:
        generic = partial(self._client.generic, headers=headers)
        return self._thread.submit(generic, method, path).result()


@pytest.fixture(scope="module")
def scenes(portal: Portal) -> Scenes:
    return given_scenes(portal)


@pytest.fixture(scope="module")
def chromium(scenes: Scenes) -> Iterator[Browser]:  # noqa: ARG001  # made before the loop is
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as running:
        yield running
        running.submit(connections.close_all).result()


# Of each picture the page, its address made from the scenes.
ADDRESSES: Final = {
    "list-none": "vouchers?name=zzz",
    "step-basics": "{draft}/step/basics",
    "step-validity": "{draft}/step/validity",
    "step-acceptance": "{draft}/step/acceptance",
    "step-stock": "{draft}/step/stock",
    "step-first": "{empty_draft}/step/amounts",
    "draft-missing": "{empty_draft}",
    "draft-waiting": "{waiting}",
    "draft-returned": "{returned}",
    "group-demand": "vouchers/group/MEDICINE",
    "group-paused": "vouchers/group/DROUGHT-2025",
    "turn-closed": "vouchers/group/SCHOOL-MEALS/turn/closed",
    "voucher-redeemed": "voucher/{redeemed}",
    "voucher-suspended": "voucher/{suspended}",
    "voucher-replaced": "voucher/{replaced}",
    "voucher-replacement": "voucher/{replacement}",
    "voucher-instant": "voucher/{instant}",
    "voucher-stocked": "voucher/{stocked}",
    "change-cancel": "voucher/{active}/cancel",
    "stock-effect": "stock/new?group=SCHOOL-MEALS&amount=5000&count=20000",
    "stock-too-much": "stock/new?group=SCHOOL-MEALS&amount=125000&count=2000000",
    "provision-running": "stock/{running}",
    "decide-publish": "{decide_publish}",
    "decide-cancel": "{decide_cancel}",
    "decide-single": "{decide_single}",
    "decide-close": "{decide_close}",
    "decide-provision": "{decide_provision}",
}


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_is_accessible_and_fits(
    chromium: Browser, thread: ThreadPoolExecutor, scenes: Scenes, name: str, width: int
) -> None:
    house = scenes.house
    person = house.approver if name.startswith("decide") else house.operator
    path = ADDRESSES[name].format(**_told(scenes))
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened(chromium, Elsewhere(thread, person).client, width=width) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        answer = page.goto(f"{ADDRESS}{house.root}/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        found = []
        for theme in _THEMES:
            page.emulate_media(color_scheme=theme)
            take_picture(page, PICTURES / f"{name}-{width}-{theme}.png")
            if theme == _ASKED_AXE[width]:
                axe = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}})
                found = [(e["id"], e["nodes"][0]["html"]) for e in axe.response["violations"]]
    assert answer is not None
    assert answer.status == 200
    assert found == []
    assert said == []
    assert wide <= width


def _told(scenes: Scenes) -> dict[str, str]:
    return {each.name: str(getattr(scenes, each.name)) for each in fields(scenes)}
