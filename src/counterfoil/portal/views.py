"""The pages: signing in, setting a first password, and how an issuer stands."""

from importlib.resources import files
from typing import Final

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from counterfoil.portal import PREFIX
from counterfoil.portal.models import Person
from counterfoil.portal.overview import overviews

_STATIC: Final = {"counterfoil.css": "text/css; charset=utf-8"}
_STATIC_SECONDS: Final = 300


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, Person):
        raise Http404
    return render(request, "portal/home.html", {"overviews": overviews(request.user)})


class SignIn(LoginView):
    template_name = "portal/sign_in.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    pass


class Welcome(PasswordResetConfirmView):
    """Where the link of `counterfoil user create` leads; it works until a password is set."""

    template_name = "portal/welcome.html"
    success_url = f"{PREFIX}/sign-in"


@require_GET
def static_file(_request: HttpRequest, name: str) -> HttpResponse:
    if name not in _STATIC:
        raise Http404
    content = (files(__package__) / "static" / name).read_bytes()
    headers = {"Cache-Control": f"public, max-age={_STATIC_SECONDS}"}
    return HttpResponse(content, content_type=_STATIC[name], headers=headers)
