"""Nobody is lost: once everybody has mended what was in the way, all that is owed arrives."""

from functools import partial

from tests.gateway.histories.auditor import Terms
from tests.gateway.histories.cycles import Cycle
from tests.gateway.histories.ends import drain
from tests.gateway.histories.looking import failed_payouts
from tests.gateway.histories.people import approve, begin_by, drop, redeem_at, retry_one
from tests.gateway.histories.scheduling import go_to_cut_off, work
from tests.gateway.histories.terms import put_terms
from tests.gateway.histories.world import World
from tests.given import SYSTEM

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.payouts.terms import end_terms


def settle(world: World) -> None:
    """After `drain`; whoever is silent stays so."""
    for run_id in world.auditor.runs_at("previewed"):
        drop(world, run_id)
    _mend_accounts(world)
    is_by_hand = world.chance.random() < 0.5
    _widen_terms(world, Cycle() if is_by_hand else Cycle("daily"))
    for run_id, shop in sorted(failed_payouts(world)):
        retry_one(world, run_id, shop)
    for shop in world.auditor.shops:
        redeem_at(world, shop, 1)
    if is_by_hand:
        for fund in world.currencies:
            begin_by(world, fund)
    else:
        go_to_cut_off(world)
        work(world, is_calm=True)
    drain(world)
    for run_id in world.auditor.runs_at("previewed"):
        approve(world, run_id)
    drain(world)
    assert failed_payouts(world) == set()
    for fund in world.currencies:
        for shop in world.auditor.shops:
            assert world.auditor.owed(shop, fund, set()) <= 0, (
                "nothing is in the way, and one waits"
            )


def _mend_accounts(world: World) -> None:
    """An account at the sandbox provider takes one currency only."""
    rails = [rail for rail in world.sides if rail != "sandbox" or len(world.currencies) == 1]
    for bank in world.banks.values():
        bank.is_kind = True
    for number, shop in world.auditor.shops.items():
        rail = world.chance.choice(rails)
        shop.rail, shop.account = rail, world.sides[rail].good(world.currencies[1])
        shop.held, shop.waits = False, None
        change = AcceptorChange(
            bank=BankData(world.schemes[rail], "BANK", shop.account),
            cooling_off_seconds=0,
            payouts_held=False,
        )
        world.surely(
            partial(
                change_acceptor,
                caller=SYSTEM,
                acceptor_id=number,
                change=change,
                reason="mended",
                reference=world.reference(),
            )
        )


def _widen_terms(world: World, cycle: Cycle) -> None:
    """Only those of all, and nothing is kept by them."""
    connection, issuer = world.people.connection, world.people.issuer
    for terms_id, terms in world.auditor.terms.items():
        if terms.apply and not terms.is_wide:
            end_terms(connection, issuer, SYSTEM, terms_id)
            terms.apply = False
    for fund in world.currencies:
        assert put_terms(world, Terms(fund, cycle=cycle)) == fund
