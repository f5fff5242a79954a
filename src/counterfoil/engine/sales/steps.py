"""Working on sales, one transaction a step, until each is held, allocated or released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from counterfoil.engine.administering import or_nothing
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.sales.charging import SYSTEM, charge, note_sold
from counterfoil.engine.sales.cutting import (
    CUT_VOUCHERS,
    Cut,
    cut_off,
    keep,
    lock_stock_of,
    next_cut,
    stocked_in,
)
from counterfoil.engine.sales.made_for_it import provision_rest
from counterfoil.engine.sales.reading import Allocation, Sale, allocations_of, sale_of
from counterfoil.engine.stock import StockCursor
from counterfoil.errors import ConflictError
from counterfoil.log.leaf import SerialRange
from counterfoil.statements import statement
from counterfoil.voucher import Action

_Cursors = Mapping[int, Sequence[StockCursor]]


@dataclass(frozen=True, slots=True)
class _Held:
    """A range that waits to be sold."""

    serial_first: int
    serial_last: int
    allocation_id: int
    provision_id: int
    vouchers: int


@dataclass(frozen=True, slots=True)
class _Work:
    """One step: the issuer is ours, and this is how the sale stands."""

    connection: Connection
    issuer: Issuer
    journal: Journal
    sale: Sale
    lines: Sequence[Allocation]

    def run(self, name: str, **parameters: object) -> None:
        self.connection.execute(
            statement(__package__, name),
            {"issuer_id": self.issuer.issuer_id, "sale_id": self.sale.sale_id} | parameters,
        )

    def turn(self, status: str, outcome: str | None = None) -> None:
        self.run("turn_sale", status=status, outcome=outcome, now=self.journal.head.now)


def open_sales(connection: Connection, issuer: Issuer) -> list[UUID]:
    """Those of which something may have to be done. Ends its transaction."""
    found = connection.execute(
        statement(__package__, "open_sales"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.rollback()
    return [sale_id for (sale_id,) in found]


def work_on_sale(connection: Connection, issuer: Issuer, sale_id: UUID) -> bool:
    """One step. False where there is nothing to do on it now.

    Any number of processes may: each looks again under the head at what is still to do.
    """
    with or_nothing(connection):
        before = sale_of(connection, issuer, sale_id), allocations_of(connection, issuer, sale_id)
        cursors = lock_stock_of(connection, issuer, before[1]) if _cuts(*before) else {}
        journal = issuer.begin(connection)
        now = sale_of(connection, issuer, sale_id), allocations_of(connection, issuer, sale_id)
        if now != before:
            connection.rollback()
            return True
        work = _Work(connection, issuer, journal, *now)
        if not _step(work, cursors):
            connection.rollback()
            return False
        commit(connection, issuer, journal)
    return True


def finish_sale(connection: Connection, issuer: Issuer, sale_id: UUID) -> None:
    """All steps that can be done now."""
    while work_on_sale(connection, issuer, sale_id):
        pass


def _cuts(sale: Sale, lines: Sequence[Allocation]) -> bool:
    """Whether the next step needs stock that is nobody's yet."""
    if sale.status == "holding":
        return not sale.is_lapsed
    return sale.status == "allocating" and not any(line.held for line in lines)


def _step(work: _Work, cursors: _Cursors) -> bool:
    match work.sale.status:
        case "holding" | "held" if work.sale.is_lapsed:
            work.turn("releasing", "lapsed")
            return True
        case "holding":
            return _hold_more(work, cursors)
        case "allocating" if any(line.held for line in work.lines):
            return _sell_held(work)
        case "allocating":
            return _sell_more(work, cursors) or _end(work)
        case "releasing":
            return _give_back(work, "released")
        case _:
            return False


def _hold_more(work: _Work, cursors: _Cursors) -> bool:
    for line in work.lines:
        if not line.missing:
            continue
        cut = next_cut(work.connection, work.issuer, cursors[line.allocation_id], line.missing)
        if cut is None:
            continue
        cut_off(work.connection, work.issuer, cut)
        keep(work.connection, work.issuer, line, cut, status="held")
        work.run("note_held", allocation_id=line.allocation_id, held=line.held + len(cut.serials))
        _record(work, Action.HOLD_STOCK, line, cut)
        return True
    work.turn("held")
    return True


