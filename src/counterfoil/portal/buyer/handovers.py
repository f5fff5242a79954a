"""Handing out: to whom, how the numbers come, how far it is, and fetching them once.

new ─▶ review (people, doubles, password) ─▶ the handover's page ─▶ fetch
"""

from http import HTTPStatus
from typing import ClassVar, Final
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.access import BUYERS, HANDS_OUT, Buyer, buyer_page
from counterfoil.portal.buyer.handovers_forms import FetchForm, PeopleForm, SendForm
from counterfoil.portal.buyer.handovers_reading import (
    NEWEST_FIRST,
    OLDEST_FIRST,
    REPEATS_SHOWN,
    HandoverRow,
    draft_lines,
    handovers_page,
    lines_page,
    repeats_of,
    replaceable,
)
from counterfoil.portal.buyer.vouchers_reading import Allocation, allocation_of, allocations_of
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.handovers.fetching import CARDS_A_FILE, NotFetchedError, fetched
from counterfoil.portal.handovers.lists import (
    Begun,
    begin_list,
    begin_replacement,
    discard_list,
    list_of,
    place_of,
    same_file_before,
    send_list,
)
from counterfoil.portal.handovers.opening import NumbersForgottenError
from counterfoil.portal.handovers.progress import Progress, is_lost, progress_of, waits_for_fetch
from counterfoil.portal.handovers.sealing import file_key
from counterfoil.portal.listing import ListForm, Listing, shown
from counterfoil.portal.models import FileKind, HandoverList
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.pager import Order, key_after, page_of

_PEOPLE_SHOWN: Final = 10
_PEOPLE_A_PAGE: Final = 20


class HandoverFilter(ListForm):
    orders: ClassVar = (
        Order("newest", gettext_lazy("Newest first"), NEWEST_FIRST),
        Order("oldest", gettext_lazy("Oldest first"), OLDEST_FIRST),
    )


COLUMNS: Final[tuple[Column[HandoverRow], ...]] = (
    moment(gettext_lazy("Asked for"), lambda row: row.sent_at),
    text(
        gettext_lazy("Voucher"),
        lambda row: row.name or str(_("Replacement of lost vouchers")),
    ),
    money(gettext_lazy("Amount"), lambda row: row.money),
    number(gettext_lazy("People"), lambda row: row.people),
    number(gettext_lazy("Handed out"), lambda row: row.handed),
    text(gettext_lazy("State"), lambda row: str(row.state)),
    moment(gettext_lazy("Fetched"), lambda row: row.fetched_at),
)
HANDOVERS: Final = Listing(
    name="handovers", form=HandoverFilter, read=handovers_page, columns=COLUMNS
)


