"""A wrong redemption, taken back: asked for from the voucher's page, alone or with another voucher
handed out in its place.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from counterfoil.engine.commands.content import RefundRedemption
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.queries import VoucherRow
from counterfoil.errors import ConflictError
from counterfoil.portal.access import HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.handovers.lists import send_refund
from counterfoil.portal.models import ISSUERS_OWN, HandoverList
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import CommandRow, commands_about
from counterfoil.portal.orchestrator.payouts.forms import GiveForm, WhyForm
from counterfoil.portal.orchestrator.payouts.refunding import Redeemed, redeemed_of
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.vouchers.replacing import as_its_own_buyer
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
        return _nothing_to_refund(request, office, row)
    content = _content(row, found)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return _page(request, office, row, found, form)


@never_cache
@sensitive_post_parameters("proposed", "own", "own_again")
@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def replace(request: HttpRequest, office: Office, serial: str) -> HttpResponse:
    """Its number is sealed for who knows the password, as that of any replaced voucher."""
    again = _begun_before(request, office)
    if again is not None:
        return again
    row = voucher_of(office, int(serial))
    found = redeemed_of(office, row.serial)
    if found is None or found.is_refunded:
        return _nothing_to_refund(request, office, row)
    form = GiveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and not _waiting(office, row):
        try:
            send_refund(
                request,
                as_its_own_buyer(office),
                form.once,
                _content(row, found),
                reason=form.cleaned_data["reason"],
                file_kind=form.cleaned_data["file_kind"],
                password=form.password,
            )
            return redirect("replacement", office.code, form.once)
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return _page(request, office, row, found, form)


def _begun_before(request: HttpRequest, office: Office) -> HttpResponseRedirect | None:
    """To what this very form has asked for already."""
    try:
        once = UUID(request.POST.get("command_id", ""))
    except ValueError:
        return None
    begun = HandoverList.objects.filter(
        pk=once, issuer_id=office.issuer_id, organisation_id=ISSUERS_OWN, sent_by=office.actor
    )
    return redirect("replacement", office.code, once) if begun.exists() else None


def _nothing_to_refund(request: HttpRequest, office: Office, row: VoucherRow) -> HttpResponse:
    messages.info(request, _("There is no redemption of this voucher to be taken back."))
    return redirect("voucher", office.code, row.serial)


def _content(row: VoucherRow, found: Redeemed) -> RefundRedemption:
    return RefundRedemption(
        serial=row.serial,
        acceptor_id=found.acceptor_id,
        amount_minor=found.money.amount_minor,
        currency=found.money.currency,
    )


def _waiting(office: Office, row: VoucherRow) -> list[CommandRow]:
    """What was asked about it already: a redemption is taken back once."""
    about = commands_about(office, f"voucher:{row.serial}")
    return [each for each in about if each.is_waiting and isinstance(each.asked, RefundRedemption)]


def _page(
    request: HttpRequest, office: Office, row: VoucherRow, found: Redeemed, form: WhyForm | GiveForm
) -> HttpResponse:
    gives, content = isinstance(form, GiveForm), _content(row, found)
    return render(
        request,
        f"portal/orchestrator/payouts/{'refund_replace' if gives else 'refund'}.html",
        {
            "voucher": row,
            "serial": serial_text(row.serial),
            "redeemed": found,
            "gives": gives,
            "form": form,
            "waiting": _waiting(office, row),
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )
