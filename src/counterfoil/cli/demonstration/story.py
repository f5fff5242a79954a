"""The story of the demonstration from its first day to what waits now, in the order in which it
happened. Loaded when Django knows its settings.
"""

from collections.abc import Callable

from counterfoil.cli.demonstration import cast, earlier, money, office, since, vouchers
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.logins import open_logins
from counterfoil.cli.demonstration.past import caller_named, hand_out_ended, make_past
from counterfoil.cli.demonstration.registering import register_all, register_by_api
from counterfoil.cli.place import Workspace
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway.port import Gateway
from counterfoil.portal.merchants.following import follow


def tell(
    workspace: Workspace,
    connection: Connection,
    issuer: Issuer,
    gateway: Gateway,
    base_url: str,
    advance: Callable[[int], None],
) -> None:
    """Told again, it goes on where it was interrupted."""
    desk = Desk(connection, issuer, base_url)
    office.settle_in(desk)
    money.pay_in(desk)
    vouchers.open_programmes(desk)
    register_all(desk, lambda: advance(cast.MERCHANT_STEPS))
    register_by_api(desk, caller_named(issuer, cast.ADMIN))
    open_logins(workspace)  # those of the first merchant
    follow(desk.at)
    if desk.row(known_as(since.FIRST_STEP)) is None:
        vouchers.publish_all(desk)
        _hand_out_ended(desk, advance)
        for each in cast.STOCK:
            vouchers.stock(desk, each, advance)
        make_past(connection, issuer, gateway, advance)
    since.go_on(desk, lambda: advance(cast.PART_STEPS))
    follow(desk.at)
    earlier.move_back(workspace.url, issuer.issuer_id)


def _hand_out_ended(desk: Desk, advance: Callable[[int], None]) -> None:
    if vouchers.publish_ended(desk):
        vouchers.stock(desk, cast.ENDED_STOCK, advance)
        hand_out_ended(desk.connection, desk.issuer, advance)
