"""What the issuer has set for its portal: its own rows, so it counts at once."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.portal.access import ADMINISTERS, EVERYONE, Office, office_page
from counterfoil.portal.models import PortalSettings, portal_settings
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.settings.forms import PortalSettingsForm
from counterfoil.portal.trail import address_of, record

_FIELDS = ("language", "time_zone", "merchants_apply", "organisations_apply")


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=EVERYONE, acts=ADMINISTERS)
def portal_settings_page(request: HttpRequest, office: Office) -> HttpResponse:
    with transaction.atomic():
        if request.method == "POST":
            PortalSettings.objects.get_or_create(pk=office.issuer_id)
            now = PortalSettings.objects.select_for_update().get(pk=office.issuer_id)
        else:
            now = portal_settings(office.issuer_id)
        form = PortalSettingsForm(request.POST or None, now=now)
        if request.method == "POST" and form.is_valid() and not _is_stale(form, now):
            _keep(request, office, now, form)
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("portal-settings", office.code)
    return render(
        request,
        "portal/orchestrator/settings/portal.html",
        {
            "form": form,
            "now": now,
            "language": dict(settings.LANGUAGES).get(now.language, now.language),
            "may_change": office.may(ADMINISTERS),
            "languages": settings.LANGUAGES,
        },
    )


def _is_stale(form: PortalSettingsForm, now: PortalSettings) -> bool:
    return form.is_stale(
        who=names_of([now.changed_by]).get(now.changed_by, ""), when=now.changed_at
    )


def _keep(
    request: HttpRequest, office: Office, now: PortalSettings, form: PortalSettingsForm
) -> None:
    before = {name: getattr(now, name) for name in _FIELDS}
    after = {name: form.cleaned_data[name] for name in _FIELDS}
    changed = [name for name in _FIELDS if before[name] != after[name]]
    if not changed:
        return
    for name in changed:
        setattr(now, name, after[name])
    now.version += 1
    now.changed_at = timezone.now()
    now.changed_by = office.actor
    now.save()
    record(
        office.issuer_id,
        office.actor,
        "settings.changed",
        subject="settings",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        address=address_of(request),
    )
