"""Every page that can be looked at, in a real Chromium, as one of those who may: sizes, themes,
accessibility and the keyboard (tests/journey/chromium.py). Pictures are kept in
`screenshots/pages`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from typing import TYPE_CHECKING, Final, cast

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.db import connections
from tests.journey.chromium import Chromium, chromium
from tests.portal.access.addresses import addresses, parts_of
from tests.portal.access.furnished import Furnished, given_furnished
from tests.portal.access.table import Line, lines
from tests.portal.conftest import Portal
from tests.portal.look.showing import nothing_happens

from counterfoil.sandbox_fsp.process import free_port

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp

pytestmark = pytest.mark.prove

_OF_NAME: Final = {address.name: address for address in addresses()}
_FILES: Final = frozenset(
    {
        "static",
        "upload",
        "picture",
        "buyer-picture",
        "programme-report-csv",
        "paper",
        "payout-paper",
        "payout-statement",
        "shop-payout-paper",
        "shop-payout-statement",
        "buyer-paper",
        "buyer-proof-file",
    }
)
_PARTS: Final = frozenset({"programme-closing", "voucher-names", "client-key-state"})  # of pages
_PAGES: Final = {
    line.name: line
    for line in lines()
    if line.looks and line.look == HTTPStatus.OK and line.name not in _FILES | _PARTS
}
_FAULTS: Final = ("error", "warning")
_SESSION: Final = "counterfoil_session"


@pytest.fixture(scope="module")
def seen(portal: Portal) -> Furnished:
    return given_furnished(portal, "Riverside", at=3)


@pytest.fixture(scope="module")
def base(seen: Furnished) -> Iterator[str]:  # noqa: ARG001  # made before a browser's loop is
    with _served() as address:
        yield address


@pytest.fixture(scope="module")
def browser(base: str) -> Iterator[Chromium]:  # noqa: ARG001  # it ends before the server does
    with chromium("pages") as running:
        yield running


@pytest.mark.parametrize("name", list(_PAGES))
def test_a_page_is_for_everybody(name: str, seen: Furnished, base: str, browser: Chromium) -> None:
    letter = _who(_PAGES[name])
    page = browser.window()
    page.route(f"{base}/live/**", nothing_happens)
    cookies = seen.browsers[letter].cookies
    if _SESSION in cookies:
        page.context.add_cookies(
            [{"name": _SESSION, "value": cookies[_SESSION].value, "url": base}]
        )
    said: list[tuple[str, str]] = []
    page.on("console", lambda message: said.append((message.type, message.text)))
    answer = page.goto(f"{base}{_OF_NAME[name].path(parts_of(seen, name, letter))}")
    assert answer is not None
    assert answer.status == HTTPStatus.OK
    browser.seen(page, name)
    page.context.close()
    assert [each for each in said if each[0] in _FAULTS] == []


def _who(line: Line) -> str:
    """Of those who look, one who has something to send as well."""
    return next((letter for letter in line.sends if letter in line.looks), line.looks[0])


@contextmanager
def _served() -> Iterator[str]:
    """The portal of these tests on a port of its own; its threads keep no connection."""
    port, database = free_port(), connections.settings["default"]
    kept_seconds, database["CONN_MAX_AGE"] = database["CONN_MAX_AGE"], 0
    application = WSGIMiddleware(cast("WSGIApp", get_wsgi_application()), workers=4)
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    database["CONN_MAX_AGE"] = kept_seconds
