"""What people say of when a merchant is paid and how much of it: terms with cycles of their own or
by hand, and the days on which banks do not work.
"""

from datetime import time
from functools import partial
from typing import Final

from tests.gateway.histories.auditor import Terms
from tests.gateway.histories.cycles import Cycle, Days, drawn_cycle, drawn_days
from tests.gateway.histories.looking import assert_due
from tests.gateway.histories.world import World
from tests.given import SYSTEM

from counterfoil.engine.payouts.calendar import Cycle as CycleKind
from counterfoil.engine.payouts.calendar import Workdays
from counterfoil.engine.payouts.terms import (
    TermsDesign,
    end_terms,
    set_bank_days,
    set_terms,
    terms_by_id,
)

HOURS: Final = (0, 0, 0, 0, 1, 24, 72)


def first_terms(world: World) -> None:
    """In every other history something is kept of what is paid; in two of three a cycle begins
    runs of a funding account, on days that banks of the place work.
    """
    chance = world.chance
    if chance.random() < 0.5:
        put_days(world, drawn_days(chance, world.clock.at.date()))
    for fund in world.currencies:
        points, fee = chance.choice(((0, 0), (333, 7)))
        cycle = drawn_cycle(chance) if chance.random() < 0.65 else Cycle()
        hours = chance.choice(HOURS) if cycle.kind != "by_hand" else 0
        put_terms(world, Terms(fund, points=points, fee=fee, cycle=cycle, hours=hours))


def change_terms(world: World) -> None:
    """Of all, of a programme or of a shop; or those of one end."""
    chance, auditor = world.chance, world.auditor
    narrow = [each for each, terms in auditor.terms.items() if not terms.is_wide and terms.apply]
    if narrow and chance.random() < 0.3:
        ended, reference = chance.choice(narrow), world.reference()
        world.surely(partial(end_terms, caller=SYSTEM, terms_id=ended, reference=reference))
        auditor.terms[ended].apply = False
        return
    fund = chance.choice(list(world.currencies))
    of_fund = [each for each, whose in auditor.funds.items() if whose == fund]
    programme = chance.choice((None, None, max(of_fund)))
    shop = chance.choice((None, *auditor.shops)) if programme is None else None
    terms = Terms(
        fund,
        programme=programme,
        shop=shop,
        points=chance.choice((0, 0, 150, 333)),
        fee=chance.choice((0, 0, 7)),
        least=chance.choice((0, 0, 0, 0, 0, 3_000)),
        hours=chance.choice((0, *HOURS)),
        cycle=drawn_cycle(chance) if chance.random() < 0.5 else Cycle(),
    )
    put_terms(world, terms)


def put_terms(world: World, terms: Terms) -> int:
    """Their id."""
    design = TermsDesign(
        funding_account_id=terms.fund,
        programme_id=terms.programme,
        acceptor_id=terms.shop,
        cycle=CycleKind(terms.cycle.kind),
        on_day=terms.cycle.on_day,
        cut_off=time(terms.cycle.hour),
        time_zone=terms.cycle.zone,
        threshold_minor=terms.cycle.threshold,
        commission_points=terms.points,
        fee_minor=terms.fee,
        minimum_minor=terms.least,
        hold_hours=terms.hours,
    )
    expected = _version(world, terms)
    terms_id = world.surely(
        partial(
            set_terms,
            caller=SYSTEM,
            design=design,
            expected_version=expected,
            reference=world.reference(),
        )
    )
    world.auditor.put(terms_id, terms)
    return terms_id


def _version(world: World, wanted: Terms) -> int:
    whose = (wanted.fund, wanted.programme, wanted.shop)
    for terms_id, terms in world.auditor.terms.items():
        if (terms.fund, terms.programme, terms.shop) == whose and terms.apply:
            found = terms_by_id(world.people.connection, world.people.issuer.issuer_id, terms_id)
            world.people.connection.rollback()
            return found.version
    return 0


def turn_days(world: World) -> None:
    put_days(world, drawn_days(world.chance, world.clock.at.date()))


def put_days(world: World, days: Days) -> None:
    world.surely(
        partial(
            set_bank_days,
            caller=SYSTEM,
            workdays=Workdays(days.of_week, days.holidays),
            names=dict.fromkeys(days.holidays, "a holiday"),
            reference=world.reference(),
        )
    )
    world.auditor.put_days(days)
    assert_due(world)
