"""The addresses of the organisations' room."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.organisations import (
    application_views,
    changes,
    listed,
    money_views,
    organisation_views,
    views,
)

__all__ = ["changes", "urlpatterns"]

_ONE: Final = "organisations/<id:organisation_id>"
_APPLICATION: Final = "organisations/applications/<uuid:profile_id>"
_DOCUMENTS: Final = f"{_APPLICATION}/documents"

urlpatterns: Final[list[URLPattern]] = [
    path("organisations", views.organisations, name="organisations"),
    path("organisations/export", listed.export, name="organisations-export"),
    path("organisations/new", views.new_organisation, name="organisation-new"),
    path(_ONE, organisation_views.organisation, name="organisation"),
    path(f"{_ONE}/statement", organisation_views.statement, name="organisation-statement"),
    path(f"{_ONE}/statement/export", listed.export_statement, name="organisation-statement-export"),
    path(f"{_ONE}/terms", organisation_views.terms, name="organisation-terms"),
    path(f"{_ONE}/profile", organisation_views.begin_profile, name="organisation-profile"),
    path(f"{_ONE}/manager", organisation_views.invite, name="organisation-manager"),
    path(
        f"{_ONE}/receive",
        money_views.choose,
        {"way": "receive"},
        name="organisation-receive-choose",
    ),
    path(
        f"{_ONE}/refund", money_views.choose, {"way": "refund"}, name="organisation-refund-choose"
    ),
    path(
        f"{_ONE}/receive/<id:funding_account_id>",
        money_views.receive,
        name="organisation-receive",
    ),
    path(f"{_ONE}/refund/<id:funding_account_id>", money_views.refund, name="organisation-refund"),
    path(f"{_ONE}/<str:act>", organisation_views.standing, name="organisation-standing"),
    path(_APPLICATION, application_views.application, name="organisation-application"),
    path(
        f"{_APPLICATION}/step/<str:step>",
        application_views.step,
        name="organisation-application-step",
    ),
    path(
        f"{_APPLICATION}/return",
        application_views.return_it,
        name="organisation-application-return",
    ),
    path(
        f"{_APPLICATION}/reject", application_views.reject, name="organisation-application-reject"
    ),
    path(
        f"{_APPLICATION}/propose",
        application_views.propose,
        name="organisation-application-propose",
    ),
    path(f"{_DOCUMENTS}/add", application_views.document, name="organisation-application-add"),
    path(
        f"{_DOCUMENTS}/<uuid:item_id>/remove",
        application_views.remove,
        name="organisation-application-remove",
    ),
    path(
        f"{_APPLICATION}/<str:stage>",
        application_views.stage,
        name="organisation-application-stage",
    ),
]
