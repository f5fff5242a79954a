"""A week of a bank ends the same in whatever order its files come."""

from collections.abc import Sequence
from itertools import permutations
from random import Random
from typing import Final

import pytest
from tests.gateway.bank_days import (
    FUNDED,
    answered,
    days,
    exceptions,
    given_banked,
    given_batch,
    line,
    lines_of,
    notified,
    returned,
    standing,
    stated,
    statuses,
    take,
)
from tests.gateway.iso20022 import messages

from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.keys.provider import LocalKeyProvider

FILES: Final = 7


@pytest.mark.parametrize("seed", range(6))
def test_files_in_any_order_end_the_same(
    shared_connection: Connection, provider: LocalKeyProvider, seed: int
) -> None:
    order = list(range(FILES))
    Random(seed).shuffle(order)  # noqa: S311  # any order
    _assert_end(shared_connection, provider, order)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(8))
def test_files_in_many_orders_end_the_same(
    shared_connection: Connection, provider: LocalKeyProvider, part: int
) -> None:
    for order in list(permutations(range(FILES)))[part * 31 :: 8 * 31]:
        _assert_end(shared_connection, provider, order)


def _assert_end(connection: Connection, provider: LocalKeyProvider, order: Sequence[int]) -> None:
    """One payment is made, one comes back, one is rejected; somebody pays in."""
    issuer = given_banked(connection, provider)
    sent = given_batch(connection, issuer, 1000, 2000, 3000)
    made, back, rejected = sent.payments
    words = ((made, "ACSP"), (back, "ACSP"), (rejected, "RJCT"))
    out = line("R1", -1000, of=made, day=days(1)), line("R2", -2000, of=back, day=days(1))
    lines = line("R3", 2000, of=back, back="AC04", day=days(3)), line("IN", 500, day=days(3))
    files = [
        answered(sent, *(messages.payment_status(each, word) for each, word in words)),
        notified(issuer, *out),
        stated(issuer, 0, 100_000, line(FUNDED, 100_000), number=1),
        stated(issuer, 100_000, 97_000, *out, number=2, day=days(1)),
        returned(messages.back(back, "20.00")),
        stated(issuer, 97_000, 99_500, *lines, number=3, day=days(3)),
        notified(issuer, lines[0]),
    ]
    for each in order:
        take(connection, issuer, files[each])
    look_again(connection, issuer)
    assert statuses(connection, issuer, sent) == ["completed", "returned", "rejected"]
    assert lines_of(connection, issuer) == {
        FUNDED: "attached",
        "R1": "attached",
        "R2": "attached",
        "R3": "attached",
        "IN": "proposed",
    }
    assert exceptions(connection, issuer) == []
    assert standing(connection, issuer) == (99_500, 99_000, 0, 500)
    assert check(connection, issuer.issuer_id) == []
