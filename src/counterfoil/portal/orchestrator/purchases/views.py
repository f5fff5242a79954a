"""The issuer's list of purchases, and one of them: where it stands, and what is to do next."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from counterfoil.money import Money
from counterfoil.portal.access import (
    EVERYONE,
    HANDLES_MONEY,
    PREPARES_STOCK,
    Office,
    office_page,
)
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import shown
from counterfoil.portal.models import Paper, Purchase, PurchaseStatus
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.purchases import papers
from counterfoil.portal.purchases.catalogue import free_stock
from counterfoil.portal.purchases.following import follow
from counterfoil.portal.purchases.life import ENDED, STEPS, Step
from counterfoil.portal.purchases.listed import PURCHASES
from counterfoil.portal.purchases.paper_pages import given_paper, paper_lines
from counterfoil.portal.purchases.reading import around, sale_state
from counterfoil.portal.purchases.references import repeated, used_of_proof
from counterfoil.portal.purchases.sheet import line_rows, shortfall
from counterfoil.portal.purchases.standing import (
    issuers_next,
    purchase_word,
    story_for_issuer,
    way,
)


@require_safe
@office_page(sees=EVERYONE)
def purchases(request: HttpRequest, office: Office) -> HttpResponse:
    follow(office.issuer_id)
    return render(
        request,
        "portal/orchestrator/purchases/list.html",
        {"list": shown(request, office, PURCHASES)},
    )


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, PURCHASES)


@require_safe
@office_page(sees=EVERYONE)
def purchase(request: HttpRequest, office: Office, purchase_id: UUID) -> HttpResponse:
    follow(office.issuer_id, purchase_id)
    found = purchase_of(office, purchase_id)
    return render(request, "portal/orchestrator/purchases/purchase.html", _context(office, found))


@require_safe
@office_page(sees=EVERYONE)
def paper(_request: HttpRequest, office: Office, paper_id: UUID) -> HttpResponse:
    return given_paper(Paper.objects.filter(pk=paper_id, issuer_id=office.issuer_id).first())


def _context(office: Office, found: Purchase) -> dict[str, object]:
    lines = list(found.lines.all())
    needs_stock = found.status in {PurchaseStatus.REQUESTED, PurchaseStatus.EXPIRED}
    sale = None if needs_stock else sale_state(found)  # what was held for it is held no more
    proofs = list(found.proofs.select_related("upload").order_by("-sent_at"))
    proof = next((each for each in proofs if each.ended_at is None), None)
    payments = list(found.payments.order_by("-made_at"))
    free = (
        free_stock(office.issuer_id, [line.group_code for line in lines]) if needs_stock else None
    )
    near = around(found)
    return {
        "purchase": found,
        "organisation": near.organisation,
        "state": purchase_word(found.status),
        "next": issuers_next(found),
        "refused": refusal_text(found.told)
        if found.status in {PurchaseStatus.REQUESTED, PurchaseStatus.PROOF, PurchaseStatus.QUOTED}
        else "",
        "way": way(found),
        "lines": line_rows(found, lines, sale, free),
        "sale": sale,
        "short": shortfall(found, sale),
        "account": near.account,
        "balance": None if found.status in ENDED else near.balance,
        "proof": proof,
        "paid": None if proof is None else Money(proof.amount_minor, found.currency),
        "differs": None
        if proof is None or proof.amount_minor == found.total_minor
        else Money(abs(proof.amount_minor - found.total_minor), found.currency),
        "is_less": proof is not None and proof.amount_minor < found.total_minor,
        "repeated": repeated(used_of_proof(found, proof))
        if proof is not None and found.status == PurchaseStatus.PROOF
        else None,
        "older": [each for each in proofs if each.ended_at is not None],
        "payments": payments,
        "papers": paper_lines(papers.papers_of(found)),
        "story": story_for_issuer(found),
        "may": may_take(office, found),
    }


def may_take(office: Office, purchase: Purchase) -> dict[str, bool]:
    """The steps that this person can take with it now, by their names."""
    prepares, pays = office.may(PREPARES_STOCK), office.may(HANDLES_MONEY)
    who = {
        Step.QUOTE: prepares,
        Step.RETURN: prepares,
        Step.REJECT: prepares,
        Step.CANCEL: prepares,
        Step.RECORD: pays,
    }
    return {
        step.value: is_theirs and (purchase.status, step) in STEPS
        for step, is_theirs in who.items()
    }


def purchase_of(office: Office, purchase_id: UUID) -> Purchase:
    """One that was asked for. Raises Http404, for those of another issuer too."""
    found = Purchase.objects.filter(
        pk=purchase_id, issuer_id=office.issuer_id, number__isnull=False
    ).first()
    if found is None:
        raise Http404
    return found
