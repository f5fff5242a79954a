"""Redemptions now: what comes in while one looks, and what today came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from counterfoil.engine.figures.reading import OF_ISSUER, Figure, Measure, Period, totals
from counterfoil.engine.figures.several import folded
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.live import office_part
from counterfoil.portal.queries import engine_connection


@dataclass(frozen=True, slots=True)
class Today:
    """By currency, as it was counted until then; what comes later stands in the list only."""

    of: Sequence[Figure]
    until: datetime
    is_all: bool


@require_safe
@office_page(sees=EVERYONE)
def redemptions(request: HttpRequest, office: Office) -> HttpResponse:
    return render(
        request,
        "portal/orchestrator/watching/redemptions.html",
        {"live": office_part(office), "today": _today(office)},
    )


def _today(office: Office) -> Today:
    """Figures are by the day in UTC."""
    engine, today = engine_connection(), datetime.now(UTC).date()
    found = totals(engine, office.issuer_id, OF_ISSUER, Period(today, today), [Measure.REDEEMED])
    done = folded(engine, office.issuer_id)
    until = timezone.now() if done.is_all or done.until is None else done.until
    return Today(list(found.values()), until, done.is_all)
