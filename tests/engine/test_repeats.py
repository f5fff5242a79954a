"""Asked again under the same reference, whatever is asked for and whatever happened since: it is
done once, and told as it stands now; with other content it is refused.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Final

import msgspec
import pytest
from tests.busy_life import LATER
from tests.contention import Onlooker
from tests.given import (
    SYSTEM,
    ask,
    balances,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
    state_of,
)

from counterfoil.engine.apply import PART_OPERATIONS, apply
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.journal import lock_head
from counterfoil.engine.operation import (
    CHANGED,
    Activate,
    Answer,
    Caller,
    Change,
    Operation,
    Outcome,
    Preactivate,
    Redeem,
)
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

REFERENCE: Final = "r1"
_codes = count(1)


@dataclass(frozen=True)
class Asked:
    """An operation under a reference, and others under the same one with other content: what
    would be accepted by itself, and what would be refused.
    """

    operation: Operation
    acceptable: Operation | None
    refused: Operation


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, code=f"AGAIN-{next(_codes)}")
    given_group(connection, issuer)
    given_group(connection, issuer, "CASH", denominations=(), settlement="instant")
    given_stock(connection, issuer, 8)
    return issuer


def drawing(group: str, amount: str = "10.00", comment: str | None = None) -> Preactivate:
    return Preactivate(
        caller=SYSTEM,
        reference=REFERENCE,
        amount=amount,
        currency="KES",
        group=group,
        comment=comment,
    )


def changing(action: Action, serial: int) -> Change:
    until = LATER if action is Action.EXTEND else None
    return Change(
        caller=SYSTEM, reference=REFERENCE, action=action, serial=serial, extend_until=until
    )


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


@dataclass(frozen=True)
class Books:
    """What must not change when something is asked again."""

    operations: int
    leaves: int
    payments: int
    balances: dict[str, int]


def books(connection: Connection, issuer: Issuer) -> Books:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM operation WHERE issuer_id = %(id)s),"
        " (SELECT count(*) FROM leaf WHERE issuer_id = %(id)s),"
        " (SELECT count(*) FROM payment WHERE issuer_id = %(id)s)",
        {"id": issuer.issuer_id},
    ).fetchone()
    connection.rollback()
    assert row is not None
    operations, leaves, payments = row
    return Books(operations, leaves, payments, balances(connection, issuer))


# Whether what was decided so far is written after each operation of a batch, or at its end.
part = pytest.mark.parametrize("part", [1, PART_OPERATIONS])


def sums_up(connection: Connection, issuer: Issuer) -> bool:
    return check(connection, issuer.issuer_id) == []


def same(first: Answer, repeat: Answer) -> bool:
    """The same answer, told again; the payment is for whoever asked first to send."""
    return repeat == msgspec.structs.replace(
        first, repeated=True, payment=None, number=repeat.number
    ) and repeat.number in (None, first.number)


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


@part
def test_a_repeat_that_could_be_done_again_is_not(
    connection: Connection, issuer: Issuer, part: int
) -> None:
    """It was undone by somebody else; and its neighbours in the batch are done once."""
    serial = given_active(connection, issuer).serial or 0
    one, other = (given_active(connection, issuer).number or "" for _ in range(2))
    suspension = changing(Action.SUSPEND, serial)
    (first,) = ask(connection, issuer, suspension)
    unsuspension = Change(caller=SYSTEM, action=Action.UNSUSPEND, serial=serial)
    ask(connection, issuer, unsuspension)
    before = books(connection, issuer).operations
    mixed: list[Operation] = [redemption(one, "r2"), suspension, redemption(other)]
    told = apply(connection, issuer, mixed, part_operations=part)
    assert [answer.outcome for answer in told] == [Outcome.DONE] * 3
    assert [answer.repeated for answer in told] == [False, True, False]
    assert (told[1].operation_id, told[1].state) == (first.operation_id, State.ACTIVE)
    assert state_of(connection, issuer, serial) is State.ACTIVE
    assert books(connection, issuer).operations == before + 2
    assert sums_up(connection, issuer)


def test_a_rejected_redemption_stays_rejected_whoever_redeems_afterwards(
    connection: Connection, issuer: Issuer
) -> None:
    """First where it could be done again, then where somebody else has done it."""
    number = given_active(connection, issuer, group="CASH").number or ""
    rejected = redemption(number, REFERENCE)
    (reserved,) = ask(connection, issuer, rejected)
    ask(connection, issuer, finish(reserved, completed=False, reason="no_funds"))
    after = books(connection, issuer)
    (repeat,) = ask(connection, issuer, rejected)
    assert (repeat.outcome, repeat.payment) == (Outcome.FUNDING_SHORT, None)
    assert (repeat.state, repeat.operation_id) == (State.ACTIVE, reserved.operation_id)
    assert books(connection, issuer) == after
    repeat, theirs = ask(connection, issuer, rejected, redemption(number, "theirs"))
    assert repeat.outcome is Outcome.FUNDING_SHORT
    assert theirs.outcome is Outcome.PENDING
    assert theirs.payment is not None
    (repeat,) = ask(connection, issuer, rejected)
    assert (repeat.outcome, repeat.payment) == (Outcome.FUNDING_SHORT, None)
    ask(connection, issuer, finish(theirs, completed=True))
    mine, also_theirs, late = ask(
        connection, issuer, rejected, redemption(number, "theirs"), redemption(number, "late")
    )
    assert (mine.outcome, mine.state) == (Outcome.FUNDING_SHORT, State.REDEEMED)
    assert (also_theirs.outcome, also_theirs.repeated) == (Outcome.DONE, True)
    assert late.outcome is Outcome.ALREADY_REDEEMED
    assert sums_up(connection, issuer)


def test_who_was_refused_because_another_was_first_is_refused_again(
    connection: Connection, issuer: Issuer
) -> None:
    number = given_active(connection, issuer).number or ""
    first, second = ask(connection, issuer, redemption(number, "mine"), redemption(number, "yours"))
    assert (first.outcome, second.outcome) == (Outcome.DONE, Outcome.ALREADY_REDEEMED)
    mine, yours, nobody = ask(
        connection,
        issuer,
        redemption(number, "mine"),
        redemption(number, "yours"),
        redemption(number),
    )
    assert same(first, mine)
    assert [yours.outcome, nobody.outcome] == [Outcome.ALREADY_REDEEMED] * 2
    assert sums_up(connection, issuer)


def test_a_settled_payment_is_not_also_released(connection: Connection, issuer: Issuer) -> None:
    number = given_active(connection, issuer, group="CASH").number or ""
    (reserved,) = ask(connection, issuer, redemption(number))
    settle, release = (finish(reserved, completed=completed) for completed in (True, False))
    told = ask(connection, issuer, settle, release, settle)
    assert [answer.outcome for answer in told] == [
        Outcome.DONE, Outcome.NOT_ALLOWED, Outcome.DONE,
    ]  # fmt: skip
    told = ask(connection, issuer, release, settle)
    assert [answer.outcome for answer in told] == [Outcome.NOT_ALLOWED, Outcome.DONE]
    assert state_of(connection, issuer, reserved.serial or 0) is State.REDEEMED
    assert sums_up(connection, issuer)


def test_a_redemption_is_known_again_after_its_voucher_was_purged(
    connection: Connection, issuer: Issuer
) -> None:
    voucher = given_active(connection, issuer)
    redeem = redemption(voucher.number or "", REFERENCE)
    (first,) = ask(connection, issuer, redeem)
    purge = Change(caller=SYSTEM, action=Action.PURGE, serial=voucher.serial or 0)
    done, repeat = ask(connection, issuer, purge, redeem)
    assert done.outcome is Outcome.DONE
    for answer in (repeat, *ask(connection, issuer, redeem)):
        assert (answer.outcome, answer.repeated) == (Outcome.DONE, True)
        assert (answer.operation_id, answer.state) == (first.operation_id, State.PURGED)


def test_many_repeats_among_new_ones_are_told_apart(connection: Connection, issuer: Issuer) -> None:
    """A batch of the size that a busy server writes, with every third asked before."""
    vouchers = [given_on_demand(connection, issuer, 60) for _ in range(2)]
    old, new = ([redemption(n, f"{n}") for n in numbers] for numbers in vouchers)
    before = {a.serial: a.operation_id for a in ask(connection, issuer, *old)}
    mixed: list[Redeem] = [each for pair in zip(new, old, strict=True) for each in pair]
    told = ask(connection, issuer, *mixed, *new)
    assert {answer.outcome for answer in told} == {Outcome.PENDING}
    assert [answer.repeated for answer in told] == [False, True] * 60 + [True] * 60
    assert {a.serial: a.operation_id for a in told[1:120:2]} == before
    assert [a.serial for a in told[0:120:2]] == [a.serial for a in told[120:]]
    assert sums_up(connection, issuer)


def given_on_demand(connection: Connection, issuer: Issuer, vouchers: int) -> Sequence[str]:
    draw = msgspec.structs.replace(drawing("CASH"), reference=None)
    drawn = ask(connection, issuer, *[draw] * vouchers)
    ask(connection, issuer, *(Activate(caller=SYSTEM, serial=a.serial or 0) for a in drawn))
    return [answer.number or "" for answer in drawn]
