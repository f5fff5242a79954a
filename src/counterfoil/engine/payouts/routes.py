"""Which rail pays whom: by what the account is, the currency and the programme. The first route
that fits counts.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from counterfoil.engine.database import Connection
from counterfoil.statements import statement

SANDBOX: Final = "sandbox"


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """None fits anything. `programme_id` is that of the terms that a payout is made by, or of the
    voucher that is paid at once.
    """

    scheme: str | None = None
    currency: str | None = None
    programme_id: int | None = None
    rail: str


def routes_of(connection: Connection, issuer_id: int) -> list[Route]:
    """In their order. Leaves the transaction open."""
    rows = connection.execute(statement(__package__, "routes"), {"issuer_id": issuer_id})
    return [
        Route(scheme=scheme, currency=currency, programme_id=programme_id, rail=rail)
        for scheme, currency, programme_id, rail in rows
    ]


def rail_for(
    routes: Sequence[Route], *, scheme: str, currency: str, programme_id: int | None
) -> str | None:
    """None where no route fits; the sandbox provider where there are no routes at all. Pure."""
    if not routes:
        return SANDBOX
    for route in routes:
        if (
            route.scheme in {None, scheme}
            and route.currency in {None, currency}
            and route.programme_id in {None, programme_id}
        ):
            return route.rail
    return None
