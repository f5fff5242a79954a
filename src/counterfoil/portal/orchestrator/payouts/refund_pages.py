"""A wrong redemption, taken back: asked for from the voucher's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.engine.commands.content import RefundRedemption
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.portal.access import HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.payouts.forms import WhyForm
from counterfoil.portal.orchestrator.payouts.refunding import redeemed_of
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.vouchers.story import voucher_of
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.templatetags.serials import serial as serial_text


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def refund(request: HttpRequest, office: Office, serial: str) -> HttpResponse:
    again = sent_before(request, office)
    if again is not None:
        return again
    row = voucher_of(office, int(serial))
    found = redeemed_of(office, row.serial)
    if found is None or found.is_refunded:
        messages.info(request, _("There is no redemption of this voucher to be taken back."))
        return redirect("voucher", office.code, row.serial)
    content = RefundRedemption(
        serial=row.serial,
        acceptor_id=found.acceptor_id,
        amount_minor=found.money.amount_minor,
        currency=found.money.currency,
    )
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/payouts/refund.html",
        {
            "voucher": row,
            "serial": serial_text(row.serial),
            "redeemed": found,
            "form": form,
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )
