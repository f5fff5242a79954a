"""Which rail pays whom: as it is, and written anew."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import SetPayoutRoutes
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.orchestrator.payouts.route_form import RoutesForm
from counterfoil.portal.orchestrator.payouts.routes import (
    fits_text,
    leaves_nobody_out,
    programmes_routed,
    rail_text,
    rails_known,
    routes_now,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import currencies, waiting


@require_safe
@office_page(sees=EVERYONE)
def routes(request: HttpRequest, office: Office) -> HttpResponse:
    now, programmes, rails = routes_now(office), programmes_routed(office), rails_known(office)
    return render(
        request,
        "portal/orchestrator/payouts/routes.html",
        {
            "routes": [
                (fits_text(route, programmes), route.rail, rail_text(route.rail, rails))
                for route in now
            ],
            "unknown": sorted({route.rail for route in now} - rails.keys()) if rails else [],
            "leaves_out": not leaves_nobody_out(now),
            "waiting": waiting(office, ["set_payout_routes"]),
            "may_change": office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def change(request: HttpRequest, office: Office) -> HttpResponse:
    """All of them at once; a second person agrees."""
    form = RoutesForm(
        request.POST if request.method == "POST" else None,
        routes=routes_now(office),
        currencies=currencies(office),
        programmes=programmes_routed(office),
        rails=rails_known(office),
    )
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        content = SetPayoutRoutes(routes=form.routes)
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/payouts/routes_change.html",
        {"form": form, "waiting": waiting(office, ["set_payout_routes"])},
    )
