"""The list of merchants, agents and applications, their groups, and writing down a new one."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import CreateAcceptorGroup
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, Office, office_page
from counterfoil.portal.actions import actor_of, prepare_command
from counterfoil.portal.applying.guide import first_stages
from counterfoil.portal.applying.links import applying_at
from counterfoil.portal.listing import shown
from counterfoil.portal.merchants import profiles
from counterfoil.portal.merchants.following import follow
from counterfoil.portal.merchants.guide import STAGES, Stage
from counterfoil.portal.models import portal_settings
from counterfoil.portal.orchestrator.merchants.application_views import guide_of
from counterfoil.portal.orchestrator.merchants.forms import GroupForm, NewForm
from counterfoil.portal.orchestrator.merchants.listed import MERCHANTS
from counterfoil.portal.orchestrator.merchants.reading import groups_of
from counterfoil.portal.public.country import likely_country


@require_safe
@office_page(sees=EVERYONE)
def merchants(request: HttpRequest, office: Office) -> HttpResponse:
    follow(applying_at(request, office))
    return render(
        request,
        "portal/orchestrator/merchants/list.html",
        {
            "list": shown(request, office, MERCHANTS),
            "may_add": office.may(OPERATES),
            "applies_at": _apply_url(request, office),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=EVERYONE, acts=OPERATES)
def groups(request: HttpRequest, office: Office) -> HttpResponse:
    form = GroupForm(request.POST if request.method == "POST" else None)
    found = groups_of(office)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if any(each.code == code for each in found):
            form.add_error("code", _("There is a group of that code already."))
        else:
            content = CreateAcceptorGroup(code=code, name=form.cleaned_data["name"])
            try:
                return prepare_command(request, office, content, command_id=form.once)
            except ConflictError:
                form.add_error(None, _("This form was sent before, with something else in it."))
    return render(
        request,
        "portal/orchestrator/merchants/groups.html",
        {"groups": found, "form": form, "may_add": office.may(OPERATES)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def new_merchant(request: HttpRequest, office: Office) -> HttpResponse:
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
        return redirect(guide_of(request, office, profile.pk).url(Stage.PEOPLE))
    return render(
        request,
        "portal/orchestrator/merchants/new.html",
        {"form": form, "stages": first_stages(STAGES.items())},
    )


def _apply_url(request: HttpRequest, office: Office) -> str:
    """Empty where nobody may apply by themselves."""
    if not portal_settings(office.issuer_id).merchants_apply:
        return ""
    return request.build_absolute_uri(reverse("apply", args=[office.code]))
