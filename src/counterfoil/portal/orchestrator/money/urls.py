"""Where money is and moves."""

from django.urls import path

from counterfoil.portal.orchestrator.money import changes, listed, moving, views

__all__ = ["changes", "urlpatterns"]

urlpatterns = [
    path("money", views.money, name="money"),
    path("money/new", views.open_account, name="money-open"),
    path("money/deposit", moving.choose, {"way": "deposit"}, name="money-deposit-choose"),
    path("money/withdraw", moving.choose, {"way": "withdraw"}, name="money-withdraw-choose"),
    path("money/<id:funding_account_id>", views.account, name="money-account"),
    path("money/<id:funding_account_id>/export", listed.export, name="movements-export"),
    path("money/<id:funding_account_id>/deposit", moving.deposit, name="money-deposit"),
    path("money/<id:funding_account_id>/withdraw", moving.withdraw, name="money-withdraw"),
]
