"""The pages of the portal over a large issuer: time of the server and queries, for each page.

Every page that links lead to is asked for, as each role, lists on their first and their last
page, warm. What is measured is Django from the request to the whole answer, in this process.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from django.db import connection as django_connection
from django.db import connections
from django.test import Client

from bench.pages import Crawl
from bench.server import (
    BENCH,
    GROUP,
    SHOP,
    active_numbers,
    bench_issuer,
    bench_place,
    checkpoint,
    database,
    provisioned,
)
from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Redeem
from counterfoil.money import Money
from counterfoil.portal.configuration import Serving, configure
from counterfoil.portal.schema import portal_secret

QUERIES_MAX: Final = 15
P95_MS_MAX: Final = 200
_OPERATIONS: Final = 200_000
_OPERATIONS_EACH: Final = 3  # drawn, activated, redeemed
_MERCHANTS: Final = 5000
_WARM: Final = 3
_TIMES: Final = 40
_TIMES_MIN: Final = 10
FORBIDDEN: Final = HTTPStatus.FORBIDDEN
_BATCH: Final = 500
_FUNDS: Final = Money(10**13, "KES")


@dataclass(frozen=True, slots=True)
class PageReport:
    name: str
    address: str
    role: str
    p95_ms: float
    queries: int

    @property
    def holds(self) -> bool:
        return self.p95_ms < P95_MS_MAX and self.queries <= QUERIES_MAX


@dataclass(frozen=True, slots=True)
class PortalReport:
    """`p95_ms` and `queries` are those of the worst page."""

    vouchers: int
    operations: int
    pages: list[PageReport]

    @property
    def worst_p95_ms(self) -> float:
        return max(page.p95_ms for page in self.pages)

    @property
    def worst_queries(self) -> int:
        return max(page.queries for page in self.pages)

    def as_json(self) -> str:
        return json.dumps(
            {
                "name": "portal",
                "vouchers": self.vouchers,
                "operations": self.operations,
                "pages": len(self.pages),
                "p95_ms": round(self.worst_p95_ms, 1),
                "queries": self.worst_queries,
                "over": [page.name for page in self.pages if not page.holds],
            }
        )

    def as_text(self) -> str:
        lines = [
            f"{page.p95_ms:8.1f} ms {page.queries:3d} queries{' ' if page.holds else ' OVER'}"
            f" {page.role:13} {page.name}"
            for page in sorted(self.pages, key=lambda each: -each.p95_ms)
        ]
        return "\n".join(
            [
                *lines,
                (
                    f"portal: {len(self.pages)} pages over {self.vouchers:,} vouchers and"
                    f" {self.operations:,} operations; worst p95 {self.worst_p95_ms:.1f} ms,"
                    f" most queries {self.worst_queries}"
                ),
            ]
        )


def bench_portal(home: Path, *, seconds: int, vouchers: int) -> PortalReport:
    with bench_place(home) as place:
        url, connection = database(place)
        configure(url, secret=portal_secret(url, place.provider), serving=Serving(uploads=home))
        issuer = bench_issuer(connection, place, funds=_FUNDS)
        _fill(connection, issuer, vouchers)
        from bench.portal_people import browsers, fill_portal  # noqa: PLC0415  # models load now

        fill_portal(connection, issuer, range(1, _MERCHANTS + 2))
        checkpoint(url)
        reports = [
            report
            for role, browser in browsers(issuer).items()
            for report in _measured(role, browser, seconds)
        ]
        connection.close()
        connections.close_all()
        place.drop(url)
    return PortalReport(vouchers, _OPERATIONS, reports)


def _fill(connection: Connection, issuer: Issuer, vouchers: int) -> None:
    for first in range(0, _MERCHANTS, _BATCH):
        create_acceptors(
            connection,
            issuer,
            BENCH,
            [
                AcceptorDesign(
                    name=f"Merchant {index:05}",
                    kind="merchant",
                    account=f"M-{index:05}",
                    groups=(GROUP,),
                )
                for index in range(first, first + _BATCH)
            ],
        )
    provisioned(connection, issuer, vouchers)
    numbers = active_numbers(connection, issuer, _OPERATIONS // _OPERATIONS_EACH)
    for first in range(0, len(numbers), _BATCH):
        apply(
            connection,
            issuer,
            [
                Redeem(
                    caller=BENCH,
                    number=number,
                    acceptor_name=SHOP.name,
                    acceptor_account=SHOP.account,
                    acceptor_group=GROUP,
                )
                for number in numbers[first : first + _BATCH]
            ],
        )


def _measured(role: str, browser: Client, seconds: int) -> Iterator[PageReport]:
    """Every page that links lead this person to. Raises AssertionError for a link that does not
    lead anywhere.
    """
    crawl = Crawl(browser)
    crawl.from_page("/portal/")
    wrong = [each for each in crawl.broken if each[1] != FORBIDDEN]
    if wrong:
        raise AssertionError(wrong)
    for name, addresses in sorted(crawl.pages.items()):
        for address in dict.fromkeys(addresses):
            yield _page(role, browser, name, address, seconds)


def _page(role: str, browser: Client, name: str, address: str, seconds: int) -> PageReport:
    for _time in range(_WARM):
        browser.get(address)
    with _counted() as statements:
        browser.get(address)
    times: list[float] = []
    until = time.perf_counter() + seconds
    while len(times) < _TIMES and (time.perf_counter() < until or len(times) < _TIMES_MIN):
        began = time.perf_counter()
        browser.get(address)
        times.append(1000 * (time.perf_counter() - began))
    return PageReport(name, address, role, statistics.quantiles(times, n=20)[18], len(statements))


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    ran: list[str] = []

    def count(
        execute: Callable[..., object], sql: str, params: object, many: object, context: object
    ) -> object:
        ran.append(sql)
        return execute(sql, params, many, context)

    with django_connection.execute_wrapper(count):
        yield ran
