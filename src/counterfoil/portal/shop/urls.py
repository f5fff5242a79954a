"""The addresses of a merchant's own pages, below `<issuer>/shop/<acceptor>/`."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal import live
from counterfoil.portal.shop import listed, payouts, redemptions, views

urlpatterns: Final[list[URLPattern]] = [
    path("", views.shop, name="shop"),
    path("live", live.shop_ticket, name="shop-live"),
    path("redemptions", redemptions.redemptions, name="shop-redemptions"),
    path("redemptions/export", redemptions.export, name="shop-redemptions-export"),
    path("payouts", payouts.payouts, name="shop-payouts"),
    path("payouts/export", payouts.export, name="shop-payouts-export"),
    path("payouts/<id:run_id>", payouts.payout, name="shop-payout"),
    path("payouts/<id:run_id>/statement", payouts.statement, name="shop-payout-statement"),
    path("payouts/<id:run_id>/paper", payouts.paper, name="shop-payout-paper"),
    path("details", views.details, name="shop-details"),
    path("people", views.people, name="shop-people"),
    path("people/export", listed.export, name="shop-people-export"),
    path("people/<id:role_id>/remove", views.remove, name="shop-people-remove"),
]
