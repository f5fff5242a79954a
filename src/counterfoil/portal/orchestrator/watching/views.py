"""Redemptions now: what comes in while one looks, and what today came to."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.engine.figures.reading import OF_ISSUER, Figure, Measure, Period, totals
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.live import office_part
from counterfoil.portal.queries import engine_connection


@require_safe
@office_page(sees=EVERYONE)
def redemptions(request: HttpRequest, office: Office) -> HttpResponse:
    return render(
        request,
        "portal/orchestrator/watching/redemptions.html",
        {"live": office_part(office), "today": _today(office)},
    )


def _today(office: Office) -> list[Figure]:
    """By currency; figures are by the day in UTC."""
    today = datetime.now(UTC).date()
    found = totals(
        engine_connection(), office.issuer_id, OF_ISSUER, Period(today, today), [Measure.REDEEMED]
    )
    return list(found.values())
