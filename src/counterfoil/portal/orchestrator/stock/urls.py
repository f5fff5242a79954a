"""The addresses of stock, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.stock import (
    allocations,
    changes,
    inventory,
    listed,
    provisioning,
    ranges,
    serial_list,
    views,
)

__all__ = ["changes", "urlpatterns"]

_ALLOCATION: Final = "stock/allocations/<id:allocation_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("stock", inventory.stock, name="stock"),
    path("stock/export", inventory.export, name="inventory-export"),
    path("stock/of/<str:group>", inventory.group_stock, name="inventory-group"),
    path("stock/provisions", views.provisions, name="provisions"),
    path("stock/provisions/export", listed.export, name="provisions-export"),
    path("stock/allocations", allocations.allocations, name="allocations"),
    path("stock/allocations/export", allocations.export, name="allocations-export"),
    path(_ALLOCATION, allocations.allocation, name="allocation"),
    path(f"{_ALLOCATION}/export", allocations.export_ranges, name="allocation-ranges-export"),
    path("stock/serials", serial_list.serials, name="serials"),
    path("stock/serials/export", serial_list.export, name="serials-export"),
    path("stock/new", provisioning.provision_new, name="stock-new"),
    path("stock/<id:provision_id>", views.provision, name="provision"),
    path("stock/<id:provision_id>/export", ranges.export, name="provision-ranges-export"),
    path("stock/<id:provision_id>/cancel", views.provision_cancel, name="provision-cancel"),
    path("stock/<id:provision_id>/<slug:turn>", views.provision_turn, name="provision-turn"),
    path("stock/bulk/<id:bulk_id>", views.bulk, name="bulk"),
    path("stock/bulk/<id:bulk_id>/export", listed.export_refusals, name="refusals-export"),
]
