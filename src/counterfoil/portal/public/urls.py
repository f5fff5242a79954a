"""The addresses of the public application, below `apply/`."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.public import organisations, views

_ORGANISATION: Final = "<issuer:issuer>/organisation"
_ITS: Final = f"{_ORGANISATION}/<str:token>"

urlpatterns: Final[list[URLPattern]] = [
    path("<issuer:issuer>", views.start, name="apply"),
    path("<issuer:issuer>/sent", views.sent, name="apply-sent"),
    path(_ORGANISATION, organisations.start, name="apply-organisation"),
    path(f"{_ORGANISATION}/sent", organisations.sent, name="apply-organisation-sent"),
    path(_ITS, organisations.home, name="apply-organisation-home"),
    path(f"{_ITS}/withdraw", organisations.withdraw, name="apply-organisation-withdraw"),
    path(f"{_ITS}/again", organisations.again, name="apply-organisation-again"),
    path(f"{_ITS}/documents/add", organisations.document, name="apply-organisation-add"),
    path(
        f"{_ITS}/documents/<uuid:item_id>/remove",
        organisations.remove,
        name="apply-organisation-remove",
    ),
    path(f"{_ITS}/<str:stage>", organisations.stage, name="apply-organisation-stage"),
    path("<issuer:issuer>/<str:token>", views.home, name="apply-home"),
    path("<issuer:issuer>/<str:token>/withdraw", views.withdraw, name="apply-withdraw"),
    path("<issuer:issuer>/<str:token>/again", views.again, name="apply-again"),
    path("<issuer:issuer>/<str:token>/<str:stage>", views.stage, name="apply-stage"),
    path("<issuer:issuer>/<str:token>/<str:stage>/add", views.item, name="apply-add"),
    path("<issuer:issuer>/<str:token>/<str:stage>/<uuid:item_id>", views.item, name="apply-item"),
    path(
        "<issuer:issuer>/<str:token>/<str:stage>/<uuid:item_id>/remove",
        views.remove,
        name="apply-remove",
    ),
]
