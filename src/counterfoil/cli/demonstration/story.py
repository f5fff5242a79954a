"""The story of the demonstration from its first day to what waits now, in the order in which it
happened. Loaded when Django knows its settings.
"""

from collections.abc import Callable

from counterfoil.cli.demonstration import cast, earlier, money, office, since, vouchers
from counterfoil.cli.demonstration.applications import apply_all
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.logins import open_logins
from counterfoil.cli.demonstration.past import Calls, hand_out_ended, make_past
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
    desk, calls = Desk(connection, issuer, base_url), Calls.of(connection, issuer)
    office.settle_in(desk)
    money.pay_in(desk)
    vouchers.open_programmes(desk)
    apply_all(desk)
    office.invite_one(desk)
    register_all(desk, lambda: advance(cast.MERCHANT_STEPS))
    register_by_api(desk, calls.office)
    open_logins(workspace)  # those of the first merchant
    follow(desk.at)
    if desk.row(known_as(since.FIRST_STEP)) is None:
        vouchers.publish_all(desk)
        _hand_out_ended(desk, calls, advance)
        for each in cast.STOCK:
            vouchers.stock(desk, each, advance)
        make_past(calls, gateway, advance)
    since.go_on(desk, lambda: advance(cast.PART_STEPS))
    earlier.move_back(workspace.url, issuer.issuer_id)


def _hand_out_ended(desk: Desk, calls: Calls, advance: Callable[[int], None]) -> None:
    if vouchers.publish_ended(desk):
        vouchers.stock(desk, cast.ENDED_STOCK, advance)
        hand_out_ended(calls, advance)
