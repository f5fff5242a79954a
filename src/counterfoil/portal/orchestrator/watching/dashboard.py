"""The dashboard of an issuer: what needs somebody, how it goes in a period, and what comes in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.live import office_part
from counterfoil.portal.orchestrator.overview.reading import attention
from counterfoil.portal.orchestrator.watching.reading import DashboardForm, figures_of, scope_of


@require_safe
@office_page(sees=EVERYONE)
def dashboard(request: HttpRequest, office: Office) -> HttpResponse:
    form = DashboardForm(request.GET, office)
    chosen, scope = form.chosen, scope_of(form.lines, form.filters)
    return render(
        request,
        "portal/orchestrator/watching/dashboard.html",
        {
            "form": form,
            "chosen": chosen,
            "scope": scope,
            "figures": None if scope is None else figures_of(office, scope, chosen),
            "attention": attention(office),
            "few": [line for line in form.lines if line.needs_stock],
            "live": office_part(office),
        },
    )
