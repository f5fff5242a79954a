"""An organisation's purchases: the list, one of them, and what its people do with it."""

from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.access import BUYERS, BUYS, Buyer, buyer_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.forms import Keeper
from counterfoil.portal.listing import shown
from counterfoil.portal.models import (
    Paper,
    PaperKind,
    Purchase,
    PurchaseLine,
    PurchaseProof,
    PurchaseStatus,
)
from counterfoil.portal.purchases import papers
from counterfoil.portal.purchases.answering import answer_purchase
from counterfoil.portal.purchases.basket import drafts_of, request_purchase, write_lines
from counterfoil.portal.purchases.following import follow
from counterfoil.portal.purchases.forms import AnswerForm, AskForm, ProofForm, quantity_field
from counterfoil.portal.purchases.life import STEPS, Step
from counterfoil.portal.purchases.listed import BUYER_PURCHASES
from counterfoil.portal.purchases.paper_pages import given_paper, paper_lines
from counterfoil.portal.purchases.proving import Proof, send_proof
from counterfoil.portal.purchases.reading import sale_state
from counterfoil.portal.purchases.sheet import line_rows, shortfall
from counterfoil.portal.purchases.standing import (
    buyers_next,
    buyers_word,
    story_for_buyer,
    way,
)
from counterfoil.portal.upload_pages import file_of

_TO_PAY: Final = frozenset({PurchaseStatus.QUOTED, PurchaseStatus.PROOF, PurchaseStatus.RETURNED})
_CREDIT_NOTES_MAX: Final = 20


