"""Stock that a batch may draw from: cursors that are locked, and the next serials behind them.

Stock lies in ranges. A provision is one, with its cursor; what an organisation bought was cut off
it and has cursors of its own; what was held for a purchase that came to nothing was given back, and
is drawn before the provisions. Ranges are locked first, then provisions, then the issuer's head.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from counterfoil.engine.arrays import Int4s, Int8s
from counterfoil.engine.database import Connection
from counterfoil.engine.decide import Voucher
from counterfoil.engine.pipeline import Pipeline
from counterfoil.voucher import State

StockKey = tuple[int, int]  # a group and an amount


class StaleStockError(Exception):
    """Someone cancelled a voucher we were about to draw: start again."""


@dataclass(slots=True)
class StockCursor:
    """A locked provision, or a range cut off one: what it has left for this batch."""

    provision_id: int
    group_id: int
    group_version: int
    amount_minor: int
    next_drawn: int
    next_created: int
    range_first: int = 0  # the first serial of the range; 0 for a provision itself
    candidates: list[int] = field(default_factory=list)

    @property
    def key(self) -> tuple[int, int]:
        return self.provision_id, self.range_first


def lock_stock(
    connection: Connection, issuer_id: int, wanted: Counter[StockKey]
) -> dict[StockKey, list[StockCursor]]:
    """Of each group and amount: what was given back, then the provisions, oldest first."""
    keys = sorted(wanted)
    parameters = {
        "group_ids": Int4s(group_id for group_id, _amount in keys),
        "amounts": Int8s(amount for _group_id, amount in keys),
    }
    pipeline = Pipeline(connection, issuer_id)
    returned = pipeline.ask("lock_returned_ranges", **parameters)
    provisions = pipeline.ask("lock_provisions", **parameters)
    pipeline.run()
    cursors: dict[StockKey, list[StockCursor]] = {}
    for row in (*returned.rows, *provisions.rows):
        cursor = StockCursor(*row)
        cursors.setdefault((cursor.group_id, cursor.amount_minor), []).append(cursor)
    for key, found in cursors.items():
        find_candidates(pipeline, found, wanted[key])
    return cursors


def lock_allocations(
    connection: Connection, issuer_id: int, wanted: Counter[int]
) -> dict[int, list[StockCursor]]:
    """The ranges of each allocation that have something left, in order."""
    pipeline = Pipeline(connection, issuer_id)
    ranges = pipeline.ask("lock_allocation_ranges", allocation_ids=Int4s(sorted(wanted)))
    pipeline.run()
    cursors: dict[int, list[StockCursor]] = {}
    for allocation_id, *row in ranges.rows:
        cursors.setdefault(allocation_id, []).append(StockCursor(*row))
    for allocation_id, found in cursors.items():
        find_candidates(pipeline, found, wanted[allocation_id])
    return cursors


def find_candidates(pipeline: Pipeline, cursors: Iterable[StockCursor], wanted: int) -> None:
    """The next stocked serials of the first cursors that have any."""
    left = wanted
    for cursor in cursors:
        if left <= 0:
            return
        found = pipeline.ask(
            "stock_candidates",
            provision_id=cursor.provision_id,
            next_drawn=cursor.next_drawn,
            next_created=cursor.next_created,
            wanted=left,
        )
        pipeline.run()
        cursor.candidates = [serial for (serial,) in found.rows]
        left -= len(found.rows)


def check_candidates(
    cursors: Iterable[Sequence[StockCursor]], vouchers: Mapping[int, Voucher]
) -> None:
    """Under the head. Raises StaleStockError where one is in stock no more."""
    for each in cursors:
        for cursor in each:
            for serial in cursor.candidates:
                voucher = vouchers.get(serial)
                if voucher is None or voucher.state is not State.STOCKED:
                    raise StaleStockError


def next_stocked(
    cursors: Iterable[StockCursor], vouchers: Mapping[int, Voucher]
) -> tuple[StockCursor, int] | None:
    """The first cursor that has a candidate; one cancelled earlier in this batch is skipped."""
    for cursor in cursors:
        while cursor.candidates:
            serial = cursor.candidates[0]
            if vouchers[serial].state is State.STOCKED:
                return cursor, serial
            cursor.candidates.pop(0)
    return None
