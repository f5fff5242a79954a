"""Who may see an application without an account: who has the link of the latest mail. Whatever
else is asked for is answered alike: ask for a new link.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Generic, ParamSpec, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from counterfoil.portal.applying.guide import Guide, P
from counterfoil.portal.applying.kinds import A, Kind
from counterfoil.portal.applying.links import ApplyingAt, application_of, send_link
from counterfoil.portal.forms import Keeper
from counterfoil.portal.models import Application, OrganisationApplication
from counterfoil.portal.public.forms import StartForm
from counterfoil.portal.public.throttle import asks_too_often, is_mailed_too_often
from counterfoil.portal.queries import rows
from counterfoil.portal.trail import Actor, address_of

Parts = ParamSpec("Parts")
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Applicant(Generic[A]):
    kind: Kind[A]
    at: ApplyingAt
    token: str
    application: A
    by: Actor

    @property
    def home(self) -> str:
        return reverse(f"{self.kind.page}-home", args=[self.at.code, self.token])


def applying_at(request: HttpRequest, code: str) -> ApplyingAt:
    """Raises Http404 for an issuer that there is not."""
    found = rows(__package__, "issuer", {"code": code})
    if not found:
        raise Http404
    issuer_id, name = found[0]
    return ApplyingAt(issuer_id, code, name, request.build_absolute_uri("/").rstrip("/"))


def open_page(
    kind: Kind[A],
) -> Callable[[Callable[Concatenate[HttpRequest, ApplyingAt, Parts], HttpResponseBase]], View]:
    """For anybody, while the issuer takes applications."""

    def decorate(
        page: Callable[Concatenate[HttpRequest, ApplyingAt, Parts], HttpResponseBase],
    ) -> View:
        @functools.wraps(page)
        def guarded(
            request: HttpRequest, issuer: str, *args: Parts.args, **kwargs: Parts.kwargs
        ) -> HttpResponseBase:
            at = applying_at(request, issuer)
            if not kind.is_open(at.issuer_id):
                return render(request, "portal/public/closed.html", {"at": at}, status=404)
            return page(request, at, *args, **kwargs)

        return cast("View", guarded)  # Django gives what comes with the address by its names

    return decorate


def applicant_page(
    kind: Kind[A],
) -> Callable[[Callable[Concatenate[HttpRequest, Applicant[A], Parts], HttpResponseBase]], View]:
    """For who has the link. Who applied before an issuer closed its form goes on."""

    def decorate(
        page: Callable[Concatenate[HttpRequest, Applicant[A], Parts], HttpResponseBase],
    ) -> View:
        @functools.wraps(page)
        def guarded(
            request: HttpRequest, issuer: str, token: str, *args: Parts.args, **kwargs: Parts.kwargs
        ) -> HttpResponseBase:
            at = applying_at(request, issuer)
            application = application_of(kind, at.issuer_id, token)
            if application is None:
                over = {"at": at, "again": reverse(kind.page, args=[at.code])}
                return render(request, "portal/public/link_over.html", over, status=404)
            by = Actor(f"{kind.applicant}{application.pk}", address=address_of(request))
            response = page(request, Applicant(kind, at, token, application, by), *args, **kwargs)
            response.headers["Cache-Control"] = "private, no-store"
            # Nothing goes to others; to ourselves a browser must say where a form comes from.
            response.headers["Referrer-Policy"] = "same-origin"
            return response

        return cast("View", guarded)  # Django gives what comes with the address by its names

    return decorate


def start_page(
    request: HttpRequest,
    at: ApplyingAt,
    kind: Kind[Application] | Kind[OrganisationApplication],
    template: str,
    *,
    others: bool,
) -> HttpResponse:
    """An e-mail, to which a link goes. What it answers says nothing about who applied before."""
    form = StartForm(request.POST or None)
    shown = {"at": at, "form": form, "others": others}
    if request.method == "POST" and form.is_valid():
        if asks_too_often(at.issuer_id, address_of(request)):
            form.add_error(None, _("Too many tries from here. Wait an hour, then try again."))
            return render(request, template, shown, status=429)
        email = str(form.cleaned_data["email"])
        if not is_mailed_too_often(at.issuer_id, email):
            with transaction.atomic():
                send_link(kind, at, email, template="link", language=get_language() or "en")
        return redirect(f"{kind.page}-sent", at.code)
    return render(request, template, shown)


def sent_page(
    request: HttpRequest,
    at: ApplyingAt,
    kind: Kind[Application] | Kind[OrganisationApplication],
) -> HttpResponse:
    again = reverse(kind.page, args=[at.code])
    return render(request, "portal/public/sent.html", {"at": at, "again": again})


def guide_of(applicant: Applicant[A], submitted: Callable[[P], None]) -> Guide[P]:
    at = applicant.at
    return Guide(
        issuer_id=at.issuer_id,
        issuer=at.name,
        by=applicant.by,
        keeper=Keeper(at.issuer_id, None, applicant.by.name),
        is_applicant=True,
        frame="portal/public/frame.html",
        base=applicant.home,
        home=applicant.home,
        submitted=submitted,
    )


def mail_submitted(applicant: Applicant[A], name: str) -> None:
    at, kind = applicant.at, applicant.kind
    start_url = f"{at.origin}{reverse(kind.page, args=[at.code])}"
    kind.mail(
        "submitted",
        [applicant.application.email],
        {"issuer": at.name, "name": name, "url": start_url},
        language=applicant.application.language,
        issuer_id=at.issuer_id,
    )
