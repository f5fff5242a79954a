"""What a line of an account is in the ledger. Pure: it is decided by what is known of the payment,
the batch or the operation that the line names.

    debit   of a payment ─▶ it was paid             of a batch ─▶ all that is left of it was paid
    credit  of a payment, with a reason ─▶ it came back, perhaps less than was paid
    either  under a reference that somebody recorded ─▶ that deposit or withdrawal
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from uuid import UUID

from counterfoil.engine.banking.exceptions import ExceptionKind, Wanted
from counterfoil.engine.payouts.outcomes import News, Told

_NONE: Final = UUID(int=0)


class Side(Enum):
    PAID = auto()  # a payment went out
    BACK = auto()  # one came back
    BATCH = auto()  # many went out in one line
    CREDIT = auto()
    DEBIT = auto()


@dataclass(frozen=True, slots=True)
class BatchPayment:
    """One of a batch that no line has yet."""

    payment_id: UUID
    status: str
    amount_minor: int
    completed_by: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the ledger does not have, or not all of it. `matched_minor` is what it has.

    `paid_by` and `returned_by` are the operations of its payment that no line has yet;
    `recorded_by` is one under its reference that none has, which moved `recorded_minor` (above
    zero either way).
    """

    entry_id: int
    funding_account_id: int
    bank_reference: str
    amount_minor: int
    is_credit: bool
    return_because: str | None
    status: str
    matched_minor: int
    payment_id: UUID | None
    batch_id: UUID | None
    is_payout: bool | None
    payment_status: str | None
    payment_minor: int | None
    serial: int | None
    paid_by: int | None
    returned_by: int | None
    recorded_by: int | None
    recorded_minor: int | None

    @property
    def side(self) -> Side:
        if self.payment_id is not None and not self.is_credit and self.return_because is None:
            return Side.PAID
        if self.payment_id is not None and self.is_credit and self.return_because is not None:
            return Side.BACK
        if self.is_credit:
            return Side.CREDIT
        return Side.DEBIT if self.batch_id is None else Side.BATCH

    @property
    def rest_minor(self) -> int:
        """What the ledger does not have of it: above zero where it is a credit."""
        signed = self.amount_minor if self.is_credit else -self.amount_minor
        return signed - self.matched_minor

    @property
    def is_as_paid(self) -> bool:
        return self.amount_minor == self.payment_minor

    @property
    def waits_for_instant(self) -> bool:
        """It ends the payment of a voucher, which is an operation on that voucher."""
        return (
            self.side is Side.PAID
            and self.is_payout is False
            and self.payment_status == "pending"
            and self.is_as_paid
        )


@dataclass(frozen=True, slots=True)
class Match:
    entry_id: int
    operation_id: int
    amount_minor: int


Batches = Mapping[UUID, Sequence[BatchPayment]]


def news_of(lines: Sequence[Line], batches: Batches) -> list[News]:
    """What lines tell of payments of payouts, what was paid before what came back."""
    told = [news for line in lines for news in _news(line, batches)]
    return sorted(told, key=lambda news: news.told is Told.RETURNED)


def _news(line: Line, batches: Batches) -> Iterator[News]:
    reference, payment_id = line.bank_reference, line.payment_id or _NONE
    match line.side:
        case Side.PAID if line.is_payout and line.is_as_paid and line.payment_status == "pending":
            yield News(payment_id, Told.COMPLETED, None, reference)
        case Side.BACK if line.is_payout and _may_come_back(line):
            if line.payment_status in {"pending", "completed"}:
                yield News(payment_id, Told.RETURNED, line.return_because, reference)
        case Side.BATCH:
            parts = _parts(line, batches)
            if sum(part.amount_minor for part in parts) == line.amount_minor:
                for part in parts:
                    if part.status == "pending":
                        yield News(part.payment_id, Told.COMPLETED, None, reference)
        case _:
            return


