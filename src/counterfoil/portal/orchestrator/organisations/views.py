"""The list of organisations and applications, and writing down a new one."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.portal.access import EVERYONE, OPERATES, Office, office_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.applying.guide import first_stages
from counterfoil.portal.applying.links import applying_at
from counterfoil.portal.listing import shown
from counterfoil.portal.models import portal_settings
from counterfoil.portal.orchestrator.organisations.application_views import guide_of
from counterfoil.portal.orchestrator.organisations.forms import NewForm
from counterfoil.portal.orchestrator.organisations.listed import ORGANISATIONS
from counterfoil.portal.organisations import profiles
from counterfoil.portal.organisations.following import follow
from counterfoil.portal.organisations.guide import STAGES, Stage
from counterfoil.portal.public.country import likely_country


@require_safe
@office_page(sees=EVERYONE)
def organisations(request: HttpRequest, office: Office) -> HttpResponse:
    follow(applying_at(request, office))
    return render(
        request,
        "portal/orchestrator/organisations/list.html",
        {
            "list": shown(request, office, ORGANISATIONS),
            "may_add": office.may(OPERATES),
            "applies_at": _apply_url(request, office),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def new_organisation(request: HttpRequest, office: Office) -> HttpResponse:
    """The first step of the guided form; what is saved here is a draft."""
    form = NewForm(
        request.POST if request.method == "POST" else None,
        version=0,
        initial={"country": likely_country(office.issuer_id)},
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            profile = profiles.begin(
                office.issuer_id,
                form.once,
                form.legal,
                origin=form.cleaned_data["origin"],
                by=actor_of(request, office),
            )
        return redirect(guide_of(request, office, profile).url(Stage.CONTACT))
    stages = [each for each in STAGES.items() if each[0] is not Stage.REVIEW]
    return render(
        request,
        "portal/orchestrator/organisations/new.html",
        {"form": form, "stages": first_stages(stages)},
    )


def _apply_url(request: HttpRequest, office: Office) -> str:
    """Empty where nobody may apply by themselves."""
    if not portal_settings(office.issuer_id).organisations_apply:
        return ""
    return request.build_absolute_uri(reverse("apply-organisation", args=[office.code]))
