"""Whatever a line names and however that stands, it is told, attached, said to be wrong, or a
credit that waits for somebody.
"""

from itertools import product
from typing import Final
from uuid import UUID

import pytest

from counterfoil.engine.banking.lines import (
    BatchPayment,
    Line,
    Side,
    matches_of,
    news_of,
    wanted_of,
)
from counterfoil.engine.payouts.outcomes import Told

PAYMENT: Final = UUID(int=1)
BATCH: Final = UUID(int=2)
PAID_BY: Final = 11
RETURNED_BY: Final = 12
RECORDED_BY: Final = 13
PAID_MINOR: Final = 1000
STATUSES: Final = ("pending", "completed", "rejected", "returned")


def given_line(
    *,
    amount_minor: int = PAID_MINOR,
    is_credit: bool = False,
    is_return: bool = False,
    payment_status: str | None = None,
    is_payout: bool = True,
    in_batch: bool = False,
    free: frozenset[int] = frozenset(),
    recorded_minor: int | None = None,
) -> Line:
    """`free` are the operations that no line has yet."""
    is_of_payment = payment_status is not None
    return Line(
        entry_id=1,
        funding_account_id=1,
        bank_reference="R1",
        amount_minor=amount_minor,
        is_credit=is_credit,
        return_because="other" if is_return else None,
        status="unexplained",
        matched_minor=0,
        payment_id=PAYMENT if is_of_payment else None,
        batch_id=BATCH if in_batch else None,
        is_payout=is_payout if is_of_payment else False,
        payment_status=payment_status,
        payment_minor=PAID_MINOR if is_of_payment else None,
        serial=None if is_payout else 7,
        paid_by=PAID_BY if PAID_BY in free else None,
        returned_by=RETURNED_BY if RETURNED_BY in free else None,
        recorded_by=None if recorded_minor is None else RECORDED_BY,
        recorded_minor=recorded_minor,
    )


def _all() -> list[Line]:
    return [
        given_line(
            amount_minor=PAID_MINOR + more,
            is_credit=is_credit,
            is_return=is_return,
            payment_status=status,
            is_payout=is_payout,
            free=free,
            recorded_minor=recorded,
        )
        for more, is_credit, is_return, status, is_payout, free, recorded in product(
            (-1, 0, 1),
            (False, True),
            (False, True),
            (None, *STATUSES),
            (False, True),
            (frozenset[int](), frozenset({PAID_BY}), frozenset({PAID_BY, RETURNED_BY})),
            (None, PAID_MINOR, PAID_MINOR + 1),
        )
    ]


@pytest.mark.parametrize("side", [side for side in Side if side is not Side.BATCH])
def test_no_line_is_passed_over(side: Side) -> None:
    lines = [line for line in _all() if line.side is side]
    assert lines
    for line in lines:
        news, matches = news_of([line], {}), matches_of([line], {})
        said = [*news, *matches, *wanted_of([line], {})]
        may_wait = line.waits_for_instant or (line.is_credit and side is Side.CREDIT)
        assert said or may_wait, line


def test_news_is_of_payouts_that_have_not_ended_so() -> None:
    for line in _all():
        for news in news_of([line], {}):
            assert line.is_payout, line
            assert news.payment_id == PAYMENT, line
            if news.told is Told.COMPLETED:
                assert (line.side, line.payment_status) == (Side.PAID, "pending"), line
                assert line.amount_minor == PAID_MINOR, line
            else:
                assert line.side is Side.BACK, line
                assert line.payment_status in {"pending", "completed"}, line
                assert line.amount_minor <= PAID_MINOR, line


def test_what_is_attached_is_the_line_or_all_of_a_payment_of_which_less_came_back() -> None:
    for line in _all():
        for match in matches_of([line], {}):
            if match.operation_id == RETURNED_BY:
                assert line.side is Side.BACK, line
                assert match.amount_minor == PAID_MINOR >= line.amount_minor, line
            else:
                assert match.amount_minor == line.rest_minor, line


def test_of_two_lines_that_name_one_operation_the_first_has_it() -> None:
    first = given_line(payment_status="completed", free=frozenset({PAID_BY}))
    assert [match.entry_id for match in matches_of([first, first], {})] == [1]


@pytest.mark.parametrize(
    ("statuses", "booked_minor", "told", "matched"),
    [
        (("pending", "pending"), 3000, 2, 0),
        (("pending", "completed"), 3000, 1, 0),
        (("completed", "completed"), 3000, 0, 2),
        (("completed", "returned"), 3000, 0, 2),
        (("pending", "pending"), 2999, 0, 0),
        (("completed", "completed"), 3001, 0, 0),
        ((), 3000, 0, 0),
    ],
)
def test_a_line_of_a_batch_is_all_of_it_or_nothing(
    statuses: tuple[str, ...], booked_minor: int, told: int, matched: int
) -> None:
    batches = {
        BATCH: [
            BatchPayment(
                UUID(int=number),
                status,
                1000 * number,
                None if status == "pending" else 20 + number,
            )
            for number, status in enumerate(statuses, 1)
        ]
    }
    line = given_line(amount_minor=booked_minor, in_batch=True)
    assert len(news_of([line], batches)) == told
    assert len(matches_of([line], batches)) == matched
    (wanted,) = wanted_of([line], batches)
    assert (wanted.expected_minor, wanted.found_minor) == (
        sum(1000 * number for number in range(1, len(statuses) + 1)),
        booked_minor,
    )
