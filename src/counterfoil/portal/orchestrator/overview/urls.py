"""The first page of an issuer."""

from django.urls import path

from counterfoil.portal.orchestrator.overview import views

urlpatterns = [path("", views.overview, name="overview")]
