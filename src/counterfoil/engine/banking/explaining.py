"""Lines that the ledger does not have are held against what it knows by now, as often as that leads
on: what they tell of payments is heard, and they are attached to the operations that they are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from counterfoil.engine.arrays import Int8s
from counterfoil.engine.banking.exceptions import Wanted
from counterfoil.engine.banking.lines import (
    Batches,
    BatchPayment,
    Line,
    Match,
    Side,
    matches_of,
    news_of,
    wanted_of,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.outcomes import hear_within
from counterfoil.statements import statement


@dataclass(frozen=True, slots=True)
class Explained:
    """`moved` payments came further; `funds` had lines attached; `instants` end with a voucher."""

    moved: int
    funds: frozenset[int]
    wanted: Sequence[Wanted]
    instants: Sequence[Line]


def open_lines(connection: Connection, issuer: Issuer) -> tuple[list[Line], Batches]:
    rows = connection.execute(statement(__package__, "open_lines"), {"issuer_id": issuer.issuer_id})
    lines = [Line(*row) for row in rows]
    batch_ids = {line.batch_id for line in lines if line.side is Side.BATCH}
    if not batch_ids:
        return lines, {}
    batches = defaultdict[UUID, list[BatchPayment]](list)
    for batch_id, *payment in connection.execute(
        statement(__package__, "batch_payments"),
        {"issuer_id": issuer.issuer_id, "batch_ids": list(batch_ids)},
    ):
        batches[batch_id].append(BatchPayment(*payment))
    return lines, batches


def explain(
    connection: Connection, issuer: Issuer, caller: Caller, journal: Journal | None
) -> Explained:
    """Without a journal nothing is heard: then no line may tell anything new of a payment."""
    moved, funds = 0, set[int]()
    while True:
        lines, batches = open_lines(connection, issuer)
        news = news_of(lines, batches) if journal is not None else []
        if journal is not None and news:
            heard = hear_within(connection, issuer, journal, caller, news)
            moved += heard.moved
            if heard.moved:
                continue
        matches = matches_of(lines, batches)
        if not matches:
            break
        funds |= _attach(connection, issuer, lines, matches)
    return Explained(
        moved,
        frozenset(funds),
        wanted_of(lines, batches),
        [line for line in lines if line.waits_for_instant],
    )


def _attach(
    connection: Connection, issuer: Issuer, lines: Sequence[Line], matches: Sequence[Match]
) -> set[int]:
    """The funding accounts whose lines these are."""
    matched = defaultdict[int, int](int)
    for match in matches:
        matched[match.entry_id] += match.amount_minor
    those = [line for line in lines if line.entry_id in matched]
    connection.execute(
        statement(__package__, "insert_matches"),
        {
            "issuer_id": issuer.issuer_id,
            "entry_ids": Int8s(match.entry_id for match in matches),
            "operation_ids": Int8s(match.operation_id for match in matches),
            "amounts": Int8s(match.amount_minor for match in matches),
            "whole_entry_ids": Int8s(
                line.entry_id for line in those if line.rest_minor == matched[line.entry_id]
            ),
        },
    )
    return {line.funding_account_id for line in those}
