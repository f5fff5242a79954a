"""The addresses of what agents earn, beside those of payouts."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.earnings import changes, views

__all__ = ["changes", "urlpatterns"]

urlpatterns: Final[list[URLPattern]] = [
    path("payouts/earnings", views.earnings, name="earnings"),
    path("payouts/earnings/change", views.change, name="earnings-change"),
    path("payouts/earnings/<id:funding_account_id>/budget", views.budget, name="earnings-budget"),
]
