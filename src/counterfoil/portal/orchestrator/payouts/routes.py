"""Which rail pays whom, in words."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from counterfoil.engine.payouts.routes import Route, routes_of
from counterfoil.portal.access import Office
from counterfoil.portal.models import Scheme
from counterfoil.portal.queries import engine_connection, rows

_ENGINE: Final = "counterfoil.engine"
Programmes = Mapping[int, str]  # their names by their ids
Rails = Mapping[str, bool]  # by their names, whether each pays one by one


def routes_now(office: Office) -> list[Route]:
    return routes_of(engine_connection(), office.issuer_id)


def programmes_routed(office: Office) -> dict[int, str]:
    found = rows(__package__, "programmes_routed", {"issuer_id": office.issuer_id})
    return {programme_id: f"{name} ({code})" for programme_id, name, code in found}


def rails_known(office: Office) -> dict[str, bool]:
    """Those that a worker has; none where no worker has told."""
    return dict(rows(_ENGINE, "rails", {"issuer_id": office.issuer_id}))


def rail_text(rail: str, rails: Rails) -> str:
    """How it pays; empty of one that is not known."""
    if rail not in rails:
        return ""
    return _("one by one") if rails[rail] else _("in files")


def fits_text(route: Route, programmes: Programmes) -> str:
    """What it is for, such as `IBAN, EUR`."""
    parts = [str(Scheme(route.scheme).label) if route.scheme else "", route.currency or ""]
    if route.programme_id is not None:
        parts.append(programmes.get(route.programme_id, str(route.programme_id)))
    return ", ".join(part for part in parts if part) or _("whatever is left")


def route_text(route: Route, programmes: Programmes) -> str:
    """Such as `IBAN, EUR: sepa`."""
    return f"{fits_text(route, programmes)}: {route.rail}"


def fits_all_of(earlier: Route, later: Route) -> bool:
    """Then the later one is never reached."""
    return (
        earlier.scheme in {None, later.scheme}
        and earlier.currency in {None, later.currency}
        and earlier.programme_id in {None, later.programme_id}
    )


def leaves_nobody_out(routes: Sequence[Route]) -> bool:
    """Without any there is the sandbox provider."""
    return not routes or any(fits_all_of(route, Route(rail="")) for route in routes)
