"""Asked again under the same reference, whatever is asked for: it is done once, and told as it
stands now; with other content it is refused.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import msgspec
import pytest
from tests.contention import Onlooker
from tests.engine.repeats.working import REFERENCE, books, changing, drawing, part, same, sums_up
from tests.given import SYSTEM, ask, finish, given_active, preactivate, redemption

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.journal import lock_head
from counterfoil.engine.operation import CHANGED, Activate, Answer, Caller, Operation, Outcome
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action


@dataclass(frozen=True)
class Asked:
    """An operation under a reference, and others under the same one with other content: what
    would be accepted by itself, and what would be refused.
    """

    operation: Operation
    acceptable: Operation | None
    refused: Operation


def _drawn(group: str) -> Callable[[Connection, Issuer], Asked]:
    return lambda _connection, _issuer: Asked(
        drawing(group), drawing(group, comment="for Asha"), drawing(group, amount="0.00")
    )


def _activated(connection: Connection, issuer: Issuer) -> Asked:
    one, other = (preactivate(connection, issuer).serial or 0 for _ in range(2))
    return Asked(
        *(Activate(caller=SYSTEM, reference=REFERENCE, serial=s) for s in (one, other, 1)),
    )


def _redeemed(group: str) -> Callable[[Connection, Issuer], Asked]:
    def asked(connection: Connection, issuer: Issuer) -> Asked:
        one, other = (given_active(connection, issuer, group=group).number or "" for _ in range(2))
        return Asked(*(redemption(number, REFERENCE) for number in (one, other, "1" * 18)))

    return asked


def _changed(action: Action) -> Callable[[Connection, Issuer], Asked]:
    def asked(connection: Connection, issuer: Issuer) -> Asked:
        one, other = (given_active(connection, issuer).serial or 0 for _ in range(2))
        return Asked(*(changing(action, serial) for serial in (one, other, 1)))

    return asked


def _finished(*, completed: bool) -> Callable[[Connection, Issuer], Asked]:
    def asked(connection: Connection, issuer: Issuer) -> Asked:
        number = given_active(connection, issuer, group="CASH").number or ""
        (reserved,) = ask(connection, issuer, redemption(number))
        operation = finish(reserved, completed=completed, reason=None if completed else "no_funds")
        return Asked(operation, None, msgspec.structs.replace(operation, serial=1))

    return asked


KINDS: Final = {
    "preactivate": _drawn("FOOD-AID"),
    "preactivate on demand": _drawn("CASH"),
    "activate": _activated,
    "redeem": _redeemed("FOOD-AID"),
    "redeem instantly": _redeemed("CASH"),
    "suspend": _changed(Action.SUSPEND),
    "extend": _changed(Action.EXTEND),
    "cancel": _changed(Action.CANCEL),
    "replace": _changed(Action.REPLACE),
    "settle": _finished(completed=True),
    "release": _finished(completed=False),
}


@pytest.fixture(params=KINDS)
def asked(request: pytest.FixtureRequest, connection: Connection, issuer: Issuer) -> Asked:
    return KINDS[request.param](connection, issuer)


def test_asked_again_it_is_done_once(connection: Connection, issuer: Issuer, asked: Asked) -> None:
    (first,) = ask(connection, issuer, asked.operation)
    assert first.outcome in CHANGED
    after = books(connection, issuer)
    for _time in range(2):
        (repeat,) = ask(connection, issuer, asked.operation)
        assert same(first, repeat)
    assert books(connection, issuer) == after
    assert sums_up(connection, issuer)


@part
def test_asked_twice_in_one_batch_it_is_done_once(
    connection: Connection, issuer: Issuer, asked: Asked, part: int
) -> None:
    before = books(connection, issuer).operations
    twice = [asked.operation, asked.operation]
    first, second = apply(connection, issuer, twice, part_operations=part)
    assert first.outcome in CHANGED
    assert same(first, second)
    assert books(connection, issuer).operations == before + 1
    told = apply(connection, issuer, twice, part_operations=part)
    assert [same(first, each) for each in told] == [True, True]
    assert books(connection, issuer).operations == before + 1
    assert sums_up(connection, issuer)


def test_asked_at_once_on_two_connections_it_is_done_once(
    shared_database: str,
    connection: Connection,
    issuer: Issuer,
    asked: Asked,
    provider: LocalKeyProvider,
    onlooker: Onlooker,
) -> None:
    """Both are waiting for the issuer's head when they may begin."""
    before = books(connection, issuer).operations

    with (
        connected(shared_database) as one,
        connected(shared_database) as other,
        ThreadPoolExecutor(2) as threads,
    ):
        both = [(each, open_issuer(each, issuer.code, provider)) for each in (one, other)]
        lock_head(connection, issuer.issuer_id)
        asking = []
        for each, own in both:
            asking.append(threads.submit(ask, each, own, asked.operation))
            onlooker.wait_until_blocked(each)
        connection.rollback()
        told = [answer for each in asking for answer in each.result()]
    first, second = sorted(told, key=lambda answer: answer.repeated)
    assert first.outcome in CHANGED
    assert not first.repeated
    assert same(first, second)
    assert books(connection, issuer).operations == before + 1
    assert sums_up(connection, issuer)


