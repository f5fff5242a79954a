"""Cutting ranges off the stock: first off what was given back, then off the provisions in order.

Everything here runs under the issuer's head, with the ranges and provisions locked before it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.sales.reading import Allocation
from counterfoil.engine.stock import StockCursor, lock_stock
from counterfoil.statements import statement

CUT_VOUCHERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cut:
    """Serials that are in stock, all within one provision."""

    cursor: StockCursor
    serials: Sequence[int]

    @property
    def serial_last(self) -> int:
        return self.serials[-1]


def lock_stock_of(
    connection: Connection, issuer: Issuer, lines: Sequence[Allocation]
) -> dict[int, list[StockCursor]]:
    """The cursors each line may be cut from, by its allocation: of its own version alone. The
    head comes after them.
    """
    wanted = Counter({(line.group_id, line.amount_minor): 0 for line in lines})
    found = lock_stock(connection, issuer.issuer_id, wanted)
    return {
        line.allocation_id: [
            cursor
            for cursor in found.get((line.group_id, line.amount_minor), [])
            if cursor.group_version == line.group_version
        ]
        for line in lines
    }


def next_cut(
    connection: Connection, issuer: Issuer, cursors: Sequence[StockCursor], wanted: int
) -> Cut | None:
    """Up to so many vouchers off the first cursor that has any."""
    for cursor in cursors:
        serials = stocked_in(
            connection,
            issuer,
            cursor.provision_id,
            cursor.next_drawn,
            cursor.next_created - 1,
            min(wanted, CUT_VOUCHERS),
        )
        if serials:
            return Cut(cursor, serials)
    return None


def stocked_in(  # of what, from where to where, and how many
    connection: Connection,
    issuer: Issuer,
    provision_id: int,
    serial_first: int,
    serial_last: int,
    vouchers_max: int,
) -> list[int]:
    """The first serials that are in stock."""
    found = connection.execute(
        statement("counterfoil.engine", "stock_candidates"),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": provision_id,
            "next_drawn": serial_first,
            "next_created": serial_last + 1,
            "wanted": vouchers_max,
        },
    ).fetchall()
    return [serial for (serial,) in found]


def cut_off(connection: Connection, issuer: Issuer, cut: Cut) -> None:
    """What it was cut from begins after it."""
    name = "shorten_range" if cut.cursor.range_first else "shorten_provision"
    connection.execute(
        statement(__package__, name),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": cut.cursor.provision_id,
            "range_first": cut.cursor.range_first,
            "next_drawn": cut.serial_last + 1,
            "vouchers": len(cut.serials),
        },
    )


def keep(
    connection: Connection, issuer: Issuer, line: Allocation, cut: Cut, *, status: str
) -> None:
    """As a range of the line."""
    connection.execute(
        statement(__package__, "insert_range"),
        {
            "issuer_id": issuer.issuer_id,
            "serial_first": cut.serials[0],
            "serial_last": cut.serial_last,
            "allocation_id": line.allocation_id,
            "provision_id": cut.cursor.provision_id,
            "group_id": line.group_id,
            "group_version": line.group_version,
            "amount_minor": line.amount_minor,
            "vouchers": len(cut.serials),
            "status": status,
        },
    )
