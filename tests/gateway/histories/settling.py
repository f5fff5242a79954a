"""Nobody is lost: once everybody has mended what was in the way, all that is owed arrives."""

from functools import partial
from typing import Final

from tests.gateway.histories.auditor import Terms
from tests.gateway.histories.ends import drain
from tests.gateway.histories.looking import failed_payouts
from tests.gateway.histories.people import approve, begin_by, drop, redeem_at, retry_one
from tests.gateway.histories.world import World
from tests.given import SYSTEM

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.payouts.terms import TermsDesign, end_terms, set_terms, terms_by_id

WIDE: Final = 1  # the terms of the first funding account


def settle(world: World) -> None:
    """After `drain`; whoever is silent stays so."""
    for run_id in world.auditor.runs_at("previewed"):
        drop(world, run_id)
    _mend_accounts(world)
    _widen_terms(world)
    for run_id, shop in sorted(failed_payouts(world)):
        retry_one(world, run_id, shop)
    for shop in world.auditor.shops:
        redeem_at(world, shop, 1)
    begin_by(world, WIDE)
    drain(world)
    for run_id in world.auditor.runs_at("previewed"):
        approve(world, run_id)
    drain(world)
    assert failed_payouts(world) == set()
    for shop in world.auditor.shops:
        assert world.auditor.owed(shop, set()) <= 0, "somebody waits, and nothing is in the way"


def _mend_accounts(world: World) -> None:
    for bank in world.banks.values():
        bank.is_kind = True
    for number, shop in world.auditor.shops.items():
        rail = world.chance.choice(list(world.sides))
        shop.rail, shop.account = rail, world.sides[rail].good()
        shop.held = shop.waits = False
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


def _widen_terms(world: World) -> None:
    """Only those of all, and nothing is kept by them."""
    connection, issuer = world.people.connection, world.people.issuer
    for terms_id, terms in world.auditor.terms.items():
        if terms.apply and terms_id != WIDE:
            end_terms(connection, issuer, SYSTEM, terms_id)
            terms.apply = False
    wide = terms_by_id(connection, issuer.issuer_id, WIDE)
    connection.rollback()
    design = TermsDesign(funding_account_id=1)
    set_terms(connection, issuer, SYSTEM, design, expected_version=wide.version)
    world.auditor.terms[WIDE] = Terms()