@require_safe
@buyer_page(sees=BUYERS)
def purchases(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    follow(buyer.issuer_id)
    notes = Paper.objects.filter(
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        kind=PaperKind.CREDIT_NOTE,
    ).order_by("-issued_at")
    return render(
        request,
        "portal/buyer/purchases/list.html",
        {
            "buyer": buyer,
            "list": shown(request, buyer, BUYER_PURCHASES),
            "drafts": [draft for draft in drafts_of(buyer) if draft.total_minor],
            "credit_notes": paper_lines(notes[:_CREDIT_NOTES_MAX]),
            "may_buy": buyer.may_now(BUYS),
        },
    )


@require_POST
@buyer_page(sees=BUYERS, acts=BUYERS)
def export(request: HttpRequest, buyer: Buyer) -> StreamingHttpResponse:
    return exported(request, buyer, BUYER_PURCHASES)


@require_safe
@buyer_page(sees=BUYERS)
def purchase(request: HttpRequest, buyer: Buyer, purchase_id: UUID) -> HttpResponse:
    """Where it stands, what is to do, what was done."""
    follow(buyer.issuer_id, purchase_id)
    found = _of(buyer, purchase_id)
    return _page(request, buyer, found, AskForm(purchase=found), None)


@require_POST
@buyer_page(sees=BUYS, acts=BUYS)
def ask(request: HttpRequest, buyer: Buyer, purchase_id: UUID) -> HttpResponse:
    """Send the request with the quantities as they are written, or send it again."""
    found = _of(buyer, purchase_id)
    lines = list(found.lines.all())
    form, quantities = AskForm(request.POST, purchase=found), _lines_form(lines, request.POST)
    if not (form.is_valid() and quantities.is_valid()):
        return _page(request, buyer, found, form, quantities)
    note = str(form.cleaned_data["note"])
    try:
        request_purchase(
            buyer,
            purchase_id,
            form.sent,
            _written(lines, quantities),
            actor_of(request, buyer),
            note=note,
        )
    except ConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is asked for. You are told when it is quoted."))
    return _back(buyer, purchase_id)


@require_POST
@buyer_page(sees=BUYS, acts=BUYS)
def change_lines(request: HttpRequest, buyer: Buyer, purchase_id: UUID) -> HttpResponse:
    """How many of each, before it is asked for."""
    found = _of(buyer, purchase_id)
    lines = list(found.lines.all())
    form, quantities = AskForm(request.POST, purchase=found), _lines_form(lines, request.POST)
    if not (form.is_valid() and quantities.is_valid()):
        return _page(request, buyer, found, form, quantities)
    try:
        written = _written(lines, quantities)
        write_lines(buyer, purchase_id, written, form.sent.version, actor_of(request, buyer))
    except ConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return _back(buyer, purchase_id)


@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page(sees=BUYS, acts=BUYS)
def prove(request: HttpRequest, buyer: Buyer, purchase_id: UUID) -> HttpResponse:
    """The paper of the payment, and what it says."""
    follow(buyer.issuer_id, purchase_id)
    found = _of(buyer, purchase_id)
    keeper = Keeper(buyer.issuer_id, buyer.person)
    is_sent = request.method == "POST"
    form = ProofForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        purchase=found,
        keeper=keeper,
    )
    if form.was_sent:
        return _back(buyer, purchase_id)
    if (found.status, Step.PROVE) not in STEPS or found.sale_id is None:
        messages.error(request, _("No proof of payment can be sent for it as it stands now."))
        return _back(buyer, purchase_id)
    if form.counts:
        proof = Proof(
            form.upload,
            form.cleaned_data["amount"].amount_minor,
            form.cleaned_data["bank_reference"],
            form.cleaned_data["paid_on"],
        )
        try:
            send_proof(buyer, purchase_id, form.sent, proof, actor_of(request, buyer))
        except ConflictError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Sent. The issuer looks whether the money has arrived."))
        return _back(buyer, purchase_id)
    return render(
        request,
        "portal/buyer/purchases/prove.html",
        {
            "buyer": buyer,
            "purchase": found,
            "form": form,
            "account": papers.account_text(found.issuer_id, found.funding_account_id),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page(sees=BUYS, acts=BUYS)
def cancel(request: HttpRequest, buyer: Buyer, purchase_id: UUID) -> HttpResponse:
    follow(buyer.issuer_id, purchase_id)
    found = _of(buyer, purchase_id)
    is_sent = request.method == "POST"
    form = AnswerForm(
        request.POST if is_sent else None,
        purchase=found,
        label=_("Why"),
        help_text=_("The issuer reads it."),
    )
    if form.was_sent:
        return _back(buyer, purchase_id)
    if (found.status, Step.CANCEL) not in STEPS:
        messages.error(request, _("It cannot be cancelled as it stands now."))
        return _back(buyer, purchase_id)
    if form.counts:
        reason = str(form.cleaned_data["reason"])
        try:
            answer_purchase(request, buyer, purchase_id, form.sent, step=Step.CANCEL, reason=reason)
        except ConflictError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is cancelled."))
        return _back(buyer, purchase_id)
    return render(
        request,
        "portal/buyer/purchases/cancel.html",
        {"buyer": buyer, "purchase": found, "form": form},
    )


@require_safe
@buyer_page(sees=BUYERS)
def paper(_request: HttpRequest, buyer: Buyer, paper_id: UUID) -> HttpResponse:
    found = Paper.objects.filter(
        pk=paper_id, issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id
    )
    return given_paper(found.first())


@require_safe
@buyer_page(sees=BUYERS)
def proof(
    _request: HttpRequest, buyer: Buyer, purchase_id: UUID, proof_id: UUID
) -> HttpResponseBase:
    """The file as it was sent."""
    of = _of(buyer, purchase_id)
    found = PurchaseProof.objects.filter(pk=proof_id, purchase=of).select_related("upload").first()
    if found is None:
        raise Http404
    return file_of(found.upload)


def _page(
    request: HttpRequest,
    buyer: Buyer,
    found: Purchase,
    form: AskForm,
    lines_form: forms.Form | None,
) -> HttpResponse:
    lines, sale = list(found.lines.all()), sale_state(found)
    may = buyer.may_now(BUYS)
    is_open = found.sale_id is None and found.status in {
        PurchaseStatus.DRAFT,
        PurchaseStatus.RETURNED,
    }
    return render(
        request,
        "portal/buyer/purchases/purchase.html",
        {
            "buyer": buyer,
            "purchase": found,
            "state": buyers_word(found.status),
            "next": buyers_next(found),
            "way": way(found),
            "lines": line_rows(found, lines, sale),
            "sale": sale,
            "short": shortfall(found, sale),
            "proofs": list(found.proofs.select_related("upload").order_by("-sent_at")),
            "papers": paper_lines(papers.papers_of(found)),
            "story": story_for_buyer(found, buyer.issuer_name),
            "form": form,
            "lines_form": (lines_form or _lines_form(lines, None)) if may and is_open else None,
            "may_ask": may and is_open,
            "may_prove": may and (found.status, Step.PROVE) in STEPS and found.sale_id is not None,
            "may_cancel": may and (found.status, Step.CANCEL) in STEPS,
            "is_to_pay": found.status in _TO_PAY and found.sale_id is not None,
            "account": papers.account_text(found.issuer_id, found.funding_account_id),
        },
    )


def _lines_form(lines: list[PurchaseLine], data: QueryDict | None) -> forms.Form:
    form = forms.Form(data)
    for line in lines:
        form.fields[_field(line)] = quantity_field(line.name, line.quantity)
    return form


def _written(lines: list[PurchaseLine], form: forms.Form) -> dict[int, int]:
    """By line; what is not in the form stays as it is."""
    return {
        line.line: int(form.cleaned_data[_field(line)] or 0)
        for line in lines
        if _field(line) in form.data
    }


def _field(line: PurchaseLine) -> str:
    return f"line_{line.line}"


def _of(buyer: Buyer, purchase_id: UUID) -> Purchase:
    """Raises Http404, for those of others too."""
    found = Purchase.objects.filter(
        pk=purchase_id, issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id
    ).first()
    if found is None:
        raise Http404
    return found


def _back(buyer: Buyer, purchase_id: UUID) -> HttpResponse:
    return redirect("organisation-purchase", buyer.code, buyer.organisation_id, purchase_id)