@require_safe
@buyer_page(sees=BUYERS)
def handovers(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    listed = shown(request, buyer, HANDOVERS)
    drafts = HandoverList.objects.filter(
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        begun_by=buyer.actor,
        sent_at__isnull=True,
    )
    return render(
        request,
        "portal/buyer/handovers/list.html",
        {
            "buyer": buyer,
            "list": listed,
            "names": names_of({row.sent_by for row in listed.page.rows}),
            "drafts": drafts.order_by("-begun_at")[:5],
            "may_hand_out": buyer.may_now(HANDS_OUT),
        },
    )


@require_POST
@buyer_page(sees=BUYERS, acts=BUYERS)
def export(request: HttpRequest, buyer: Buyer) -> StreamingHttpResponse:
    return exported(request, buyer, HANDOVERS)


@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page(sees=HANDS_OUT, acts=HANDS_OUT)
def new(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    """To whom. Nothing is drawn yet."""
    allocations = [each for each in allocations_of(buyer) if each.may_hand_out]
    told = request.GET.get("allocation", "")
    form = PeopleForm(
        request.POST or None,
        request.FILES or None,
        allocations=allocations,
        chosen=int(told) if told.isdecimal() and len(told) < 10 else None,  # noqa: PLR2004
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _begun(buyer, form)
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/buyer/handovers/new.html",
        {
            "buyer": buyer,
            "form": form,
            "allocations": allocations,
            "holds": sorted({(each.name, each.hold_text) for each in allocations}),
        },
    )


def _begun(buyer: Buyer, form: PeopleForm) -> HttpResponse:
    place = place_of(buyer)
    begin_list(
        buyer,
        form.once,
        Begun(
            allocation_id=form.cleaned_data["allocation"],
            at_once=form.cleaned_data["at_once"] == "yes",
            people=form.people,
            file_key=None if form.content is None else file_key(place, form.content),
        ),
    )
    return redirect("buyer-handover-review", buyer.code, buyer.organisation_id, form.once)


@never_cache
@sensitive_post_parameters("proposed", "own", "own_again")
@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page(sees=HANDS_OUT, acts=HANDS_OUT)
def review(request: HttpRequest, buyer: Buyer, handover_id: UUID) -> HttpResponse:
    """Who is on the list, who may be meant by mistake, and the password."""
    handover = list_of(buyer, handover_id)
    if handover.sent_at is not None:
        return redirect("buyer-handover", buyer.code, buyer.organisation_id, handover_id)
    repeats, before = repeats_of(handover), same_file_before(buyer, handover)
    form = SendForm(
        request.POST or None, has_repeats=bool(repeats), is_same_file=before is not None
    )
    if request.method == "POST" and form.is_valid():
        try:
            send_list(
                request,
                buyer,
                handover_id,
                leaves_out=form.cleaned_data.get("leaves_out") == "yes",
                file_kind=form.cleaned_data["file_kind"],
                password=form.password,
            )
            return redirect("buyer-handover", buyer.code, buyer.organisation_id, handover_id)
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    row = _allocation(buyer, handover)
    return render(
        request,
        "portal/buyer/handovers/review.html",
        {
            "buyer": buyer,
            "form": form,
            "handover": handover,
            "allocation": row,
            "people": draft_lines(buyer, handover, repeated=False, rows_max=_PEOPLE_SHOWN),
            "more": max(handover.people - _PEOPLE_SHOWN, 0),
            "repeats": repeats,
            "doubles": draft_lines(buyer, handover, repeated=True, rows_max=REPEATS_SHOWN)
            if repeats
            else [],
            "more_doubles": max(repeats.repeated + repeats.have_one - REPEATS_SHOWN, 0),
            "before": before,
            "names": names_of([before.sent_by] if before else []),
            "too_few": row is not None and row.left < repeats.left,
        },
    )


@require_POST
@buyer_page(sees=HANDS_OUT, acts=HANDS_OUT)
def discard(request: HttpRequest, buyer: Buyer, handover_id: UUID) -> HttpResponse:
    list_of(buyer, handover_id)
    discard_list(buyer, handover_id)
    messages.success(request, _("Thrown away. Nothing was handed out."))
    return redirect("buyer-handovers", buyer.code, buyer.organisation_id)


@never_cache
@require_safe
@buyer_page(sees=BUYERS)
def handover(request: HttpRequest, buyer: Buyer, handover_id: UUID) -> HttpResponse:
    row = list_of(buyer, handover_id, is_sent=True)
    progress = progress_of(buyer.issuer_id, handover_id)
    if request.headers.get("HX-Request"):
        return _progressed(request, buyer, row, progress)
    return _page(request, buyer, row, progress, FetchForm())


@never_cache
@sensitive_post_parameters("password")
@require_POST
@buyer_page(sees=HANDS_OUT, acts=HANDS_OUT)
def fetch(request: HttpRequest, buyer: Buyer, handover_id: UUID) -> HttpResponseBase:
    """The file, once. What is wrong is said on the handover's page."""
    row = list_of(buyer, handover_id, is_sent=True)
    progress = progress_of(buyer.issuer_id, handover_id)
    form = FetchForm(request.POST)
    if not _may_fetch(buyer, row, progress):
        return redirect("buyer-handover", buyer.code, buyer.organisation_id, handover_id)
    if form.is_valid():
        try:
            return fetched(request, buyer, handover_id, form.cleaned_data["password"])
        except NotFetchedError as error:
            form.add_error("password", not_fetched_text(error))
        except NumbersForgottenError:
            return redirect("buyer-handover", buyer.code, buyer.organisation_id, handover_id)
    row.refresh_from_db()
    return _page(request, buyer, row, progress, form)


@require_POST
@buyer_page(sees=HANDS_OUT, acts=HANDS_OUT)
def replace(request: HttpRequest, buyer: Buyer, handover_id: UUID) -> HttpResponse:
    """New vouchers for all whose numbers nobody can fetch any more: one list, however often."""
    row = list_of(buyer, handover_id, is_sent=True)
    progress = progress_of(buyer.issuer_id, handover_id)
    serials = replaceable(buyer, row) if is_lost(row, progress) else []
    if not serials:
        messages.info(request, _("None of these vouchers can be replaced any more."))
        return redirect("buyer-handover", buyer.code, buyer.organisation_id, handover_id)
    reason = _("Their numbers were lost before anybody fetched them")
    begin_replacement(buyer, uuid5(handover_id, "replace"), serials, reason=reason)
    return redirect(
        "buyer-handover-review", buyer.code, buyer.organisation_id, uuid5(handover_id, "replace")
    )


def _progressed(
    request: HttpRequest, buyer: Buyer, row: HandoverList, progress: Progress
) -> HttpResponse:
    """A part of the page; once it is over the page itself has more to show."""
    watches_file = request.GET.get("watch") == "file"
    if progress.is_over and (not watches_file or row.wrapped_key is None):
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})
    if watches_file:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    told = {"buyer": buyer, "row": row, "progress": progress}
    return render(request, "portal/buyer/handovers/progress.html", told)


