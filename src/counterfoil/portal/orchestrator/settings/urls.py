"""The addresses of the settings, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.settings import (
    changes,
    keys,
    letterheads,
    mails,
    office,
    rules,
    views,
)

__all__ = ["changes", "urlpatterns"]

urlpatterns: Final[list[URLPattern]] = [
    path("settings", views.settings, name="settings"),
    path("settings/change", views.change_settings, name="settings-change"),
    path("settings/approvals", rules.approval_rules, name="approval-rules"),
    path("settings/approvals/<slug:kind>", rules.change_rule, name="approval-rule"),
    path("settings/portal", office.portal_settings_page, name="portal-settings"),
    path("settings/letterhead", letterheads.letterhead_page, name="letterhead"),
    path("settings/mails", mails.mails_not_taken, name="mails-not-taken"),
    path("settings/keys", keys.data_keys, name="data-keys"),
    path("settings/keys/<slug:purpose>/rotate", keys.rotate_key, name="rotate-key"),
]
