"""Recording what was paid: looked at beside the proof, sent for a second person's approval."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import HANDLES_MONEY, Office, office_page
from counterfoil.portal.models import Purchase, PurchaseProof
from counterfoil.portal.orchestrator.banking.beginning import line_asked, payment_of
from counterfoil.portal.orchestrator.purchases.answers import back
from counterfoil.portal.orchestrator.purchases.views import purchase_of
from counterfoil.portal.purchases.following import follow
from counterfoil.portal.purchases.forms import PaymentForm
from counterfoil.portal.purchases.life import STEPS, Step
from counterfoil.portal.purchases.paying import PaidBeforeError, record_payment
from counterfoil.portal.purchases.reading import Around, SaleState, around, sale_state
from counterfoil.portal.purchases.references import Used, repeated, used_by, used_of_proof


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def pay(request: HttpRequest, office: Office, purchase_id: UUID) -> HttpResponse:
    follow(office.issuer_id, purchase_id)
    found = purchase_of(office, purchase_id)
    sale, near = sale_state(found), around(found)
    is_sent = request.method == "POST"
    form = PaymentForm(
        request.POST if is_sent else None,
        purchase=found,
        may_use_balance=near.balance.amount_minor >= found.total_minor > 0,
        is_stock_short=sale is not None and sale.missing > 0,
        begun=payment_of(line_asked(request, office, found.funding_account_id)),
    )
    if form.was_sent:
        return back(office, purchase_id)
    if (found.status, Step.RECORD) not in STEPS:
        messages.error(request, _("No payment can be recorded for it as it stands now."))
        return back(office, purchase_id)
    used: list[Used] = []
    if form.counts:
        paid, reason = form.paid, str(form.cleaned_data["reason"])
        try:
            record_payment(request, office, purchase_id, form.sent, paid, reason=reason)
        except PaidBeforeError as error:
            form.add_error("bank_reference", str(error))
            used = used_by(found, paid.bank_reference, once=form.once)
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It waits for a second person's approval now."))
            return back(office, purchase_id)
    return _page(request, found, form, sale, near, used)


def _page(  # which purchase, the form, and what is known
    request: HttpRequest,
    found: Purchase,
    form: PaymentForm,
    sale: SaleState | None,
    near: Around,
    used: list[Used],
) -> HttpResponse:
    proofs = found.proofs.filter(ended_at=None).select_related("upload")
    proof: PurchaseProof | None = proofs.first()
    return render(
        request,
        "portal/orchestrator/purchases/pay.html",
        {
            "purchase": found,
            "organisation": near.organisation,
            "form": form,
            "sale": sale,
            "balance": near.balance,
            "proof": proof,
            "paid": None if proof is None else Money(proof.amount_minor, found.currency),
            "account": near.account,
            "repeated": repeated(
                [
                    *(each for each in used if each.counts),
                    *([] if proof is None else used_of_proof(found, proof)),
                ]
            ),
        },
    )
