"""The addresses of the trail, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.trail import listed, views

urlpatterns: Final[list[URLPattern]] = [
    path("trail", views.trail, name="trail"),
    path("trail/export", listed.export, name="trail-export"),
]
