"""Figures are read by the key that fits, of a table of which the planner knows nothing yet."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import pytest
from tests.given import given_issuer

from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.figures.reading import Period, blocks
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.statements import statement

PERIOD: Final = Period(date(2024, 3, 5), date(2024, 3, 20))
FIGURES: Final = """
    INSERT INTO figure
    SELECT %s, 'acceptor', m, 1, date '2024-02-01' + d, s, 1, 1, 100
    FROM
        generate_series(1, 100) AS s,
        generate_series(0, 99) AS d,
        unnest(ARRAY['redeemed', 'paid']) AS m
"""


@pytest.fixture
def owner(
    database: str, connection: Connection, provider: LocalKeyProvider
) -> Iterator[Connection]:
    """In a transaction with figures of 100 acceptors, which it never commits."""
    issuer = given_issuer(connection, provider)
    with connect_as_owner(database) as owner:
        owner.execute(FIGURES, (issuer.issuer_id,))
        yield owner
        owner.rollback()


def test_each_statement_reads_figures_by_the_key_that_fits(owner: Connection) -> None:
    found = blocks(PERIOD)
    parameters = {
        "issuer_id": 1,
        "subject_kind": "acceptor",
        "subject_id": 7,
        "subject_ids": [7],
        "measures": ["redeemed"],
        "measure": "redeemed",
        "currency": "KES",
        "rows_max": 10,
        "first_day": PERIOD.first_day,
        "last_day": PERIOD.last_day,
        "days": [each.days for each in found],
        "firsts": [each.first for each in found],
        "lasts": [each.last for each in found],
    }
    for name, index in (
        ("days", "figure_of_subject"),
        ("days_of_subjects", "figure_of_subject"),
        ("totals", "figure_of_subject"),
        ("totals_of_each", "figure_pkey"),
        ("top_subjects", "figure_pkey"),
        ("most_active", "figure_pkey"),
    ):
        asked = b"EXPLAIN (FORMAT JSON) " + statement("counterfoil.engine.figures", name)
        row = owner.execute(asked, parameters).fetchone()
        assert row is not None
        (scan,) = _scans(row[0][0]["Plan"])
        assert (name, scan["Index Name"]) == (name, index)
        assert "(measure = " in scan["Index Cond"], name


def _scans(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Of the figures."""
    if node.get("Relation Name") == "figure":
        yield node
    for each in node.get("Plans", ()):
        yield from _scans(each)
