"""The addresses of the books."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.books import changes, listed, period_pages, views

__all__ = ["changes", "urlpatterns"]

_PERIODS: Final = "books/periods"
_ONE: Final = f"{_PERIODS}/<day:through>"

urlpatterns: Final[list[URLPattern]] = [
    path("books", views.books, name="books"),
    path("books/vouchers/export", listed.export_groups, name="books-export"),
    path(_PERIODS, period_pages.periods, name="periods"),
    path(f"{_PERIODS}/export", listed.export_periods, name="periods-export"),
    path(f"{_PERIODS}/close", period_pages.close, name="period-close"),
    path(_ONE, period_pages.period, name="period"),
    path(f"{_ONE}/export", listed.export_balances, name="balances-export"),
    path(f"{_ONE}/late/export", listed.export_late, name="late-export"),
]
