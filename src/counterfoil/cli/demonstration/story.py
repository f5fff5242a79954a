"""The story of the demonstration from its first day to what waits now, in the order in which it
happened. Loaded when Django knows its settings.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from counterfoil.cli.demonstration import (
    cast,
    money,
    office,
    organisations,
    payouts,
    registering,
    since,
    suppliers,
    trading,
    vouchers,
)
from counterfoil.cli.demonstration.applications import APPLICATIONS, apply
from counterfoil.cli.demonstration.desk import Desk
from counterfoil.cli.demonstration.euro_bank import Counter
from counterfoil.cli.demonstration.logins import open_logins
from counterfoil.cli.demonstration.past import FIRST_DRAWN, Calls, Tills
from counterfoil.cli.demonstration.shops import SHOPS
from counterfoil.cli.demonstration.slips import SLIPS
from counterfoil.cli.place import Workspace
from counterfoil.engine.due import SWEEP_ROWS, sweep_due
from counterfoil.engine.figures.folding import catch_up
from counterfoil.gateway.port import Gateway
from counterfoil.gateway.rails import Rail
from counterfoil.portal.notifications.following import tell_ends

FIRST_DAY: Final = 89
_SWEPT_EVERY: Final = 3  # days
_OWNER_COMES: Final = 80
_STOCKED: Final = (75, 57, 44, 64, 28, 63)  # when each of the stocks was made


@dataclass(frozen=True, slots=True)
class Moment:
    """`day` is so many days ago."""

    day: int
    hour: float
    happens: Callable[[], object]


def tell(  # where, by whom, paid by whom, and how far it is
    workspace: Workspace,
    desk: Desk,
    gateway: Gateway,
    euros: tuple[Counter, Rail],
    advance: Callable[[int], None],
) -> None:
    """Told again, it goes on where it was interrupted."""
    tills = Tills(Calls.of(desk.connection, desk.issuer), gateway)
    moments = [
        *_house(workspace, desk),
        *_merchants(desk, tills, advance),
        *_vouchers(desk, advance),
        *_since(desk),
        *_tills(desk, tills, advance),
        *(Moment(*each) for each in organisations.moments(desk)),
        *(Moment(*each) for each in trading.moments(desk, tills, advance)),
        *(Moment(*each) for each in payouts.moments(desk, gateway)),
        *(Moment(*each) for each in suppliers.moments(desk, *euros)),
    ]
    for each in sorted(moments, key=lambda one: (-one.day, one.hour)):
        desk.clock.turn_to(each.day, each.hour)
        each.happens()
    catch_up(desk.connection, desk.issuer.issuer_id)


def _house(workspace: Workspace, desk: Desk) -> Iterator[Moment]:
    yield Moment(FIRST_DAY, 9, lambda: office.settle_in(desk))
    yield Moment(88, 8, lambda: money.open_bursaries(desk))
    for slip in SLIPS:
        yield Moment(slip.days, 9, partial(money.pay_in, desk, slip))
    yield Moment(40, 11, lambda: money.send_back(desk))
    yield Moment(_OWNER_COMES, 12, lambda: open_logins(workspace))
    yield Moment(office.LENT_DAYS + 1, 7, lambda: office.lend(desk))
    yield Moment(1, 12, lambda: office.invite_one(desk))


def _merchants(desk: Desk, tills: Tills, advance: Callable[[int], None]) -> Iterator[Moment]:
    yield Moment(88, 9, lambda: registering.make_groups(desk))

    def register(number: int) -> None:
        registering.register(desk, cast.ACCEPTORS[number])
        advance(cast.MERCHANT_STEPS)

    for number, design in enumerate(cast.ACCEPTORS):
        day = SHOPS[design.name].days - registering.REGISTERED_AFTER
        yield Moment(day, 10, partial(register, number))
    for each in APPLICATIONS:
        yield Moment(each.shop.days, 6 + each.shop.days % 3, partial(apply, desk, each))
    yield Moment(2, 9, lambda: registering.register_by_api(desk, tills.calls.office))


def _vouchers(desk: Desk, advance: Callable[[int], None]) -> Iterator[Moment]:
    def stock(number: int) -> None:
        vouchers.stock(desk, cast.STOCK[number])
        advance(cast.STOCK[number].count)

    yield Moment(87, 13, lambda: vouchers.name_first_programme(desk))
    yield Moment(85, 9, lambda: vouchers.open_programme(desk, cast.DROUGHT))
    yield Moment(80, 9, lambda: vouchers.open_programme(desk, cast.DROUGHT_BEFORE))
    yield Moment(70, 9, lambda: vouchers.open_programme(desk, cast.SCHOOL))
    yield Moment(84, 10, lambda: vouchers.publish_food(desk))
    yield Moment(79, 9, lambda: vouchers.publish_ended(desk))
    yield Moment(76, 9, lambda: vouchers.publish_food_anew(desk))
    school, cash, kits, water = (
        partial(vouchers.publish_one, desk, design) for design in cast.GROUPS
    )
    yield Moment(65, 9, school)
    yield Moment(52, 9, cash)
    yield Moment(34, 9, kits)
    yield Moment(64, 9, water)
    for number, day in enumerate(_STOCKED):
        yield Moment(day, 10, partial(stock, number))
    for code, (_design, _steps, day) in vouchers.DRAFTS.items():
        yield Moment(day, 8, partial(vouchers.leave_draft, desk, code))


def _since(desk: Desk) -> Iterator[Moment]:
    yield Moment(70, 14, lambda: since.keep_old_tills(desk))
    yield Moment(50, 14, lambda: since.let_app_in(desk))
    yield Moment(33, 14, lambda: since.revoke_old_tills(desk))
    yield Moment(40, 14, lambda: since.limit_one(desk))
    yield Moment(14, 14, lambda: since.lose_cards(desk))
    yield Moment(11, 14, lambda: since.hold_one(desk))
    yield Moment(9, 14, lambda: since.pause_water(desk))
    yield Moment(6, 14, lambda: vouchers.stock_in_part(desk, cast.PAUSED_STOCK))
    yield Moment(5, 20, lambda: since.suspend_one(desk))
    yield Moment(2, 14, lambda: since.close_last_year(desk))
    yield Moment(1, 14, lambda: since.change_banks(desk))
    yield Moment(1, 15, lambda: money.wait_with_money(desk))
    yield Moment(1, 16, lambda: vouchers.wait_with_vouchers(desk))
    yield Moment(1, 17, lambda: since.wait_with_stock(desk))


def _tills(desk: Desk, tills: Tills, advance: Callable[[int], None]) -> Iterator[Moment]:
    def live(day: int) -> None:
        advance(tills.live(day))

    def keep_up() -> None:
        """As the worker and the portal's upkeep do, not so often."""
        tell_ends()
        while sweep_due(desk.connection, desk.issuer) == SWEEP_ROWS:
            pass

    yield Moment(78, 11, tills.hand_out_ended)
    for day in range(FIRST_DRAWN, -1, -1):
        yield Moment(day, 6, partial(live, day))
        yield Moment(day, 8.2, partial(tills.take_in, day, until_noon=True))
        yield Moment(day, 13.4, partial(tills.take_in, day, until_noon=False))
    for day in range(FIRST_DAY, 0, -_SWEPT_EVERY):
        yield Moment(day, 23, keep_up)
    yield Moment(0, 23, keep_up)
