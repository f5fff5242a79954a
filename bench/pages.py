"""Finds the pages of the portal as a person would: by following every link from the first one."""

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

_PAGES_DEEP_MAX: Final = 400


class _Links(HTMLParser):
    """Where a page leads, and where its list goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.next: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        target = given.get("href")
        if tag != "a" or not target:
            return
        if given.get("rel") == "next":
            self.next = target
        else:
            self.found.append(target)


@dataclass(slots=True)
class Crawl:
    """`pages` by the name of the view: some addresses of each, and the last page of each list."""

    browser: Client
    each_max: int = 2
    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    broken: list[tuple[str, int]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def from_page(self, start: str) -> None:
        waiting = [start]
        while waiting:
            address = waiting.pop(0)
            name = self._wanted(address)
            if name is None:
                continue
            links = self._read(address)
            if links is None:
                continue
            self.pages[name].append(address)
            waiting.extend(urldefrag(urljoin(address, each)).url for each in links.found)
            if links.next is not None:
                deepest = self._deepest(urljoin(address, links.next))
                self.pages[name].append(deepest)

    def _wanted(self, address: str) -> str | None:
        """The name of a view of which more examples are wanted; each address once."""
        parts = urlsplit(address)
        if parts.netloc or address in self._seen:
            return None
        self._seen.add(address)
        try:
            name = resolve(parts.path).url_name
        except Resolver404:
            if parts.path.startswith("/portal/"):
                self.broken.append((address, 404))
            return None
        if name is None or name in {"static", "account_logout"}:
            return None
        return name if len(self.pages[name]) < self.each_max else None

    def _read(self, address: str) -> _Links | None:
        answer = self.browser.get(address)
        links = _Links()
        if answer.status_code in {301, 302}:
            links.found.append(answer.headers["Location"])
        elif answer.status_code != 200:  # noqa: PLR2004
            self.broken.append((address, answer.status_code))
            return None
        elif answer.headers["Content-Type"].startswith("text/html"):
            links.feed(answer.content.decode())
        else:
            answer.close()
        return links

    def _deepest(self, address: str) -> str:
        for _page in range(_PAGES_DEEP_MAX):
            links = self._read(address)
            if links is None or links.next is None:
                break
            address = urljoin(address, links.next)
        return address
