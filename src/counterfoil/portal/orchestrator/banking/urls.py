"""The addresses of the bank: a part of the books."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.banking import (
    changes,
    difference_pages,
    listed,
    rule_pages,
    views,
)

__all__ = ["changes", "urlpatterns"]

_BANK: Final = "books/bank"
_DIFFERENCES: Final = "books/differences"
_ACCOUNT: Final = f"{_BANK}/<id:funding_account_id>"
_ONE: Final = f"{_DIFFERENCES}/<id:exception_id>"

urlpatterns: Final[list[URLPattern]] = [
    path(_BANK, views.bank, name="bank"),
    path(f"{_BANK}/bring", views.bring_file, name="bank-bring"),
    path(f"{_BANK}/brought/<uuid:brought_id>", views.brought, name="bank-brought"),
    path(f"{_BANK}/proposed", views.proposed, name="bank-proposed"),
    path(f"{_BANK}/proposed/export", listed.export_proposed, name="bank-proposed-export"),
    path(f"{_BANK}/rules", rule_pages.rules, name="bank-rules"),
    path(f"{_BANK}/rules/change", rule_pages.change, name="bank-rules-change"),
    path(f"{_BANK}/lines/<id:entry_id>", views.line, name="bank-line"),
    path(_ACCOUNT, views.account, name="bank-account"),
    path(f"{_ACCOUNT}/export", listed.export_lines, name="bank-lines-export"),
    path(_DIFFERENCES, difference_pages.differences, name="differences"),
    path(f"{_DIFFERENCES}/export", listed.export_differences, name="differences-export"),
    path(_ONE, difference_pages.difference, name="difference"),
    path(f"{_ONE}/end", difference_pages.resolve, name="difference-end"),
]
