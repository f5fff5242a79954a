"""Who works for an issuer: the list, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.portal.access import ADMINISTERS, AUDITS, Office, office_page
from counterfoil.portal.models import TrailEntry
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.people.reading import people_page, person_row, shops_of
from counterfoil.portal.orchestrator.people.words import said
from counterfoil.portal.pager import ROWS_A_PAGE, key_after, page_of

_STORY_MAX = 30


@require_safe
@office_page(sees=AUDITS)
def people(request: HttpRequest, office: Office) -> HttpResponse:
    search = request.GET.get("search", "")[:100]
    after_name, after_id = key_after(request, ("", 0))
    found = people_page(
        office, search=search, after=(str(after_name), int(str(after_id))), rows_max=ROWS_A_PAGE + 1
    )
    page = page_of(request, found, lambda row: (row.shown, row.person_id))
    told = {"page": page, "search": search, "may_change": office.may(ADMINISTERS)}
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
