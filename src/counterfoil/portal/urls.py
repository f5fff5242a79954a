"""Every address of the portal."""

from django.urls import path
from django.views.generic import RedirectView

from counterfoil.portal import PREFIX, views

_ROOT = f"{PREFIX.removeprefix('/')}/"

urlpatterns = [
    path("", RedirectView.as_view(url=f"{PREFIX}/")),
    path(_ROOT.removesuffix("/"), RedirectView.as_view(url=f"{PREFIX}/")),
    path(_ROOT, views.home, name="home"),
    path(f"{_ROOT}sign-in", views.SignIn.as_view(), name="sign-in"),
    path(f"{_ROOT}sign-out", views.SignOut.as_view(), name="sign-out"),
    path(f"{_ROOT}welcome/<uidb64>/<token>", views.Welcome.as_view(), name="welcome"),
    path(f"{_ROOT}static/<name>", views.static_file, name="static"),
]
