"""The addresses of a merchant's own pages, below `<issuer>/shop/<acceptor>/`."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.shop import views

urlpatterns: Final[list[URLPattern]] = [
    path("", views.shop, name="shop"),
    path("details", views.details, name="shop-details"),
    path("people", views.people, name="shop-people"),
    path("people/<id:role_id>/remove", views.remove, name="shop-people-remove"),
]
