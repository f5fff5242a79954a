"""The pages of an issuer, below its code: one line a room."""

from typing import Final

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: Final[list[URLPattern | URLResolver]] = [
    path("", include("counterfoil.portal.orchestrator.overview.urls")),
    path("", include("counterfoil.portal.orchestrator.command_urls")),
    path("", include("counterfoil.portal.orchestrator.money.urls")),
    path("", include("counterfoil.portal.orchestrator.payouts.urls")),
    path("", include("counterfoil.portal.orchestrator.earnings.urls")),
    path("", include("counterfoil.portal.orchestrator.books.urls")),
    path("", include("counterfoil.portal.orchestrator.banking.urls")),
    path("", include("counterfoil.portal.orchestrator.programmes.urls")),
    path("", include("counterfoil.portal.orchestrator.people.urls")),
    path("", include("counterfoil.portal.orchestrator.purchases.urls")),
    path("", include("counterfoil.portal.orchestrator.merchants.urls")),
    path("", include("counterfoil.portal.orchestrator.organisations.urls")),
    path("", include("counterfoil.portal.orchestrator.vouchers.urls")),
    path("", include("counterfoil.portal.orchestrator.stock.urls")),
    path("", include("counterfoil.portal.orchestrator.settings.urls")),
    path("", include("counterfoil.portal.orchestrator.clients.urls")),
    path("", include("counterfoil.portal.orchestrator.trail.urls")),
    path("", include("counterfoil.portal.orchestrator.watching.urls")),
]
