"""The pages of the portal over a large issuer: time of the server and queries, for each page.

Every page that links lead to is asked for, as each role, lists on their first and their last
page, warm. What is measured is Django from the request to the whole answer, in this process.
"""

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
from counterfoil.portal.configuration import configure
from counterfoil.portal.schema import portal_secret

QUERIES_MAX: Final = 15
P95_MS_MAX: Final = 200
_OPERATIONS: Final = 200_000
_OPERATIONS_EACH: Final = 3  # drawn, activated, redeemed
_MERCHANTS: Final = 5000
_WARM: Final = 3
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
                f"portal: {len(self.pages)} pages over {self.vouchers:,} vouchers and"
                f" {self.operations:,} operations; worst p95 {self.worst_p95_ms:.1f} ms,"
                f" most queries {self.worst_queries}",
            ]
        )


def bench_portal(home: Path, *, seconds: int, vouchers: int) -> PortalReport:
    with bench_place(home) as place:
        url, connection = database(place)
        configure(url, secret=portal_secret(url, place.provider))
        issuer = bench_issuer(connection, place, funds=_FUNDS)
        _fill(connection, issuer, vouchers)
        checkpoint(url)
        pages = [page for role in _people(issuer) for page in _measured(role, issuer, seconds)]
        connection.close()
        _forget(url)
        place.drop(url)
    return PortalReport(vouchers, _OPERATIONS, pages)


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


def _people(issuer: Issuer) -> dict[str, object]: ...


def _measured(role: str, issuer: Issuer, seconds: int) -> Iterator[PageReport]: ...


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    from django.db import connection  # noqa: PLC0415  # configured by now

    ran: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0917
        ran.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield ran


def _forget(url: str) -> None:
    from django.db import connections  # noqa: PLC0415

    connections.close_all()


_ = (statistics, time)
