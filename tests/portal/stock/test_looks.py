"""Pages of stock, of what was sold, and of changes of many vouchers, in a real Chromium: sizes,
themes, accessibility. Pictures of each are kept in `screenshots/stock`.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from playwright.sync_api import Browser
from tests.given import SYSTEM, given_stock
from tests.portal.conftest import Portal
from tests.portal.given import Page
from tests.portal.look.looking import Elsewhere, seen
from tests.portal.look.showing import browser
from tests.portal.stock.selling import Market, given_market
from tests.portal.vouchers.designing import House, command_of, hiddens

from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.handing_out import finish_handover, running_handovers

pytestmark = pytest.mark.prove
PICTURES: Final = Path("screenshots/stock")
_PASSWORD: Final = "seven green umbrellas"


@dataclass(frozen=True, slots=True)
class Scenes:
    """A market, and addresses of what was begun in it."""

    market: Market
    addresses: dict[str, str]


@pytest.fixture(scope="module")
def scenes(portal: Portal) -> Iterator[Scenes]:
    with given_market(portal) as market:
        _low(market)
        yield Scenes(market, _addresses(market))


@pytest.fixture(scope="module")
def chromium(scenes: Scenes) -> Iterator[Browser]:  # noqa: ARG001  # made before the loop is
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as running:
        yield running
        running.submit(connections.close_all).result()


NAMES: Final = (
    "inventory",
    "inventory-none",
    "group",
    "provisions",
    "provision",
    "allocations",
    "allocation",
    "allocation-held",
    "serials",
    "file",
    "act-cancel",
    "act-extend",
    "act-of-file",
    "act-unticked",
    "review",
    "waiting",
    "ready",
    "decide-cancel",
    "decide-replace",
    "sold",
    "held",
    "search",
)


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_and_fits(
    chromium: Browser, thread: ThreadPoolExecutor, scenes: Scenes, name: str, width: int
) -> None:
    house = scenes.market.house
    person = house.approver if name.startswith("decide") else house.operator
    path = f"{house.root}/{scenes.addresses[name]}"
    client = Elsewhere(thread, person).client
    page = seen(chromium, client, path, width=width, picture=PICTURES / name)
    assert page.status == 200
    assert page.violations == []
    assert [each for each in page.said if not each.startswith("[DOM]")] == []  # of passwords
    assert page.width <= width


def _low(market: Market) -> None:
    design = GroupDesign(
        code="SEED-KIT",
        name="Seed and tools",
        currency="KES",
        denominations=(500000, 1250000),
        valid_for_days=90,
        restock_level=25,
    )
    create_group(market.connection, market.house.issuer, SYSTEM, design)
    given_stock(market.connection, market.house.issuer, 7, group="SEED-KIT", amount_minor=500000)


def _addresses(market: Market) -> dict[str, str]:
    house, change = market.house, "vouchers/change"
    first, second, third, last = market.handed
    waiting = _replaced(house, f"serial={third}")
    ready = _replaced(house, f"serial={last}")
    house.approve(command_of(_again(house, ready)))
    for handover_id in running_handovers(market.connection, house.issuer):
        for _step in finish_handover(market.connection, house.issuer, handover_id):
            pass
    cancel = _sent(house, f"act=cancel&provision={market.provision}")
    return {
        "inventory": "stock",
        "inventory-none": "stock?name=zzz",
        "group": "stock/of/FOOD-AID",
        "provisions": "stock/provisions",
        "provision": f"stock/{market.provision}",
        "allocations": "stock/allocations",
        "allocation": f"stock/allocations/{market.allocation}",
        "allocation-held": f"stock/allocations/{market.held}",
        "serials": f"stock/serials?provision={market.provision}",
        "file": change,
        "act-cancel": f"{change}?act=cancel&provision={market.provision}",
        "act-extend": f"{change}?act=extend&serial={first}&serial={second}",
        "act-of-file": _file(house, [first, second]),
        "act-unticked": f"{change}?act=block",
        "review": _begun(house, f"serial={first}") + "/review",
        "waiting": waiting,
        "ready": ready,
        "decide-cancel": f"commands/{cancel}/decide",
        "decide-replace": f"commands/{waiting.rpartition('/')[2]}/decide",
        "sold": f"voucher/{first}",
        "held": f"voucher/{market.serials_of(market.held)[0]}",
        "search": "voucher",
    }


def _sent(house: House, query: str) -> str:
    page = house.get(f"vouchers/change?{query}").partition('id="ask"')[2]
    answer = house.browser.post(
        f"{house.root}/vouchers/change", hiddens(page) | {"reason": "They were lost on the way"}
    )
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"].rpartition("/")[2]


def _begun(house: House, query: str) -> str:
    return f"vouchers/replaced/{_sent(house, f'act=replace&{query}')}"


def _replaced(house: House, query: str) -> str:
    """As far as its approval."""
    path = _begun(house, query)
    own = {"own": _PASSWORD, "own_again": _PASSWORD, "choose": "own", "file_kind": "cards"}
    fields = hiddens(house.get(f"{path}/review")) | own
    answer = house.browser.post(f"{house.root}/{path}/review", fields)
    assert answer.status_code == 302, answer.content.decode()
    return path


def _again(house: House, path: str) -> Page:
    once = {"command_id": path.rpartition("/")[2]}
    return house.browser.post(f"{house.root}/vouchers/change", once)


def _file(house: House, serials: list[int]) -> str:
    text = "serial\n" + "\n".join([*map(str, serials), "no serial", "42", str(serials[0])])
    file = SimpleUploadedFile("reported lost in May.csv", text.encode())
    answer = house.browser.post(f"{house.root}/vouchers/change", {"act": "cancel", "file": file})
    return answer.headers["Location"].removeprefix(f"{house.root}/")
