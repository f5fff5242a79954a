"""A page as somebody sees it in a real Chromium: whether it fits, what axe has against it, and what
its console says; a picture of it in each theme.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, cast

from axe_playwright_python.sync_playwright import Axe
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, Page
from tests.journey.chromium import take_picture
from tests.portal.given import signed_in
from tests.portal.look.showing import ADDRESS, opened

from counterfoil.portal.models import Person

_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_THEMES: Final[tuple[Literal["light"], Literal["dark"]]] = ("light", "dark")
# Widths differ in what is there, themes in its colours: two of the four see all of both.
_ASKED_AXE: Final = {1440: "light", 360: "dark"}


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


@dataclass(frozen=True, slots=True)
class Seen:
    status: int | None
    violations: list[tuple[str, str]]
    said: list[str]
    width: int


def seen(chromium: Browser, client: Client, path: str, *, width: int, picture: Path) -> Seen:
    """`picture` begins the names of the pictures."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    with opened(chromium, client, width=width) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        answer = page.goto(f"{ADDRESS}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        found: list[tuple[str, str]] = []
        for theme in _THEMES:
            page.emulate_media(color_scheme=theme)
            take_picture(page, picture.with_name(f"{picture.name}-{width}-{theme}.png"))
            if theme == _ASKED_AXE[width]:
                found = violations(page)
    return Seen(None if answer is None else answer.status, found, said, wide)


def violations(page: Page) -> list[tuple[str, str]]:
    """Of which rule of axe, and by what."""
    axe = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}})
    return [(each["id"], each["nodes"][0]["html"]) for each in axe.response["violations"]]
