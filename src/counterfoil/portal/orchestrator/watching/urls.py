"""The dashboard of an issuer, and redemptions as they happen."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal import live
from counterfoil.portal.orchestrator.watching import dashboard, listed, views

urlpatterns: Final[list[URLPattern]] = [
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("dashboard/export", listed.export, name="dashboard-export"),
    path("live", live.office_ticket, name="live"),
    path("live/redemptions", views.redemptions, name="redemptions-now"),
]
