"""Time passes, and workers begin what a cycle says, as their loop does: alone, or while somebody
begins a run by hand.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from tests.gateway.histories.lives import Life
from tests.gateway.histories.looking import (
    failed_payouts,
    follow_begun,
    follow_counted,
    follow_sending,
    follow_switched,
)
from tests.gateway.histories.world import World
from tests.given import SYSTEM

from counterfoil.engine.bank_data import switch_due_accounts
from counterfoil.engine.banking.deposit_rules import deposit_by_rules
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import begin_run
from counterfoil.errors import ConflictError
from counterfoil.jobs.payouts import work_on_runs
from counterfoil.jobs.site import Desk, WorkSite


def let_hours_pass(world: World) -> None:
    hours = world.chance.choice((1, 2, 5, 24, 26, 73))
    world.turn_clock(world.clock.at + timedelta(hours=hours))


def go_to_cut_off(world: World) -> None:
    """That of some cycle: to the very moment, or so late that it or others were missed."""
    terms = world.auditor.terms.values()
    cut_offs = [each.due for each in terms if each.apply and each.due is not None]
    if not cut_offs:
        let_hours_pass(world)
        return
    late = timedelta(hours=world.chance.choice((0, 0, 1, 30, 200)))
    world.turn_clock(max(world.chance.choice(cut_offs) + late, world.clock.at))


def work(world: World, *, is_calm: bool = False) -> None:
    failed = failed_payouts(world)
    due = world.auditor.due(failed)
    if is_calm:
        _work(world, world.people.connection, world.people.issuer, Life())
    is_done = is_calm or world.done(world.any_worker(), partial(_work, world))
    follow_switched(world, is_done=is_done)
    begun = follow_begun(world)
    assert begun == (due if is_done else due[: len(begun)]), "a run that is due, or one that is not"
    _follow(world, failed)


def race(world: World) -> None:
    """For the same terms one of the two begins a run, and the other one none."""
    failed = failed_payouts(world)
    auditor = world.auditor
    due = auditor.due(failed)
    chosen = world.chance.choice(
        due or [each for each in auditor.terms if auditor.terms[each].apply]
    )
    can_begin, reference = auditor.can_begin(chosen), world.reference()
    with ThreadPoolExecutor(1) as pool:
        work_of_one = partial(_work, world)
        round_of_one = pool.submit(world.done, world.any_worker(), work_of_one, may_fork=False)
        is_by_hand = _begin(world, chosen, reference)
        is_done = round_of_one.result()
    follow_switched(world, is_done=is_done)
    begun = follow_begun(world)
    left = [each for each in due if each != chosen or not is_by_hand or each in begun]
    assert begun == (left if is_done else left[: len(begun)])
    assert is_by_hand or not can_begin or chosen in begun, "nobody has begun it"
    _follow(world, failed)


def _begin(world: World, terms_id: int, reference: str) -> bool:
    connection, issuer = world.people.connection, world.people.issuer
    try:
        begin_run(connection, issuer, SYSTEM, terms_id, reference=reference)
    except ConflictError:
        return False
    return True


def _work(world: World, connection: Connection, issuer: Issuer, _life: Life) -> None:
    """What the loops of a worker do, but for what they have to do with rails."""
    switch_due_accounts(connection, issuer)
    deposit_by_rules(connection, issuer)
    look_again(connection, issuer)
    work_on_runs(Desk(WorkSite(world.place.url, world.place.provider), connection), issuer)


def _follow(world: World, failed: set[tuple[int, int]]) -> None:
    follow_counted(world, failed)
    for run_id in world.auditor.runs_at("sending"):
        follow_sending(world, run_id)
