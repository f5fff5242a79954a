"""What does not agree, with its evidence: opened once, and ended when it agrees again. What a
person ended stays ended while nothing about it is other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.statements import statement

BALANCE: Final = "balance"  # what `balance_differs` is about: there is one of an account


class ExceptionKind(StrEnum):
    UNEXPLAINED_DEBIT = "unexplained_debit"  # money left, and nothing here says why
    AMOUNT_DIFFERS = "amount_differs"
    CONTRADICTED = "contradicted"  # what is told of a payment cannot be, as it stands
    STATEMENT_GAP = "statement_gap"
    BALANCE_DIFFERS = "balance_differs"
    SILENT_BATCH = "silent_batch"
    REFUSED_BATCH = "refused_batch"
    SILENT_PAYMENT = "silent_payment"
    NOT_AT_BANK = "not_at_bank"  # recorded here, and on no statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An exception that should be open. `about` holds ids alone; it is one of its kind and account
    by it.
    """

    kind: ExceptionKind
    funding_account_id: int
    about: str
    entry_id: int | None = None
    payment_id: UUID | None = None
    batch_id: UUID | None = None
    file_id: int | None = None
    operation_id: int | None = None
    expected_minor: int | None = None
    found_minor: int | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        return self.kind, self.funding_account_id, self.about


def open_exceptions(
    connection: Connection, issuer: Issuer, now: datetime, wanted: Iterable[Wanted]
) -> int:
    """Those that are open already are brought up to date. How many were opened or changed."""
    each_once = list({each.key: each for each in wanted}.values())
    if not each_once:
        return 0
    return connection.execute(
        statement(__package__, "open_exceptions"),
        {
            "issuer_id": issuer.issuer_id,
            "now": now,
            "kinds": [each.kind.value for each in each_once],
            "funding_account_ids": [each.funding_account_id for each in each_once],
            "abouts": [each.about for each in each_once],
            "entry_ids": [each.entry_id for each in each_once],
            "payment_ids": [each.payment_id for each in each_once],
            "batch_ids": [each.batch_id for each in each_once],
            "file_ids": [each.file_id for each in each_once],
            "operation_ids": [each.operation_id for each in each_once],
            "expected_minors": [each.expected_minor for each in each_once],
            "found_minors": [each.found_minor for each in each_once],
        },
    ).rowcount


def end_unwanted(
    connection: Connection,
    issuer: Issuer,
    now: datetime,
    wanted: Iterable[Wanted],
    *,
    kinds: Sequence[ExceptionKind],
    of_lines: bool = False,
    funding_account_ids: Sequence[int] | None = None,
) -> int:
    """Of these kinds and accounts (None is all) everything was looked at, or all that is of lines:
    what is open and not wanted agrees again.
    """
    keys = [each.key for each in wanted]
    return connection.execute(
        statement(__package__, "end_unwanted"),
        {
            "issuer_id": issuer.issuer_id,
            "now": now,
            "kinds": [kind.value for kind in kinds],
            "of_lines": of_lines,
            "funding_account_ids": funding_account_ids,
            "wanted_kinds": [kind for kind, _fund, _about in keys],
            "wanted_funds": [fund for _kind, fund, _about in keys],
            "wanted_abouts": [about for _kind, _fund, about in keys],
        },
    ).rowcount


def end_those_that_agree(connection: Connection, issuer: Issuer, now: datetime) -> int:
    """What ends by how a payment, a batch, a line or an operation stands by now."""
    return connection.execute(
        statement(__package__, "end_those_that_agree"),
        {"issuer_id": issuer.issuer_id, "now": now},
    ).rowcount
