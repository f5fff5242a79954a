"""What does not agree, with its evidence: opened once, and ended when it agrees again. What a
person ended stays ended while nothing about it is other.
"""

from collections.abc import Collection, Iterable
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


@dataclass(frozen=True, slots=True)
class _Open:
    exception_id: int
    kind: str
    funding_account_id: int
    about: str
    entry_id: int | None
    payment_id: UUID | None
    expected_minor: int | None
    found_minor: int | None

    @property
    def key(self) -> tuple[str, int, str]:
        return self.kind, self.funding_account_id, self.about

    def says(self, wanted: Wanted) -> bool:
        """All that it is wanted for."""
        return (
            (self.expected_minor, self.found_minor) == (wanted.expected_minor, wanted.found_minor)
            and (wanted.entry_id is None or self.entry_id is not None)
            and (wanted.payment_id is None or self.payment_id is not None)
        )


def open_exceptions(
    connection: Connection, issuer: Issuer, now: datetime, wanted: Iterable[Wanted]
) -> int:
    """Those that are open already are brought up to date. How many were opened or changed."""
    each_once = {each.key: each for each in wanted}
    if not each_once:
        return 0
    known = {each.key: each for each in _open(connection, issuer)}
    new = [each for key, each in each_once.items() if key not in known or not known[key].says(each)]
    if not new:
        return 0
    return connection.execute(
        statement(__package__, "open_exceptions"),
        {
            "issuer_id": issuer.issuer_id,
            "now": now,
            "kinds": [each.kind.value for each in new],
            "funding_account_ids": [each.funding_account_id for each in new],
            "abouts": [each.about for each in new],
            "entry_ids": [each.entry_id for each in new],
            "payment_ids": [each.payment_id for each in new],
            "batch_ids": [each.batch_id for each in new],
            "file_ids": [each.file_id for each in new],
            "operation_ids": [each.operation_id for each in new],
            "expected_minors": [each.expected_minor for each in new],
            "found_minors": [each.found_minor for each in new],
        },
    ).rowcount


def end_unwanted(
    connection: Connection,
    issuer: Issuer,
    now: datetime,
    wanted: Iterable[Wanted],
    *,
    kinds: Collection[ExceptionKind],
    of_lines: bool = False,
    funding_account_ids: Collection[int] | None = None,
) -> int:
    """Of these kinds and accounts (None is all) everything was looked at, or all that is of lines:
    what is open and not wanted agrees again.
    """
    keys = {each.key for each in wanted}
    ended = [
        each.exception_id
        for each in _open(connection, issuer)
        if each.kind in kinds
        and (each.entry_id is not None) is of_lines
        and (funding_account_ids is None or each.funding_account_id in funding_account_ids)
        and each.key not in keys
    ]
    if ended:
        connection.execute(
            statement(__package__, "end_exceptions"),
            {"issuer_id": issuer.issuer_id, "now": now, "exception_ids": ended},
        )
    return len(ended)


def end_those_that_agree(connection: Connection, issuer: Issuer, now: datetime) -> int:
    """What ends by how a payment, a batch, a line or an operation stands by now."""
    return connection.execute(
        statement(__package__, "end_those_that_agree"),
        {"issuer_id": issuer.issuer_id, "now": now},
    ).rowcount


def _open(connection: Connection, issuer: Issuer) -> list[_Open]:
    """All of them: the planner, who does not know how many there are by now, would hold each
    against each.
    """
    rows = connection.execute(
        statement(__package__, "all_open_exceptions"), {"issuer_id": issuer.issuer_id}
    )
    return [_Open(*row) for row in rows]
