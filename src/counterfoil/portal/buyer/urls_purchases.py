"""What an organisation buys: the catalogue, its purchases, and their papers."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.buyer import catalogue, purchases

urlpatterns: Final[list[URLPattern]] = [
    path("catalogue", catalogue.catalogue, name="buyer-catalogue"),
    path("catalogue/<str:group>", catalogue.choose, name="buyer-choose"),
    path("pictures/<sha256:digest>.webp", catalogue.picture, name="buyer-picture"),
    path("purchases", purchases.purchases, name="buyer-purchases"),
    path("purchases/export", purchases.export, name="buyer-purchases-export"),
    path("purchases/<uuid:purchase_id>", purchases.purchase, name="organisation-purchase"),
    path("purchases/<uuid:purchase_id>/ask", purchases.ask, name="buyer-purchase-ask"),
    path("purchases/<uuid:purchase_id>/lines", purchases.change_lines, name="buyer-purchase-lines"),
    path("purchases/<uuid:purchase_id>/proof", purchases.prove, name="buyer-purchase-proof"),
    path("purchases/<uuid:purchase_id>/cancel", purchases.cancel, name="buyer-purchase-cancel"),
    path(
        "purchases/<uuid:purchase_id>/proofs/<uuid:proof_id>",
        purchases.proof,
        name="buyer-proof-file",
    ),
    path("papers/<uuid:paper_id>.pdf", purchases.paper, name="buyer-paper"),
]
