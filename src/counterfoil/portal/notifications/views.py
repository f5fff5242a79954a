"""A person's own notifications: the list, the way from each to what it is about, preferences."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.portal.access import zone_named
from counterfoil.portal.door.second_factor import needs_second_factor, set_up_url
from counterfoil.portal.models import Person
from counterfoil.portal.models.notifications import Notification
from counterfoil.portal.notifications.kinds import KINDS
from counterfoil.portal.notifications.mails import Line, line_of
from counterfoil.portal.notifications.parameters import read
from counterfoil.portal.notifications.preferences import PreferencesForm
from counterfoil.portal.pager import ROWS_A_PAGE, key_after, page_of
from counterfoil.portal.queries import rows

_LAST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Told:
    """One of the list."""

    notification_id: int
    line: Line
    at: datetime
    is_read: bool
    issuer_name: str


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    person = _let_in(request)
    if isinstance(person, HttpResponse):
        return person
    if request.method == "POST":
        until = request.POST.get("until", "")
        if until.isdecimal() and len(until) < len(str(_LAST)):
            _unread(person).filter(pk__lte=int(until)).update(read_at=timezone.now())
        return redirect("notifications")
    (before,) = key_after(request, (_LAST,))
    found = rows(
        __package__,
        "notifications_page",
        {"person_id": person.pk, "before": before, "rows_max": ROWS_A_PAGE + 1},
    )
    told = [
        Told(key, line_of(KINDS[kind], read(parameters), key), at, is_read, issuer)
        for key, kind, parameters, at, is_read, issuer, _zone in found
        if kind in KINDS
    ]
    page = page_of(request, told, lambda each: (each.notification_id,))
    with timezone.override(zone_named(found[0][-1]) if found else UTC):
        return render(
            request,
            "portal/notifications/list.html",
            {"page": page, "has_unread": any(not each.is_read for each in page.rows)},
        )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notification(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Looked at, it is read, and leads to what it is about; sent, it is read and stays here."""
    person = _let_in(request)
    if isinstance(person, HttpResponse):
        return person
    found = rows(
        __package__,
        "notification",
        {"person_id": person.pk, "notification_id": notification_id},
    )
    if not found:
        raise Http404
    kind, audience, place_id, subject, code = found[0]
    _unread(person).filter(pk=notification_id).update(read_at=timezone.now())
    url = KINDS[kind].url(audience, code, place_id, subject) if kind in KINDS else ""
    return redirect(url if url and request.method != "POST" else "notifications")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    person = _let_in(request)
    if isinstance(person, HttpResponse):
        return person
    form = PreferencesForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.fields and form.is_valid():
        form.save()
        messages.success(request, _("Your choices are kept."))
        return redirect("notification-preferences")
    return render(request, "portal/notifications/preferences.html", {"form": form})


def _let_in(request: HttpRequest) -> Person | HttpResponse:
    """Who may not look at any page before the second factor is set up sees nothing here either."""
    person = request.user
    if not isinstance(person, Person):
        raise Http404
    return redirect(set_up_url(request)) if needs_second_factor(person) else person


def _unread(person: Person) -> QuerySet[Notification]:
    return Notification.objects.filter(person=person, read_at=None)
