"""What the issuer has set for its vouchers: shown with what it means, changed after approval."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.access import ADMINISTERS, EVERYONE, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.forms import SettingsForm
from counterfoil.portal.orchestrator.settings.reading import issuer_settings, waiting
from counterfoil.portal.orchestrator.settings.words import SETTINGS, setting_text

_GENERAL = ("activate_at_once", "cooling_off_days", "verify_accounts", "retention_days")


@require_safe
@office_page(sees=EVERYONE)
def settings(request: HttpRequest, office: Office) -> HttpResponse:
    now = issuer_settings(office)
    lines = [(name, SETTINGS[name], setting_text(name, now)) for name in SETTINGS]
    return render(
        request,
        "portal/orchestrator/settings/general.html",
        {
            "general": [line[1:] for line in lines if line[0] in _GENERAL],
            "guessing": [line[1:] for line in lines if line[0] not in _GENERAL],
            "waiting": waiting(office, ["change_settings"]),
            "may_change": office.may(ADMINISTERS),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def change_settings(request: HttpRequest, office: Office) -> HttpResponse:
    form = SettingsForm(request.POST or None, now=issuer_settings(office))
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        try:
            return prepare_command(
                request,
                office,
                form.asked,
                command_id=form.once,
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(request, "portal/orchestrator/settings/change.html", {"form": form})