@part
def test_the_reference_with_other_content_is_refused(
    connection: Connection, issuer: Issuer, asked: Asked, part: int
) -> None:
    others = [each for each in (asked.acceptable, asked.refused) if each is not None]
    (first,) = ask(connection, issuer, asked.operation)
    after = books(connection, issuer)
    for other in others:
        (answer,) = ask(connection, issuer, other)
        assert answer == Answer(Outcome.REFERENCE_REUSED)
    mixed = [*others, asked.operation, *others]
    told = apply(connection, issuer, mixed, part_operations=part)
    assert same(first, told.pop(len(others)))
    assert set(told) == {Answer(Outcome.REFERENCE_REUSED)}
    assert books(connection, issuer) == after
    assert sums_up(connection, issuer)


@part
def test_other_content_in_one_batch_is_refused(
    connection: Connection, issuer: Issuer, asked: Asked, part: int
) -> None:
    before = books(connection, issuer).operations
    others = [each for each in (asked.acceptable, asked.refused) if each is not None]
    mixed = [asked.operation, *others]
    first, *rest = apply(connection, issuer, mixed, part_operations=part)
    assert first.outcome in CHANGED
    assert set(rest) == {Answer(Outcome.REFERENCE_REUSED)}
    assert books(connection, issuer).operations == before + 1
    assert sums_up(connection, issuer)


@part
def test_what_was_refused_leaves_its_reference_free(
    connection: Connection, issuer: Issuer, asked: Asked, part: int
) -> None:
    both = [asked.refused, asked.operation]
    refused, done = apply(connection, issuer, both, part_operations=part)
    assert refused.outcome not in {*CHANGED, Outcome.REFERENCE_REUSED}
    assert done.outcome in CHANGED
    assert not done.repeated
    assert ask(connection, issuer, asked.refused) == [Answer(Outcome.REFERENCE_REUSED)]
    assert sums_up(connection, issuer)


def test_a_lost_commit_is_found_again(connection: Connection, issuer: Issuer, asked: Asked) -> None:
    (first,) = ask(connection, issuer, asked.operation)
    after = books(connection, issuer)
    (again,) = apply(connection, issuer, [asked.operation], after_lost_commit=True)
    assert same(first, again)
    assert books(connection, issuer) == after


@pytest.mark.parametrize("action", [Action.SUSPEND, Action.EXTEND, Action.CANCEL])
def test_a_lost_commit_under_a_reference_of_our_own_is_found_again(
    connection: Connection, issuer: Issuer, action: Action
) -> None:
    serial = given_active(connection, issuer).serial or 0
    swept = msgspec.structs.replace(changing(action, serial), reference=f"~swept:{serial}")
    (first,) = ask(connection, issuer, swept)
    after = books(connection, issuer)
    (again,) = apply(connection, issuer, [swept], after_lost_commit=True)
    assert same(first, again)
    assert books(connection, issuer) == after


def test_a_reference_counts_for_its_caller_and_its_action(
    connection: Connection, issuer: Issuer
) -> None:
    serial = given_active(connection, issuer).serial or 0
    told = ask(
        connection,
        issuer,
        *(changing(action, serial) for action in (Action.SUSPEND, Action.UNSUSPEND, Action.EXTEND)),
    )
    assert [answer.outcome for answer in told] == [Outcome.DONE] * 3
    stranger = Caller(999, "stranger")
    strange = msgspec.structs.replace(changing(Action.SUSPEND, serial), caller=stranger)
    assert ask(connection, issuer, strange) == [Answer(Outcome.CLIENT_UNKNOWN)]