def _page(
    request: HttpRequest, buyer: Buyer, row: HandoverList, progress: Progress, form: FetchForm
) -> HttpResponse:
    refused = "refused" in request.GET
    (after,) = key_after(request, (0,))
    lines = lines_page(
        row.pk,
        buyer,
        after_position=after if isinstance(after, int) else 0,
        rows_max=_PEOPLE_A_PAGE + 1,
        refused=refused,
    )
    return render(
        request,
        "portal/buyer/handovers/handover.html",
        {
            "buyer": buyer,
            "row": row,
            "progress": progress,
            "allocation": _allocation(buyer, row),
            "form": form,
            "page": page_of(request, lines, lambda line: line.key, size=_PEOPLE_A_PAGE),
            "only_refused": refused,
            "may_fetch": _may_fetch(buyer, row, progress),
            "waits_for_fetch": waits_for_fetch(row, progress),
            "may_hand_out": buyer.may_now(HANDS_OUT),
            "is_cards": row.file_kind == FileKind.CARDS,
            "cards_a_file": CARDS_A_FILE,
            "is_lost": is_lost(row, progress),
            "refusal": refusal_text(progress.outcome) if progress.is_refused else "",
            "names": names_of({row.sent_by, row.fetched_by} - {""}),
        },
    )


def _allocation(buyer: Buyer, row: HandoverList) -> Allocation | None:
    return None if row.allocation_id is None else allocation_of(buyer, row.allocation_id)


def _may_fetch(buyer: Buyer, row: HandoverList, progress: Progress) -> bool:
    return buyer.may_now(HANDS_OUT) and waits_for_fetch(row, progress)


def not_fetched_text(error: NotFetchedError) -> str:
    if error.is_busy:
        return _("It is being fetched at this moment. If that broke off, try again in ten minutes.")
    if not error.tries_left:
        return _("The numbers cannot be opened any more.")
    text = ngettext(
        "That is not the password. %(left)s try is left; then the numbers are lost.",
        "That is not the password. %(left)s tries are left; then the numbers are lost.",
        error.tries_left,
    )
    return text % {"left": error.tries_left}
