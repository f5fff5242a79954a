"""The addresses of the vouchers, below the issuer's code."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.buyer import handed_listed
from counterfoil.portal.orchestrator.vouchers import (
    act_pages,
    changes,
    draft_pages,
    listed,
    replacing,
    searching,
    step_pages,
    story_pages,
    views,
)

__all__ = ["changes", "urlpatterns"]

_DRAFT: Final = "vouchers/drafts/<uuid:draft_id>"
_REPLACED: Final = "vouchers/replaced/<uuid:handover_id>"
_GROUP: Final = "vouchers/group/<str:group>"

urlpatterns: Final[list[URLPattern]] = [
    path("vouchers", views.vouchers, name="vouchers"),
    path("vouchers/export", listed.export, name="vouchers-export"),
    path("vouchers/change", act_pages.vouchers_change, name="vouchers-change"),
    path(_REPLACED, replacing.replacement, name="replacement"),
    path(f"{_REPLACED}/review", replacing.review, name="replacement-review"),
    path(f"{_REPLACED}/export", handed_listed.export_replacement, name="replacement-export"),
    path(f"{_REPLACED}/fetch", replacing.fetch, name="replacement-fetch"),
    path(f"{_REPLACED}/discard", replacing.discard, name="replacement-discard"),
    path("vouchers/new", step_pages.new_voucher, name="voucher-new"),
    path(_DRAFT, draft_pages.draft_page, name="voucher-draft"),
    path(f"{_DRAFT}/print", draft_pages.draft_print, name="voucher-draft-print"),
    path(f"{_DRAFT}/discard", draft_pages.draft_discard, name="voucher-draft-discard"),
    path(f"{_DRAFT}/follow", draft_pages.draft_follow, name="voucher-draft-follow"),
    path(f"{_DRAFT}/names", step_pages.find_acceptors, name="voucher-names"),
    path(f"{_DRAFT}/step/<slug:step>", step_pages.draft_step, name="voucher-step"),
    path(_GROUP, views.voucher_group, name="voucher-group"),
    path(f"{_GROUP}/edit", draft_pages.group_edit, name="voucher-edit"),
    path(f"{_GROUP}/turn/<slug:status>", views.group_turn, name="voucher-turn"),
    path("voucher", searching.voucher_search, name="voucher-search"),
    path("voucher/<serial:serial>", story_pages.voucher, name="voucher"),
    path("voucher/<serial:serial>/<slug:step>", story_pages.voucher_change, name="voucher-change"),
]
