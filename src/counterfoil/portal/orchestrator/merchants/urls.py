"""The addresses of the merchants' room."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.merchants import (
    application_views,
    bank_views,
    changes,
    listed,
    merchant_views,
    views,
)

__all__ = ["changes", "urlpatterns"]

_ONE: Final = "merchants/<id:acceptor_id>"
_APPLICATION: Final = "merchants/applications/<uuid:profile_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("merchants", views.merchants, name="merchants"),
    path("merchants/export", listed.export, name="merchants-export"),
    path("merchants/new", views.new_merchant, name="merchant-new"),
    path("merchants/groups", views.groups, name="merchant-groups"),
    path(_ONE, merchant_views.merchant, name="merchant"),
    path(f"{_ONE}/groups", merchant_views.regroup, name="merchant-regroup"),
    path(f"{_ONE}/bank", bank_views.rebank, name="merchant-rebank"),
    path(f"{_ONE}/bank/keep", bank_views.keep_bank, name="merchant-keep-bank"),
    path(f"{_ONE}/profile", merchant_views.begin_profile, name="merchant-profile"),
    path(f"{_ONE}/owner", merchant_views.invite, name="merchant-owner"),
    path(f"{_ONE}/payouts/<str:act>", merchant_views.payouts, name="merchant-payouts"),
    path(f"{_ONE}/<str:act>", merchant_views.standing, name="merchant-standing"),
    path(_APPLICATION, application_views.application, name="application"),
    path(f"{_APPLICATION}/step/<str:step>", application_views.step, name="application-step"),
    path(f"{_APPLICATION}/ask", application_views.ask, name="application-ask"),
    path(f"{_APPLICATION}/reject", application_views.reject, name="application-reject"),
    path(f"{_APPLICATION}/propose", application_views.propose, name="application-propose"),
    path(
        f"{_APPLICATION}/verify/<str:section>",
        application_views.verify,
        name="application-verify",
    ),
    path(f"{_APPLICATION}/<str:stage>", application_views.stage, name="application-stage"),
    path(f"{_APPLICATION}/<str:stage>/add", application_views.item, name="application-add"),
    path(
        f"{_APPLICATION}/<str:stage>/<uuid:item_id>",
        application_views.item,
        name="application-item",
    ),
    path(
        f"{_APPLICATION}/<str:stage>/<uuid:item_id>/remove",
        application_views.remove,
        name="application-remove",
    ),
]
