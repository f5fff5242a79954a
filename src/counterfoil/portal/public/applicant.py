"""Who may see an application without an account: who has the link of the latest mail. Whatever
else is asked for is answered alike: ask for a new link.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from counterfoil.portal.merchants.links import ApplyingAt, application_of
from counterfoil.portal.models import Application, MerchantProfile, portal_settings
from counterfoil.portal.queries import rows
from counterfoil.portal.trail import Actor, address_of

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Applicant:
    at: ApplyingAt
    token: str
    application: Application
    by: Actor

    @property
    def profile(self) -> MerchantProfile | None:
        return self.application.profile


ApplicantPage = Callable[Concatenate[HttpRequest, Applicant, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]
Page = Callable[Concatenate[HttpRequest, ApplyingAt, P], HttpResponseBase]


def applying_at(request: HttpRequest, code: str) -> ApplyingAt:
    """Raises Http404 for an issuer that there is not."""
    found = rows(__package__, "issuer", {"code": code})
    if not found:
        raise Http404
    issuer_id, name = found[0]
    return ApplyingAt(issuer_id, code, name, request.build_absolute_uri("/").rstrip("/"))


def open_page(page: Page[P]) -> View:
    """For anybody, while the issuer takes applications."""

    @functools.wraps(page)
    def guarded(
        request: HttpRequest, issuer: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        at = applying_at(request, issuer)
        if not portal_settings(at.issuer_id).merchants_apply:
            return render(request, "portal/public/closed.html", {"at": at}, status=404)
        return page(request, at, *args, **kwargs)

    return cast("View", guarded)  # Django gives what comes with the address by its names


def applicant_page(page: ApplicantPage[P]) -> View:
    """For who has the link. Who applied before an issuer closed its form goes on."""

    @functools.wraps(page)
    def guarded(
        request: HttpRequest, issuer: str, token: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        at = applying_at(request, issuer)
        application = application_of(at.issuer_id, token)
        if application is None:
            over = {"at": at, "again": reverse("apply", args=[at.code])}
            return render(request, "portal/public/link_over.html", over, status=404)
        by = Actor(f"applicant:{application.pk}", address=address_of(request))
        response = page(request, Applicant(at, token, application, by), *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        # Nothing goes to others; to ourselves a browser must say where a form comes from.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return cast("View", guarded)  # Django gives what comes with the address by its names


def home_of(applicant: Applicant) -> HttpResponseBase:
    return redirect("apply-home", applicant.at.code, applicant.token)
