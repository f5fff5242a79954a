"""What people do: redeem and take back, change where a merchant is paid, begin runs, approve them
and send payouts again. Whatever they ask for, they ask for until it is answered.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import pytest
from tests.gateway.histories.auditor import Terms, earlier
from tests.gateway.histories.looking import failed_payouts
from tests.gateway.histories.opening import new_account
from tests.gateway.histories.terms import put_terms
from tests.gateway.histories.world import Desk, World
from tests.given import SYSTEM

from counterfoil.engine.apply import apply
from counterfoil.engine.bank_data import cancel_rebank, hold_payouts, rebank_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome, Redeem
from counterfoil.engine.payouts.counting import begin_run
from counterfoil.engine.payouts.reading import run_of
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.engine.payouts.sending import approve_run, drop_run, retry_payout
from counterfoil.errors import ConflictError

REASON: Final = "because"


def redeem(world: World) -> None:
    """A few of the vouchers that are left, at one shop."""
    shop = world.chance.choice(list(world.auditor.shops))
    redeem_at(world, shop, world.chance.randrange(1, 4))


def redeem_at(world: World, shop: int, vouchers: int) -> None:
    taken = [world.vouchers.pop() for _voucher in world.vouchers[:vouchers]]
    if not taken:
        return
    acceptor = world.people.issuer.catalogue.acceptors_by_id[shop]
    wishes = [
        Redeem(
            caller=SYSTEM,
            reference=world.reference(),
            number=voucher.number,
            acceptor_name=acceptor.name,
            acceptor_account=world.auditor.shops[shop].account,
        )
        for voucher in taken
    ]
    answers = world.surely(lambda connection, issuer: apply(connection, issuer, wishes))
    assert {answer.outcome for answer in answers} == {Outcome.DONE}, answers
    for voucher in taken:
        world.auditor.redeem(voucher.serial, shop, voucher.programme, voucher.minor)


def refund(world: World) -> None:
    if not world.auditor.sales:
        return
    serial = world.chance.choice(list(world.auditor.sales))
    reference = world.reference()

    def ask(connection: Connection, issuer: Issuer) -> None:
        refund_redemption(connection, issuer, SYSTEM, serial, reason=REASON, reference=reference)

    if world.auditor.refund(serial):
        world.surely(ask)
    else:
        with pytest.raises(ConflictError):
            ask(world.people.connection, world.people.issuer)


def donate(world: World) -> None:
    """To a funding account at a bank that says so; two accounts may have the same reference."""
    banks = world.booking_banks
    if not banks:
        redeem(world)
        return
    bank, reference = world.chance.choice(banks), f"{world.code}/{world.reference()}"
    for fund, currency in world.currencies.items():
        if world.chance.random() < 0.7:
            minor = world.chance.randrange(1, 90_000)
            bank.credit(f"{world.code}-{currency}", reference, minor)
            world.auditor.given[fund] += minor


def turn_shop(world: World) -> None:
    """Its payouts are held or released; or it is to be paid elsewhere, at once, later or not."""
    number = world.chance.choice(list(world.auditor.shops))
    shop, what = world.auditor.shops[number], world.chance.random()
    if what < 0.4:
        shop.held = not shop.held
        world.surely(
            partial(
                hold_payouts,
                caller=SYSTEM,
                acceptor_id=number,
                held=shop.held,
                reason=REASON,
                reference=world.reference(),
            )
        )
    elif shop.waits:
        shop.waits = None
        world.surely(
            partial(
                cancel_rebank,
                caller=SYSTEM,
                acceptor_id=number,
                reason=REASON,
                reference=world.reference(),
            )
        )
    else:
        rail = world.chance.choice(list(world.sides))
        rebank(world, number, rail, new_account(world, rail), is_at_once=what < 0.8)


def rebank(world: World, number: int, rail: str, account: str, *, is_at_once: bool) -> None:
    shop = world.auditor.shops[number]
    world.surely(
        partial(
            rebank_acceptor,
            caller=SYSTEM,
            acceptor_id=number,
            bank=BankData(world.schemes[rail], "BANK", account),
            cooling_off_seconds=0 if is_at_once else 3_600,
            reason=REASON,
            reference=world.reference(),
        )
    )
    if is_at_once:
        shop.rail, shop.account, shop.waits = rail, account, None
    else:
        shop.waits = rail, account, earlier(world.auditor.now(), -1)


def begin(world: World) -> None:
    terms = world.auditor.terms
    begin_by(world, world.chance.choice([each for each in terms if terms[each].apply]))


def begin_by(world: World, terms_id: int) -> None:
    auditor, reference = world.auditor, world.reference()
    ask = partial(begin_run, caller=SYSTEM, terms_id=terms_id, reference=reference)
    if not auditor.can_begin(terms_id):
        with pytest.raises(ConflictError):
            ask(world.people.connection, world.people.issuer)
        return
    auditor.begin(world.surely(ask), terms_id)


def begin_apart(world: World) -> int | None:
    """Somebody who waits in a run gets terms of their own, and a run by them. Its id."""
    waiting = world.auditor.runs_at("previewed")
    if not waiting:
        return None
    overtaken = world.chance.choice(waiting)
    fund = world.auditor.fund_of(overtaken)
    shop = world.chance.choice(list(world.auditor.runs[overtaken].pages))
    terms_id = put_terms(world, Terms(fund, shop=shop))
    if not world.auditor.can_begin(terms_id):
        return None
    begin_by(world, terms_id)
    return max(world.auditor.runs)


def decide(world: World) -> None:
    """Approve what was shown, or drop it."""
    for run_id in world.auditor.runs_at("previewed"):
        world.chance.choice((approve, approve, approve, approve, drop, leave))(world, run_id)


def leave(_world: World, _run_id: int) -> None:
    """For later."""


def approve(world: World, run_id: int) -> None:
    reference = world.reference()
    digest = run_of(world.people.connection, world.people.issuer, run_id).digest or b""
    world.people.connection.rollback()
    world.surely(
        partial(approve_run, caller=SYSTEM, run_id=run_id, digest=digest, reference=reference)
    )
    world.auditor.runs[run_id].step = "sending"


def drop(world: World, run_id: int) -> None:
    reference = world.reference()
    world.surely(partial(drop_run, caller=SYSTEM, run_id=run_id, reference=reference))
    world.auditor.runs[run_id].step = "dropped"


def retry(world: World) -> None:
    failed = sorted(failed_payouts(world))
    if not failed:
        return
    retry_one(world, *world.chance.choice(failed))


def retry_one(world: World, run_id: int, shop: int) -> None:
    """By two people at once, each under a reference of their own: one of them does it."""

    def ask(desk: Desk, reference: str) -> bool:
        try:
            retry_payout(desk.connection, desk.issuer, SYSTEM, run_id, shop, reference=reference)
        except ConflictError:
            return False
        return True

    references = [world.reference(), world.reference()]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(ask, (world.people, world.workers[0]), references))
    assert sum(done) == world.auditor.can_retry(shop), done
    if any(done):
        world.auditor.retry(run_id, shop)
