"""Vouchers that the issuer itself replaces: the numbers of the new ones come as those of any
handover do, sealed for who chose the password, once another person has approved it.
"""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, PREPARES_STOCK, Buyer, Office, office_page
from counterfoil.portal.buyer.handovers import not_fetched_text
from counterfoil.portal.buyer.handovers_forms import FetchForm, SendForm
from counterfoil.portal.handovers.fetching import CARDS_A_FILE, NotFetchedError, fetched
from counterfoil.portal.handovers.lists import (
    discard_list,
    list_of,
    send_list,
)
from counterfoil.portal.handovers.opening import NumbersForgottenError
from counterfoil.portal.handovers.progress import Progress, is_lost, progress_of, waits_for_fetch
from counterfoil.portal.models import ISSUERS_OWN, FileKind, HandoverList, HandoverPerson
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.pager import ROWS_A_PAGE, key_after, page_of

_SHOWN = 10
FETCHES = PREPARES_STOCK  # who replaces, and who refunds; the password is needed besides


def as_its_own_buyer(office: Office) -> Buyer:
    """Where an organisation would stand whose people the numbers are for: the issuer itself."""
    return Buyer(
        issuer_id=office.issuer_id,
        code=office.code,
        issuer_name=office.name,
        organisation_id=ISSUERS_OWN,
        name=office.name,
        status="approved",
        person=office.person,
        roles=frozenset(),
    )


@never_cache
@sensitive_post_parameters("proposed", "own", "own_again")
@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES, asks_again=True)
def review(request: HttpRequest, office: Office, handover_id: UUID) -> HttpResponse:
    """The password, and how the numbers come; then another person is asked to approve it."""
    buyer = as_its_own_buyer(office)
    handover = list_of(buyer, handover_id)
    if handover.sent_at is not None:
        return redirect("replacement", office.code, handover_id)
    form = SendForm(
        request.POST if request.method == "POST" else None, has_repeats=False, is_same_file=False
    )
    if request.method == "POST" and form.is_valid():
        try:
            send_list(
                request,
                buyer,
                handover_id,
                leaves_out=False,
                file_kind=form.cleaned_data["file_kind"],
                password=form.password,
            )
            return redirect("replacement", office.code, handover_id)
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    lines = HandoverPerson.objects.filter(handover=handover).order_by("line")
    shown = lines.values_list("replaces", flat=True)[:_SHOWN]
    return render(
        request,
        "portal/orchestrator/vouchers/replacement_review.html",
        {
            "handover": handover,
            "form": form,
            "serials": list(shown),
            "more": max(handover.people - _SHOWN, 0),
        },
    )


@require_POST
@office_page(sees=OPERATES, acts=OPERATES)
def discard(request: HttpRequest, office: Office, handover_id: UUID) -> HttpResponse:
    buyer = as_its_own_buyer(office)
    list_of(buyer, handover_id)
    discard_list(buyer, handover_id)
    messages.success(request, _("Thrown away. Nothing was replaced."))
    return redirect("stock", office.code)


@never_cache
@require_safe
@office_page(sees=EVERYONE)
def replacement(request: HttpRequest, office: Office, handover_id: UUID) -> HttpResponse:
    """How far it is: whether it is approved, carried out, fetched."""
    row = list_of(as_its_own_buyer(office), handover_id)
    if row.sent_at is None:
        return redirect("replacement-review", office.code, handover_id)
    progress = progress_of(office.issuer_id, handover_id)
    if request.headers.get("HX-Request"):
        return _progressed(request, row, progress)
    return _page(request, office, row, progress, FetchForm())


@never_cache
@sensitive_post_parameters("password")
@require_POST
@office_page(sees=FETCHES, acts=FETCHES)
def fetch(request: HttpRequest, office: Office, handover_id: UUID) -> HttpResponseBase:
    """The file, once. What is wrong is said on the page."""
    buyer = as_its_own_buyer(office)
    row = list_of(buyer, handover_id, is_sent=True)
    progress = progress_of(office.issuer_id, handover_id)
    form = FetchForm(request.POST)
    if not waits_for_fetch(row, progress):
        return redirect("replacement", office.code, handover_id)
    if form.is_valid():
        try:
            return fetched(request, buyer, handover_id, form.cleaned_data["password"])
        except NotFetchedError as error:
            form.add_error("password", not_fetched_text(error))
        except NumbersForgottenError:
            return redirect("replacement", office.code, handover_id)
    row.refresh_from_db()
    return _page(request, office, row, progress, form)


def _progressed(request: HttpRequest, row: HandoverList, progress: Progress) -> HttpResponse:
    """A part of the page; once it is over the page itself has more to show."""
    if progress.is_over:
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})
    told = {"row": row, "progress": progress}
    return render(request, "portal/orchestrator/vouchers/replacement_progress.html", told)


def _page(
    request: HttpRequest, office: Office, row: HandoverList, progress: Progress, form: FetchForm
) -> HttpResponse:
    (after,) = key_after(request, (0,))
    lines = HandoverPerson.objects.filter(handover=row, line__gt=after).order_by("line")
    return render(
        request,
        "portal/orchestrator/vouchers/replacement.html",
        {
            "row": row,
            "progress": progress,
            "form": form,
            "page": page_of(request, list(lines[: ROWS_A_PAGE + 1]), lambda line: (line.line,)),
            "may_fetch": office.may(FETCHES) and waits_for_fetch(row, progress),
            "is_cards": row.file_kind == FileKind.CARDS,
            "cards_a_file": CARDS_A_FILE,
            "is_lost": is_lost(row, progress),
            "refusal": refusal_text(progress.outcome) if progress.outcome else "",
            "names": names_of({row.sent_by, row.fetched_by} - {""}),
        },
    )
