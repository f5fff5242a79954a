"""The addresses of an organisation's own pages, below `<issuer>/org/<organisation>/`."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal import live
from counterfoil.portal.buyer import home, people, redemptions, urls_purchases, urls_vouchers

urlpatterns: Final[list[URLPattern]] = [
    path("", home.overview, name="buyer"),
    path("live", live.buyer_ticket, name="buyer-live"),
    path("redemptions", redemptions.redemptions, name="buyer-redemptions"),
    path("redemptions/export", redemptions.export, name="buyer-redemptions-export"),
    *urls_purchases.urlpatterns,
    *urls_vouchers.urlpatterns,
    path("details", home.details, name="buyer-details"),
    path("statement", home.statement, name="buyer-statement"),
    path("statement/export", home.export_statement, name="buyer-statement-export"),
    path("people", people.people, name="buyer-people"),
    path("people/export", people.export, name="buyer-people-export"),
    path("people/<id:role_id>/remove", people.remove, name="buyer-people-remove"),
]
