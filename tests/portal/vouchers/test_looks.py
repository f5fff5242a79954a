"""Pages of vouchers and stock in the states that access/test_every_page.py does not come to, in a
real Chromium: sizes, themes, accessibility. Pictures of each are kept in `screenshots/vouchers`.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest
from django.db import connections
from playwright.sync_api import Browser
from tests.portal.conftest import Portal
from tests.portal.look.looking import Elsewhere, seen
from tests.portal.look.showing import browser
from tests.portal.vouchers.scenes import Scenes, given_scenes

pytestmark = pytest.mark.prove
PICTURES: Final = Path("screenshots/vouchers")


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
    client = Elsewhere(thread, person).client
    page = seen(chromium, client, f"{house.root}/{path}", width=width, picture=PICTURES / name)
    assert page.status == 200
    assert page.violations == []
    assert page.said == []
    assert page.width <= width


def _told(scenes: Scenes) -> dict[str, str]:
    return {each.name: str(getattr(scenes, each.name)) for each in fields(scenes)}
