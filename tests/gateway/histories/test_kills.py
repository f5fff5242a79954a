"""A process killed by SIGKILL before every single step of a payment, from the run that is begun to
the bank's answer: whoever goes on afterwards brings it to its end once.
"""

from functools import partial
from typing import Final

import pytest
from tests.gateway.histories.ends import assert_nobody_is_paid_twice_or_lost, drain
from tests.gateway.histories.lives import Life, Work, done_by_another
from tests.gateway.histories.looking import follow_sending
from tests.gateway.histories.opening import give_vouchers, given_world
from tests.gateway.histories.people import rebank, redeem_at
from tests.gateway.histories.working import fetch, let_time_pass
from tests.gateway.histories.world import Desk, Place, World
from tests.given import SYSTEM

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import begin_run, count_run
from counterfoil.engine.payouts.reading import run_of
from counterfoil.engine.payouts.sending import approve_run, send_chunk

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]

WIDE: Final = 1
RAILS: Final = (("sandbox", "KES"), ("hub", "JPY"), ("bulk", "TND"), ("iso", "KWD"))


def live(reference: str, world: World, connection: Connection, issuer: Issuer, life: Life) -> None:
    """A run and its payments, as far as they go without a letter of a bank. Begun again, it goes
    on.
    """
    run_id = begin_run(connection, issuer, SYSTEM, WIDE, reference=reference)
    while run_of(connection, issuer, run_id).status == "counting":
        connection.rollback()
        count_run(connection, issuer, run_id)  # not yet, while who was killed seems to be at it
    digest = run_of(connection, issuer, run_id).digest or b""
    connection.rollback()
    approve_run(connection, issuer, SYSTEM, run_id, digest, reference=reference)
    while send_chunk(connection, issuer, run_id):
        pass
    for _round in ("sent", "asked about"):
        let_time_pass(Desk(connection, issuer))
        world.pay(Desk(connection, issuer), life, is_calm=True)


@pytest.mark.parametrize(("rail", "currency"), RAILS)
def test_killed_between_every_two_steps_a_payment_is_made_once(
    place: Place, rail: str, currency: str
) -> None:
    with given_world(place, 1, (rail, rail), currency=currency) as world:
        for bank in world.banks.values():
            bank.is_kind = True
        shop = min(world.auditor.shops)
        rebank(world, shop, rail, world.sides[rail].good(currency), is_at_once=True)
        steps, was_killed = 0, True
        while was_killed:
            steps += 1
            was_killed = _killed_and_brought_to_its_end(world, shop, steps)
        assert_nobody_is_paid_twice_or_lost(world)
    assert steps > 40  # so many it has, and each was the last one once


def _killed_and_brought_to_its_end(world: World, shop: int, steps: int) -> bool:
    """Whether it was killed at that step, sending or taking in the answer."""
    if not world.vouchers:
        give_vouchers(world)
    redeem_at(world, shop, 1)
    reference = world.reference()
    is_sent = _done(world, partial(live, reference, world), steps)
    live(reference, world, world.people.connection, world.people.issuer, Life())
    _audit(world, reference)
    for bank in world.banks.values():
        bank.work(to_the_end=True)
        bank.send()
    is_fetched = not world.banks or _done(world, partial(fetch, world), steps)
    drain(world)
    return not (is_sent and is_fetched)


def _done(world: World, work: Work, steps: int) -> bool:
    return done_by_another(world.connect, world.code, world.place.provider, work, steps=steps)


def _audit(world: World, reference: str) -> None:
    run_id = begin_run(
        world.people.connection, world.people.issuer, SYSTEM, WIDE, reference=reference
    )
    world.auditor.begin(run_id, WIDE)
    world.auditor.count(run_id, set())
    world.auditor.runs[run_id].step = "sending"
    follow_sending(world, run_id)
