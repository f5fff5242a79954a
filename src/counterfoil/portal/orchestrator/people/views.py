"""Who works for an issuer: the list, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.portal.access import ADMINISTERS, AUDITS, Office, office_page
from counterfoil.portal.listing import shown
from counterfoil.portal.models import TrailEntry
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.people.listed import PEOPLE
from counterfoil.portal.orchestrator.people.reading import person_row, shops_of
from counterfoil.portal.orchestrator.people.words import said

_STORY_MAX = 30


@require_safe
@office_page(sees=AUDITS)
def people(request: HttpRequest, office: Office) -> HttpResponse:
    told = {"list": shown(request, office, PEOPLE), "may_change": office.may(ADMINISTERS)}
    return render(request, "portal/orchestrator/people/list.html", told)


@require_safe
@office_page(sees=AUDITS)
def person(request: HttpRequest, office: Office, person_id: int) -> HttpResponse:
    row = person_row(office, person_id)
    about = TrailEntry.objects.filter(issuer_id=office.issuer_id, subject=f"person:{person_id}")
    entries = list(about.order_by("-id")[:_STORY_MAX])
    names = names_of(entry.actor for entry in entries)
    is_me = person_id == office.person.pk
    told = {
        "row": row,
        "shops": shops_of(office, person_id),
        "story": [(entry, said(entry), names[entry.actor]) for entry in entries],
        "is_me": is_me,
        "may_change": office.may(ADMINISTERS) and not is_me,
    }
    return render(request, "portal/orchestrator/people/person.html", told)
