"""A stretch is folded by keys, over tables of which the planner knows nothing yet."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from tests.given import given_issuer

from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.statements import statement

KEYS: Final = {
    "operation": "operation_id",
    "posting": "posting_id",
    "provision": "provision_id",
    "voucher": "serial",
    "allocation": "allocation_id",
    "allocation_range": "serial_first",
    "figure_range": "serial_first",
}
STRETCH: Final = {
    "first_operation": 1,
    "end_operation": 20_001,
    "first_posting": 1,
    "end_posting": 20_001,
}


@pytest.mark.parametrize("name", ["fold_figures", "fold_allocations", "fold_redemptions"])
def test_each_row_is_looked_up_by_its_key_and_none_is_kept_to_be_gone_through_again(
    database: str, connection: Connection, provider: LocalKeyProvider, name: str
) -> None:
    issuer = given_issuer(connection, provider)
    with connect_as_owner(database) as owner:
        asked = b"EXPLAIN (FORMAT JSON) " + statement("counterfoil.engine.figures", name)
        row = owner.execute(asked, STRETCH | {"issuer_id": issuer.issuer_id}).fetchone()
        owner.rollback()
    assert row is not None
    found = list(_nodes(row[0][0]["Plan"]))
    scans = [each for each in found if each.get("Relation Name") in KEYS]
    read = [each for each in scans if "Scan" in each["Node Type"]]
    assert {each["Relation Name"] for each in read} >= {"operation", "allocation_range"}
    for scan in read:
        condition = scan.get("Index Cond") or scan.get("Recheck Cond") or ""
        assert KEYS[scan["Relation Name"]] in condition, (scan["Relation Name"], condition)
    for kept in (each for each in found if each["Node Type"] in {"Materialize", "Hash"}):
        assert {below.get("Relation Name") for below in _nodes(kept)}.isdisjoint(KEYS)


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)
