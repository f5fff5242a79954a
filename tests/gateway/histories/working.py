"""What workers do, and die of: count and send runs, pay, put files and take in what banks say."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.gateway.histories.lives import Life
from tests.gateway.histories.looking import (
    failed_payouts,
    follow_counted,
    follow_sending,
)
from tests.gateway.histories.people import redeem, refund
from tests.gateway.histories.world import Desk, World

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import count_run
from counterfoil.engine.payouts.sending import send_chunk


def count(world: World) -> None:
    for run_id in world.auditor.runs_at("counting"):
        failed = failed_payouts(world)
        world.done(world.any_worker(), partial(_count, run_id))
        follow_counted(world, failed)


def _count(run_id: int, connection: Connection, issuer: Issuer, _life: Life) -> None:
    count_run(connection, issuer, run_id)


def send(world: World) -> None:
    for run_id in world.auditor.runs_at("sending"):
        world.done(world.any_worker(), partial(_send, run_id))
        follow_sending(world, run_id)


def _send(run_id: int, connection: Connection, issuer: Issuer, _life: Life) -> None:
    """Two chunks, where there are as many."""
    if send_chunk(connection, issuer, run_id):
        send_chunk(connection, issuer, run_id)


def pay(world: World) -> None:
    """One worker; or another beside it, to whom the leases of the first fall too early."""
    if world.chance.random() < 0.5:
        world.done(world.any_worker(), partial(_pay, world))
        return
    with ThreadPoolExecutor(2) as pool:
        rounds = []
        for desk in world.workers:
            rounds.append(pool.submit(world.done, desk, partial(_pay, world), may_fork=False))
            time.sleep(world.chance.uniform(0, 0.03))
            wait(world)
        for each in rounds:
            each.result()


def _pay(world: World, connection: Connection, issuer: Issuer, life: Life) -> None:
    desk = Desk(connection, issuer)
    world.pay(desk, life)
    world.fetch(desk, life)


def let_time_pass(desk: Desk) -> None:
    """Leases end and waits are over."""
    desk.connection.execute(
        "UPDATE payment SET next_try_at = now(), leased_until = NULL"
        " WHERE issuer_id = %s AND status = 'pending' AND next_try_at IS NOT NULL",
        (desk.issuer.issuer_id,),
    )
    desk.connection.commit()


def wait(world: World) -> None:
    let_time_pass(world.people)


def post(world: World) -> None:
    """Banks work, and some of their letters arrive: late, twice, in any order."""
    for bank in world.banks.values():
        bank.work()
        if bank is world.only_bank and world.chance.random() < 0.5:
            bank.state()
        bank.send(letters_max=world.chance.randrange(4))
    world.done(world.any_worker(), partial(fetch, world))


def fetch(world: World, connection: Connection, issuer: Issuer, life: Life) -> None:
    world.fetch(Desk(connection, issuer), life)


def all_at_once(world: World) -> None:
    """People redeem and take back while one worker sends a run and another pays."""
    under_way = world.auditor.runs_at("sending")
    if not under_way:
        return
    run_id = world.chance.choice(under_way)
    with ThreadPoolExecutor(2) as pool:
        first, second = world.workers
        rounds = [
            pool.submit(world.done, first, partial(_send, run_id), may_fork=False),
            pool.submit(world.done, second, partial(_pay, world), may_fork=False),
        ]
        redeem(world)
        refund(world)
        for each in rounds:
            each.result()
    follow_sending(world, run_id)
