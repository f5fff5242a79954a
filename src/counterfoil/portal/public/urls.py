"""The addresses of the public application, below `apply/`."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.public import views

urlpatterns: Final[list[URLPattern]] = [
    path("<issuer:issuer>", views.start, name="apply"),
    path("<issuer:issuer>/sent", views.sent, name="apply-sent"),
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
