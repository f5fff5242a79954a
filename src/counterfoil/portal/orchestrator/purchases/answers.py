"""What the issuer answers: a quote, or why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import PREPARES_STOCK, Office, office_page
from counterfoil.portal.models import Purchase, PurchaseLine
from counterfoil.portal.names import organisation_name
from counterfoil.portal.orchestrator.purchases.views import purchase_of
from counterfoil.portal.purchases.answering import answer_purchase, quote_purchase
from counterfoil.portal.purchases.catalogue import free_stock
from counterfoil.portal.purchases.following import follow
from counterfoil.portal.purchases.forms import AnswerForm, QuoteForm
from counterfoil.portal.purchases.life import HAS_STOCK, STEPS, Step
from counterfoil.portal.purchases.reading import sale_state
from counterfoil.portal.queries import rows


@dataclass(frozen=True, slots=True)
class Answer:
    """`title`, `effect` and `button` say it on its page."""

    step: Step
    title: Promise
    effect: Promise
    label: Promise
    button: Promise
    done: Promise


ANSWERS: Final[Mapping[str, Answer]] = {
    each.step.value: each
    for each in (
        Answer(
            Step.RETURN,
            gettext_lazy("Return for correction"),
            gettext_lazy("The buyer mends it and sends it again. What is held stays held."),
            gettext_lazy("What is to be mended"),
            gettext_lazy("Return it"),
            gettext_lazy("It is returned; the buyer is told."),
        ),
        Answer(
            Step.REJECT,
            gettext_lazy("Reject"),
            gettext_lazy("This ends it. What is held for it is free again."),
            gettext_lazy("Why it is rejected"),
            gettext_lazy("Reject it"),
            gettext_lazy("It is rejected; the buyer is told."),
        ),
        Answer(
            Step.CANCEL,
            gettext_lazy("Cancel"),
            gettext_lazy("This ends it. What is held for it is free again."),
            gettext_lazy("Why it is cancelled"),
            gettext_lazy("Cancel it"),
            gettext_lazy("It is cancelled; the buyer is told."),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """`free` is of the version that is sold now, with what this purchase holds itself."""

    line: PurchaseLine
    currency: str
    free: int

    @property
    def each(self) -> Money:
        return Money(self.line.amount_minor, self.currency)

    @property
    def short(self) -> int:
        return max(self.line.quantity - self.free, 0)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK)
def quote(request: HttpRequest, office: Office, purchase_id: UUID) -> HttpResponse:
    """Say in which versions and until when: stock is held for it."""
    follow(office.issuer_id, purchase_id)
    found = purchase_of(office, purchase_id)
    lines = list(found.lines.all())
    versions = _versions(office, lines)
    is_sent = request.method == "POST"
    form = QuoteForm(
        request.POST if is_sent else None, purchase=found, versions=versions, lines=lines
    )
    if form.was_sent:
        return back(office, purchase_id)
    if (found.status, Step.QUOTE) not in STEPS:
        messages.error(request, _("It cannot be quoted as it stands now."))
        return back(office, purchase_id)
    if form.counts:
        try:
            quote_purchase(
                request,
                office,
                purchase_id,
                form.sent,
                versions=form.versions,
                until=form.cleaned_data["until"],
                reason=str(form.cleaned_data["reason"]),
            )
        except ConflictError as error:
            messages.error(request, str(error))
        return back(office, purchase_id)
    return render(
        request,
        "portal/orchestrator/purchases/quote.html",
        {
            "purchase": found,
            "organisation": organisation_name(office.issuer_id, found.organisation_id),
            "form": form,
            "lines": _quoted_lines(office, found, lines, versions),
            "is_again": found.status in HAS_STOCK,
            "face": sum(
                (Money(line.amount_minor, found.currency) * line.quantity for line in lines),
                Money(0, found.currency),
            ),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=PREPARES_STOCK, acts=PREPARES_STOCK)
def answer(request: HttpRequest, office: Office, purchase_id: UUID, answer: str) -> HttpResponse:
    """Return, reject or cancel it, with the reason that the buyer reads."""
    if answer not in ANSWERS:
        raise Http404
    what = ANSWERS[answer]
    follow(office.issuer_id, purchase_id)
    found = purchase_of(office, purchase_id)
    is_sent = request.method == "POST"
    form = AnswerForm(
        request.POST if is_sent else None,
        purchase=found,
        label=str(what.label),
        help_text=_("The buyer reads it. It is kept."),
    )
    if form.was_sent:
        return back(office, purchase_id)
    if (found.status, what.step) not in STEPS:
        messages.error(request, _("That cannot be done with this purchase as it stands now."))
        return back(office, purchase_id)
    if form.counts:
        reason = str(form.cleaned_data["reason"])
        try:
            answer_purchase(request, office, purchase_id, form.sent, step=what.step, reason=reason)
        except ConflictError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(what.done))
        return back(office, purchase_id)
    return render(
        request,
        "portal/orchestrator/purchases/answer.html",
        {
            "purchase": found,
            "organisation": organisation_name(office.issuer_id, found.organisation_id),
            "form": form,
            "answer": what,
        },
    )


def back(office: Office, purchase_id: UUID) -> HttpResponse:
    return redirect("purchase", office.code, purchase_id)


def _versions(office: Office, lines: Sequence[PurchaseLine]) -> dict[str, list[int]]:
    """That each voucher can be sold in: those with its amounts, the current one first."""
    found = rows(
        __package__,
        "versions",
        {
            "issuer_id": office.issuer_id,
            "codes": [line.group_code for line in lines],
            "amounts": [line.amount_minor for line in lines],
        },
    )
    versions: dict[str, list[int]] = {}
    for code, version in found:
        versions.setdefault(code, []).append(version)
    return versions


def _quoted_lines(
    office: Office,
    purchase: Purchase,
    lines: Sequence[PurchaseLine],
    versions: Mapping[str, Sequence[int]],
) -> list[QuotedLine]:
    free = free_stock(office.issuer_id, [line.group_code for line in lines])
    sale = sale_state(purchase) if purchase.status in HAS_STOCK else None
    found = []
    for line in lines:
        version = next(iter(versions.get(line.group_code, ())), line.group_version)
        own = None if sale is None else sale.of_line(line.line)
        held = own.held if own is not None and own.group_version == version else 0
        there = free.get((line.group_code, version, line.amount_minor), 0)
        found.append(QuotedLine(line, purchase.currency, there + held))
    return found
