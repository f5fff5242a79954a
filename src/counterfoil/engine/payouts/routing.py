"""Which rail pays whom, as an issuer sets it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.routes import Route
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.statements import statement
from counterfoil.voucher import Action

ROUTES_MAX: Final = 100


def set_routes(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    routes: Sequence[Route],
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """In place of those there are, in their order; what was sent stays on its rail.

    Raises NotFoundError for a programme that there is not; ConflictError for routes that cannot be,
    or that lead to a rail which no worker has.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_PAYOUT_TERMS,
        content=["routes", msgspec.json.encode(routes, order="sorted"), reason],
        reference=reference,
        reason=reason,
    )
    if len(routes) > ROUTES_MAX:
        raise ConflictError(f"More than {ROUTES_MAX} routes are not kept.")
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection), design_errors(connection):
        for route in routes:
            _check(issuer, route)
        whose = {"issuer_id": issuer.issuer_id}
        connection.execute(statement(__package__, "forget_routes"), whose)
        connection.execute(
            statement(__package__, "insert_routes"),
            whose
            | {
                "schemes": [route.scheme for route in routes],
                "currencies": [route.currency for route in routes],
                "programme_ids": [route.programme_id for route in routes],
                "rails": [route.rail for route in routes],
            },
        )
        journal.raise_catalogue()
        record(issuer, journal, asked, subject="payout-routes")
        commit(connection, issuer, journal)


def _check(issuer: Issuer, route: Route) -> None:
    catalogue = issuer.catalogue
    if route.programme_id is not None and route.programme_id not in catalogue.programmes_by_id:
        raise NotFoundError(f"{issuer.code} has no programme {route.programme_id}.")
    if catalogue.rails and route.rail not in catalogue.rails:
        raise ConflictError(f"No worker has a rail {route.rail}.")
