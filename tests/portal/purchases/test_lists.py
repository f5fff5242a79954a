"""The lists of purchases: filtered, sorted, complete in every order, exported; fast where there are
many.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, proved
from tests.portal.purchases.working import Market, given_market

from counterfoil.engine.database import connect_as_owner
from counterfoil.portal.access import Office
from counterfoil.portal.models import PurchaseLine, Role
from counterfoil.portal.purchases.following import follow
from counterfoil.portal.purchases.listed import PURCHASES

_STATES = ("requested", "returned", "rejected", "cancelled", "expired")
_BLOCKS_MAX = 500  # of 8 kB; the purchases fill 411, and nothing goes through them twice


def given_many(market: Market, organisations: int, purchases: int) -> None:
    """Of others, by the shortest way there is."""
    issuer_id = market.issuer.issuer_id
    with connected(market.portal.url) as engine:
        engine.execute(
            "INSERT INTO organisation (issuer_id, organisation_id, name, status, changed_version)"
            " SELECT %s, 100 + n, 'Organisation ' || n, 'approved', 1"
            " FROM generate_series(1, %s) AS n",
            (issuer_id, organisations),
        )
        engine.commit()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal.purchase (id, issuer_id, organisation_id, funding_account_id,"
            " currency, number, status, version, note, told, total_minor, commission_minor, since,"
            " waits_since, made_by, made_at, changed_by, changed_at)"
            " SELECT gen_random_uuid(), %s, 101 + n %% %s, 1, 'KES', n,"
            " (%s::text[])[1 + n %% 5], 1, '', '', (n * 7919) %% 1000003, 0,"
            " now() - n * interval '1 minute',"
            " CASE WHEN n %% 5 = 0 THEN now() - n * interval '1 minute' END,"
            " 'person:1', now(), 'person:1', now() FROM generate_series(1, %s) AS n",
            (issuer_id, organisations, list(_STATES), purchases),
        )
    with connect_as_owner(market.portal.url) as owner:
        owner.execute("ANALYZE portal.purchase, organisation")
        owner.commit()


def office_of(market: Market) -> Office:
    person = market.finance_person
    return Office(
        market.issuer.issuer_id, market.issuer.code, "Aid", person, frozenset({Role.FINANCE})
    )


def test_every_order_is_complete_and_without_doubles(portal: Portal) -> None:
    market = given_market(portal, stock=0)
    given_many(market, 7, 120)
    proved(PURCHASES, office_of(market), rows=120)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?sort=waiting",
        "?sort=amount",
        "?status=rejected",
        "?organisation=Organisation 1999",
        "?organisation=nobody",
        "?number=P-19999",
        "?status=cancelled&sort=amount",
    ],
)
def test_twenty_thousand_purchases_are_listed_at_once(portal: Portal, query: str) -> None:
    market = _many(portal)
    read: list[int] = []
    with connection.execute_wrapper(_blocks(read, "portal.purchases.listed")):
        answer = market.finance.get(f"{market.root}/purchases{query}")
    assert answer.status_code == 200
    assert 0 < sum(read) < _BLOCKS_MAX, read


def test_a_file_has_what_the_filter_asks_for(portal: Portal) -> None:
    market = given_market(portal)
    first, second = market.ask({1000: 30}), market.ask({1000: 20})
    market.answer(second, "reject")
    found = csv_of(market.finance.post(f"{market.root}/purchases/export", {"status": "rejected"}))
    assert [row[0] for row in found[1:]] == ["P-0002"]
    mine = csv_of(market.buyer.post(f"{market.home}/purchases/export", {}))
    assert [row[0] for row in mine[1:]] == ["P-0002", "P-0001"]
    assert PurchaseLine.objects.filter(purchase_id=first).count() == 1


def test_following_all_is_cheap_where_nothing_moves(portal: Portal) -> None:
    market = _many(portal)
    follow(market.issuer.issuer_id)
    read: list[int] = []
    with connection.execute_wrapper(_blocks(read, "portal.purchases.following")):
        assert follow(market.issuer.issuer_id) == 0
    assert len(read) == 1
    assert 0 < read[0] < _BLOCKS_MAX


_MARKETS: dict[str, Market] = {}


def _many(portal: Portal) -> Market:
    """One for all of them."""
    if portal.url not in _MARKETS:
        market = given_market(portal, stock=0)
        given_many(market, 2000, 20_000)
        _MARKETS[portal.url] = market
    return _MARKETS[portal.url]


def _blocks(read: list[int], caller: str) -> Callable[..., Any]:
    """How much a caller's statement reads, whatever else the machine does meanwhile."""

    def run(
        execute: Callable[..., Any], sql: str, params: object, many: object, context: dict[str, Any]
    ) -> object:
        if caller in sql:
            cursor = context["cursor"]
            cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
            plan = cursor.cursor.fetchone()[0][0]["Plan"]
            read.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        return execute(sql, params, many, context)

    return run
