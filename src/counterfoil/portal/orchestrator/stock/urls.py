"""The addresses of stock, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.stock import changes, provisioning, views

__all__ = ["changes", "urlpatterns"]

urlpatterns: Final[list[URLPattern]] = [
    path("stock", views.stock, name="stock"),
    path("stock/new", provisioning.provision_new, name="stock-new"),
    path("stock/<id:provision_id>", views.provision, name="provision"),
    path("stock/<id:provision_id>/cancel", views.provision_cancel, name="provision-cancel"),
    path("stock/<id:provision_id>/<slug:turn>", views.provision_turn, name="provision-turn"),
    path("stock/bulk/<id:bulk_id>", views.bulk, name="bulk"),
]
