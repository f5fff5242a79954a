"""The addresses of an organisation's vouchers, and of handing them out."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.buyer import changing, handed_listed, handovers, vouchers, vouchers_listed
from counterfoil.portal.handovers import changes

__all__ = ["changes", "urlpatterns"]

urlpatterns: Final[list[URLPattern]] = [
    path("vouchers", vouchers.vouchers, name="buyer-vouchers"),
    path("vouchers/export", vouchers_listed.export_allocations, name="buyer-allocations-export"),
    path("vouchers/find", vouchers.find, name="buyer-voucher-find"),
    path("vouchers/bought/<id:allocation_id>", vouchers.allocation, name="buyer-allocation"),
    path(
        "vouchers/bought/<id:allocation_id>/export",
        vouchers_listed.export_vouchers,
        name="buyer-vouchers-export",
    ),
    path("vouchers/change/<slug:act>", changing.change, name="buyer-vouchers-change"),
    path("vouchers/changes/<uuid:command_id>", changing.changed, name="buyer-changed"),
    path("voucher/<serial:serial>", vouchers.voucher, name="buyer-voucher"),
    path("handovers", handovers.handovers, name="buyer-handovers"),
    path("handovers/export", handovers.export, name="buyer-handovers-export"),
    path("handovers/new", handovers.new, name="buyer-handover-new"),
    path("handovers/<uuid:handover_id>", handovers.handover, name="buyer-handover"),
    path("handovers/<uuid:handover_id>/review", handovers.review, name="buyer-handover-review"),
    path("handovers/<uuid:handover_id>/discard", handovers.discard, name="buyer-handover-discard"),
    path("handovers/<uuid:handover_id>/replace", handovers.replace, name="buyer-handover-replace"),
    path(
        "handovers/<uuid:handover_id>/export",
        handed_listed.export,
        name="buyer-handover-export",
    ),
    path("handovers/<uuid:handover_id>/fetch", handovers.fetch, name="buyer-handover-fetch"),
]
