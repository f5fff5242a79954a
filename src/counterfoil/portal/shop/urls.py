"""The addresses of a merchant's own pages, below `<issuer>/shop/<acceptor>/`."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal import live
from counterfoil.portal.shop import listed, redemptions, views

urlpatterns: Final[list[URLPattern]] = [
    path("", views.shop, name="shop"),
    path("live", live.shop_ticket, name="shop-live"),
    path("redemptions", redemptions.redemptions, name="shop-redemptions"),
    path("redemptions/export", redemptions.export, name="shop-redemptions-export"),
    path("details", views.details, name="shop-details"),
    path("people", views.people, name="shop-people"),
    path("people/export", listed.export, name="shop-people-export"),
    path("people/<id:role_id>/remove", views.remove, name="shop-people-remove"),
]