def _sell_held(work: _Work) -> bool:
    row = work.connection.execute(
        statement(__package__, "next_held"),
        {"issuer_id": work.issuer.issuer_id, "sale_id": work.sale.sale_id},
    ).fetchone()
    if row is None:
        raise AssertionError(work.sale.sale_id)  # `held` counts what is in held ranges
    held = _Held(*row)
    line = next(each for each in work.lines if each.allocation_id == held.allocation_id)
    serials = stocked_in(
        work.connection,
        work.issuer,
        held.provision_id,
        held.serial_first,
        held.serial_last,
        CUT_VOUCHERS,
    )
    sold = line.affordable(work.sale.left_minor, len(serials))
    if serials and not sold:
        return _end(work)
    still_held = len(serials) - sold
    work.run(
        "sell_range",
        serial_first=held.serial_first,
        serial_sold=serials[sold - 1] if sold else held.serial_first - 1,
        sold=sold,
        still_held=still_held,
    )
    work.run(
        "note_held",
        allocation_id=line.allocation_id,
        held=line.held - held.vouchers + still_held,
    )
    if sold:
        charge(work.journal, work.sale, line, serials[:sold])
        note_sold(work.connection, work.issuer, work.sale, line, sold)
    return True


def _sell_more(work: _Work, cursors: _Cursors) -> bool:
    """What was not held, of what came into stock since; then what is made for it."""
    wanted = {
        line.allocation_id: line.affordable(work.sale.left_minor, line.missing)
        for line in work.lines
    }
    for line in work.lines:
        number = wanted[line.allocation_id]
        cut = (
            next_cut(work.connection, work.issuer, cursors[line.allocation_id], number)
            if number
            else None
        )
        if cut is None:
            continue
        cut_off(work.connection, work.issuer, cut)
        keep(work.connection, work.issuer, line, cut, status="sold")
        charge(work.journal, work.sale, line, cut.serials)
        note_sold(work.connection, work.issuer, work.sale, line, len(cut.serials))
        return True
    if work.sale.when_short != "provision" or work.sale.outcome is not None:
        return False
    for line in work.lines:
        number = wanted[line.allocation_id]
        if not number:
            continue
        try:
            provision_rest(work.connection, work.issuer, work.journal, work.sale, line, number)
        except ConflictError as error:
            work.turn("allocating", str(error))
        return True
    return False


def _end(work: _Work) -> bool:
    """Allocated, in full or in part, once what is made for it is there."""
    if any(line.held for line in work.lines):
        return _give_back(work, "allocating")
    waits = work.connection.execute(
        statement(__package__, "is_made_for"),
        {"issuer_id": work.issuer.issuer_id, "sale_id": work.sale.sale_id},
    ).fetchone()
    if waits is not None:
        return False
    is_part = any(line.missing for line in work.lines)
    work.turn("allocated", "part" if is_part and work.sale.outcome is None else None)
    return True


def _give_back(work: _Work, status: str) -> bool:
    held = sum(line.held for line in work.lines)
    work.run("return_ranges")
    work.run("note_returned")
    work.turn(status)
    if held:
        work.journal.record(
            Action.RELEASE_STOCK,
            SYSTEM,
            reference=f"~return:{work.sale.sale_id}:{status}",
            subject=f"sale:{work.sale.sale_id}",
        )
        work.journal.add_leaf(Action.RELEASE_STOCK, actor=SYSTEM.actor)
    return True


def _record(work: _Work, action: Action, line: Allocation, cut: Cut) -> None:
    work.journal.record(
        action,
        SYSTEM,
        reference=f"~hold:{work.sale.sale_id}:{cut.serials[0]}",
        amount_minor=line.amount_minor * len(cut.serials),
        subject=f"sale:{work.sale.sale_id}",
    )
    work.journal.add_leaf(
        action,
        group_id=line.group_id,
        amount_minor=line.amount_minor * len(cut.serials),
        currency=work.sale.currency,
        serials=SerialRange(cut.serials[0], cut.serial_last, len(cut.serials)),
        actor=SYSTEM.actor,
    )
