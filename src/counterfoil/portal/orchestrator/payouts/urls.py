"""The addresses of payouts."""

from typing import Final

from django.urls import URLPattern, path

from counterfoil.portal.orchestrator.payouts import (
    changes,
    listed,
    payout_pages,
    refund_pages,
    route_pages,
    run_pages,
    terms_changes,
    terms_pages,
    views,
)

__all__ = ["changes", "terms_changes", "urlpatterns"]

_RUN: Final = "payouts/<id:run_id>"
_ONE: Final = f"{_RUN}/<id:acceptor_id>"
_TERMS: Final = "payouts/terms"

urlpatterns: Final[list[URLPattern]] = [
    path("payouts", views.payouts, name="payouts"),
    path("payouts/export", listed.export_runs, name="payout-runs-export"),
    path("payouts/begin", views.begin, name="payout-begin"),
    path("payouts/bank-days", terms_pages.rests, name="bank-days"),
    path("payouts/routes", route_pages.routes, name="payout-routes"),
    path("payouts/routes/change", route_pages.change, name="payout-routes-change"),
    path(_TERMS, terms_pages.terms, name="payout-terms"),
    path(f"{_TERMS}/new", terms_pages.choose, name="payout-terms-choose"),
    path(f"{_TERMS}/programme/<str:code>", terms_pages.of_programme, name="payout-terms-programme"),
    path(
        f"{_TERMS}/merchant/<id:funding_account_id>/<id:acceptor_id>",
        terms_pages.of_merchant,
        name="payout-terms-merchant",
    ),
    path(f"{_TERMS}/<id:terms_id>", terms_pages.change, name="payout-terms-change"),
    path(f"{_TERMS}/<id:terms_id>/end", terms_pages.end, name="payout-terms-end"),
    path(_RUN, run_pages.run, name="payout-run"),
    path(f"{_RUN}/export", listed.export, name="payouts-export"),
    path(f"{_RUN}/send", run_pages.send, name="payout-run-send"),
    path(f"{_RUN}/drop", run_pages.drop, name="payout-run-drop"),
    path(_ONE, payout_pages.payout, name="payout"),
    path(f"{_ONE}/statement", payout_pages.statement, name="payout-statement"),
    path(f"{_ONE}/paper", payout_pages.paper, name="payout-paper"),
    path(f"{_ONE}/again", payout_pages.retry, name="payout-retry"),
    path("voucher/<serial:serial>/refund", refund_pages.refund, name="redemption-refund"),
    path("voucher/<serial:serial>/refund/replace", refund_pages.replace, name="redemption-replace"),
]
