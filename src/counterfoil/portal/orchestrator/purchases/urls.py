"""Purchases of organisations, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.purchases import answers, changes, payments, views

__all__ = ["changes", "urlpatterns"]

urlpatterns: Final[list[URLPattern]] = [
    path("purchases", views.purchases, name="purchases"),
    path("purchases/export", views.export, name="purchases-export"),
    path("purchases/<uuid:purchase_id>", views.purchase, name="purchase"),
    path("purchases/<uuid:purchase_id>/quote", answers.quote, name="purchase-quote"),
    path("purchases/<uuid:purchase_id>/pay", payments.pay, name="purchase-pay"),
    path("purchases/<uuid:purchase_id>/<slug:answer>", answers.answer, name="purchase-answer"),
    path("papers/<uuid:paper_id>.pdf", views.paper, name="paper"),
]