def matches_of(lines: Sequence[Line], batches: Batches) -> list[Match]:
    """Each operation once, though two lines may name it."""
    taken = set[int]()
    matches = list[Match]()
    for line in lines:
        own = list(_matches(line, batches))
        if any(match.operation_id in taken for match in own):
            continue
        taken.update(match.operation_id for match in own)
        matches.extend(own)
    return matches


def _matches(line: Line, batches: Batches) -> Iterator[Match]:
    recorded, rest = line.recorded_by, line.rest_minor
    match line.side:
        case Side.PAID if line.is_as_paid and line.paid_by is not None and not line.matched_minor:
            yield Match(line.entry_id, line.paid_by, -line.amount_minor)
        case Side.BACK if _may_come_back(line) and line.returned_by and not line.matched_minor:
            yield Match(line.entry_id, line.returned_by, line.payment_minor or 0)
        case Side.BATCH if (whole := _whole(line, batches)) and not line.matched_minor:
            for operation_id, amount_minor in whole:
                yield Match(line.entry_id, operation_id, -amount_minor)
        case _ if recorded is not None and line.recorded_minor == abs(rest):
            yield Match(line.entry_id, recorded, rest)
        case _:
            return


def wanted_of(lines: Sequence[Line], batches: Batches) -> list[Wanted]:
    """What is wrong with lines that are still not in the ledger; of a credit nothing need be."""
    return [wanted for line in lines for wanted in _wanted(line, batches)]


def _wanted(line: Line, batches: Batches) -> Iterator[Wanted]:
    if line.rest_minor == 0 or line.waits_for_instant:
        return
    if line.recorded_by is not None and line.recorded_minor != abs(line.rest_minor):
        yield _differs(line, line.recorded_minor or 0)
        return
    match line.side:
        case Side.PAID | Side.BACK if _cannot_be(line):
            yield Wanted(
                kind=ExceptionKind.CONTRADICTED,
                funding_account_id=line.funding_account_id,
                about=(line.payment_id or _NONE).hex,
                entry_id=line.entry_id,
                payment_id=line.payment_id,
            )
        case Side.PAID | Side.BACK if not line.is_as_paid:
            yield _differs(line, line.payment_minor or 0)
        case Side.BATCH:
            yield _differs(line, sum(part.amount_minor for part in _parts(line, batches)))
        case Side.PAID | Side.DEBIT:
            yield Wanted(
                kind=ExceptionKind.UNEXPLAINED_DEBIT,
                funding_account_id=line.funding_account_id,
                about=f"entry:{line.entry_id}",
                entry_id=line.entry_id,
                payment_id=line.payment_id,
                expected_minor=0,
                found_minor=line.amount_minor,
            )
        case _:
            return


def _differs(line: Line, expected_minor: int) -> Wanted:
    return Wanted(
        kind=ExceptionKind.AMOUNT_DIFFERS,
        funding_account_id=line.funding_account_id,
        about=f"entry:{line.entry_id}",
        entry_id=line.entry_id,
        payment_id=line.payment_id,
        batch_id=line.batch_id,
        expected_minor=expected_minor,
        found_minor=line.amount_minor,
    )


def _cannot_be(line: Line) -> bool:
    """A rejected payment neither leaves nor comes back; a voucher's does not come back, and none
    does twice.
    """
    if line.payment_status == "rejected":
        return True
    is_twice = line.payment_status == "returned" and line.returned_by is None
    return line.side is Side.BACK and (not line.is_payout or (is_twice and not line.matched_minor))


def _may_come_back(line: Line) -> bool:
    return line.payment_minor is not None and line.amount_minor <= line.payment_minor


def _parts(line: Line, batches: Batches) -> Sequence[BatchPayment]:
    return batches.get(line.batch_id or _NONE, ())


def _whole(line: Line, batches: Batches) -> list[tuple[int, int]]:
    """The operations of all that is left of a batch, where they are the line; else none."""
    parts = _parts(line, batches)
    if sum(part.amount_minor for part in parts) != line.amount_minor:
        return []
    done = [
        (part.completed_by, part.amount_minor) for part in parts if part.completed_by is not None
    ]
    return done if len(done) == len(parts) else []
