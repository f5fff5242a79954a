"""What is asked again after something else happened to it, or in the middle of other operations: it
is told as it stands now, and not done again.
"""

from collections.abc import Sequence

import msgspec
from tests.engine.repeats.working import REFERENCE, books, changing, drawing, part, same, sums_up
from tests.given import SYSTEM, ask, finish, given_active, redemption, state_of

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Change, Operation, Outcome, Redeem
from counterfoil.voucher import Action, State


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
