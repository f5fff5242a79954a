"""The trail, filtered and page by page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.portal.access import AUDITS, Office, office_page
from counterfoil.portal.listing import shown
from counterfoil.portal.orchestrator.trail.listed import TRAIL


@require_safe
@office_page(sees=AUDITS)
def trail(request: HttpRequest, office: Office) -> HttpResponse:
    listed = shown(request, office, TRAIL)
    about = listed.form.filters["about"]
    told = (line.about for line in listed.page.rows if line.entry.subject == about)
    return render(
        request,
        "portal/orchestrator/trail/trail.html",
        # What nothing here is about keeps its key: it may be anybody.
        {"list": listed, "about": about, "about_subject": next(told, None)},
    )
