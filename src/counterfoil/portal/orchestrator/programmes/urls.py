"""Programmes."""

from django.urls import path

from counterfoil.portal.orchestrator.programmes import (
    changes,
    closing,
    listed,
    reports,
    steps,
    views,
)

__all__ = ["changes", "urlpatterns"]

urlpatterns = [
    path("programmes", views.programmes, name="programmes"),
    path("programmes/export", listed.export, name="programmes-export"),
    path("programmes/new", views.new_programme, name="programme-new"),
    path("programmes/<slug:code>", views.programme, name="programme"),
    path("programmes/<slug:code>/edit", views.edit_programme, name="programme-edit"),
    path("programmes/<slug:code>/step", steps.step, name="programme-step"),
    path("programmes/<slug:code>/closing", closing.closing, name="programme-closing"),
    path("programmes/<slug:code>/report", reports.report, name="programme-report"),
    path("programmes/<slug:code>/report.csv", reports.report_csv, name="programme-report-csv"),
]
