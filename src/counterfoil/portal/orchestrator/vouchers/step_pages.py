"""The guided form: a step a page, each saved as it is left, so that one may stop anywhere."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.groups import GroupDesign
from counterfoil.errors import ConflictError
from counterfoil.portal.access import OPERATES, Office, office_page
from counterfoil.portal.forms import Keeper
from counterfoil.portal.orchestrator.vouchers.acceptance_form import AcceptanceForm
from counterfoil.portal.orchestrator.vouchers.amounts_form import AmountsForm
from counterfoil.portal.orchestrator.vouchers.design import Names, names_of_issuer
from counterfoil.portal.orchestrator.vouchers.drafts import (
    STEPS,
    Draft,
    begin_draft,
    begun_as,
    begun_with,
    draft_of,
    is_saved,
    save_step,
)
from counterfoil.portal.orchestrator.vouchers.reading import (
    Choice,
    accepting_today,
    acceptor_groups,
    acceptors_found,
    acceptors_named,
    open_programmes,
    published_or_none,
)
from counterfoil.portal.orchestrator.vouchers.step_forms import BasicsForm, StockForm, ValidityForm
from counterfoil.portal.orchestrator.vouchers.ticket import tickets

StepForm = BasicsForm | AmountsForm | ValidityForm | AcceptanceForm | StockForm
_NEW: Final = GroupDesign(code="", name="", currency="")
_REVIEW: Final = "review"


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    name: Promise
    lead: Promise


ALL_STEPS: Final = (
    Step("basics", gettext_lazy("What it is"), gettext_lazy("What people call it, and its money.")),
    Step("amounts", gettext_lazy("Amounts"), gettext_lazy("What one voucher is worth.")),
    Step("validity", gettext_lazy("Validity"), gettext_lazy("How long it is good for.")),
    Step("acceptance", gettext_lazy("Acceptance"), gettext_lazy("Where it can be redeemed.")),
    Step("stock", gettext_lazy("Stock"), gettext_lazy("When to be warned that it runs out.")),
    Step(_REVIEW, gettext_lazy("Review"), gettext_lazy("Look at all of it, then send it.")),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A step as the head of the form shows it."""

    step: Step
    url: str
    is_current: bool
    is_done: bool


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def new_voucher(request: HttpRequest, office: Office) -> HttpResponse:
    """The first step of a voucher that there is not yet: it is a draft once this is saved. The
    same form sent again, after going back to it, changes that draft.
    """
    if request.method == "POST":
        begun = begun_as(office, request.POST.get("command_id", ""))
        if begun is not None:
            return _step(request, office, begun, "basics", is_again=True)
    form = _basics(request, office, None)
    if request.method == "POST" and form.is_valid():
        design = _basics_taken_over(office, form, _NEW)
        if design is not None:
            try:
                begin_draft(request, office, form.once, design, follows=0, steps=("basics",))
            except ConflictError as error:
                own = begun_with(office, design.code)
                if own is not None and own.is_open:  # gone back to by a page loaded anew
                    return _step(request, office, own, "basics")
                form.add_error("code", str(error))
            else:
                return _onwards(request, office, form.once, "basics")
    return _page(request, office, None, "basics", form)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def draft_step(request: HttpRequest, office: Office, draft_id: UUID, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    return _step(request, office, draft_of(office, draft_id), step)


def _step(
    request: HttpRequest, office: Office, draft: Draft, step: str, *, is_again: bool = False
) -> HttpResponse:
    """`is_again`: what is sent is the form that began the draft. Where nothing was saved since,
    whoever sends it has seen all of it.
    """
    draft_id = draft.row.pk
    if not draft.is_open:
        if request.method == "POST":
            messages.warning(request, _("It was sent for approval before: nothing was changed."))
        return redirect("voucher-draft", office.code, draft_id)
    form = _form(request, office, draft, step)
    who, when = draft.row.changed_by.shown, draft.row.changed_at
    looks_for_names = "find_now" in request.POST
    if (
        request.method == "POST"
        and not looks_for_names
        and form.is_valid()
        and ((is_again and draft.row.version == 1) or not form.is_stale(who=who, when=when))
    ):
        design = _taken_over(office, form, draft.design)
        if design is not None:
            try:
                if is_saved(draft, step, design) or save_step(request, office, draft, step, design):
                    return _onwards(request, office, draft_id, step)
            except ConflictError as error:
                form.add_error("code", str(error))
            else:  # it changed while we looked: what is there now decides
                draft = draft_of(office, draft_id)
                form = _form(request, office, draft, step)
                form.is_stale(who=draft.row.changed_by.shown, when=draft.row.changed_at)
    return _page(request, office, draft, step, form)


@require_safe
@office_page(sees=OPERATES)
def find_acceptors(request: HttpRequest, office: Office, draft_id: UUID) -> HttpResponse:
    """The names to tick, for what is looked for: a part of the page, put in by htmx."""
    draft_of(office, draft_id)
    ticked = request.GET.getlist("named")
    form = AcceptanceForm(version=0, initial={"named": ticked})
    form.offer([], _names_to_tick(office, ticked, request.GET.get("find", "")))
    return render(
        request,
        "portal/orchestrator/vouchers/names_to_tick.html",
        {"form": form, "find": request.GET.get("find", "")},
    )


def ways(office: Office, draft: Draft | None, current: str) -> list[Way]:
    """What was saved can be gone back to; what was not comes in its order."""
    saved = set() if draft is None else set(draft.row.steps)
    found = []
    for each in ALL_STEPS:
        url = ""
        if draft is not None and (each.code in saved or each.code == _REVIEW):
            parts = [office.code, draft.row.pk]
            url = (
                reverse("voucher-draft", args=parts)
                if each.code == _REVIEW
                else reverse("voucher-step", args=[*parts, each.code])
            )
        found.append(Way(each, url, each.code == current, each.code in saved))
    return found


def _page(
    request: HttpRequest, office: Office, draft: Draft | None, step: str, form: StepForm
) -> HttpResponse:
    design = _NEW if draft is None else draft.design
    names = names_of_issuer(office.issuer_id) if draft is not None else Names()
    first, *others = tickets(office.name, design, names)
    shown = next(each for each in ALL_STEPS if each.code == step)
    return render(
        request,
        f"portal/orchestrator/vouchers/steps/{step}.html",
        {
            "draft": draft,
            "design": design,
            "names": names,
            "form": form,
            "step": shown,
            "ways": ways(office, draft, step),
            "ticket": first,
            "others": others,
            "find": request.POST.get("find", ""),
            "accepting": accepting_today(office.issuer_id, design) if step == "acceptance" else 0,
        },
    )


def _form(request: HttpRequest, office: Office, draft: Draft, step: str) -> StepForm:
    design, version = draft.design, draft.row.version
    data = request.POST if request.method == "POST" else None
    match step:
        case "basics":
            return _basics(request, office, draft)
        case "amounts":
            initial = AmountsForm.initial_of(design, is_saved="amounts" in draft.row.steps)
            amounts = AmountsForm(data, version=version, initial=initial)
            amounts.of_currency(design.currency)
            return amounts
        case "validity":
            return ValidityForm(data, version=version, initial=ValidityForm.initial_of(design))
        case "acceptance":
            return _acceptance(request, office, draft)
        case _:
            return StockForm(data, version=version, initial=StockForm.initial_of(design))


def _basics(request: HttpRequest, office: Office, draft: Draft | None) -> BasicsForm:
    design = _NEW if draft is None else draft.design
    programmes = open_programmes(office.issuer_id)
    initial = BasicsForm.initial_of(design)
    if draft is None:
        initial |= {"command_id": uuid4(), "programme": request.GET.get("programme", "")}
    is_sent = request.method == "POST"
    form = BasicsForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        version=0 if draft is None else draft.row.version,
        initial=initial,
        keeper=Keeper(office.issuer_id, office.person),
    )
    form.offer(
        [Choice(p.code, f"{p.name} · {p.currency}") for p in programmes],
        is_published=draft is not None and not draft.is_new,
        has_picture=design.picture is not None,
    )
    return form


def _acceptance(request: HttpRequest, office: Office, draft: Draft) -> AcceptanceForm:
    initial = AcceptanceForm.initial_of(draft.design)
    version, data = draft.row.version, request.POST if request.method == "POST" else None
    if data is not None and "find_now" in data:
        initial = {
            "accepts": data.get("accepts", ""),
            "groups": data.getlist("groups"),
            "named": data.getlist("named"),
            "settlement": data.get("settlement", ""),
        }
        version, data = _number(request.POST.get("version", "")), None
    form = AcceptanceForm(data, version=version, initial=initial)
    ticked = request.POST.getlist("named") or list(draft.design.accepts_names)
    form.offer(
        [
            Choice(code, _("%(name)s · %(number)s today") % {"name": name, "number": number})
            for code, name, number in acceptor_groups(office.issuer_id)
        ],
        _names_to_tick(office, ticked, request.POST.get("find", "")),
    )
    return form


def _names_to_tick(office: Office, ticked: list[str], find: str) -> list[Choice]:
    """Those ticked that there are, then those found."""
    known = acceptors_named(office.issuer_id, ticked) if ticked else []
    found = [each for each in acceptors_found(office.issuer_id, find) if each.code not in known]
    return [*(Choice(name, name) for name in known), *found]


def _taken_over(office: Office, form: StepForm, design: GroupDesign) -> GroupDesign | None:
    if isinstance(form, BasicsForm):
        return _basics_taken_over(office, form, design)
    return form.taken_over(design)


def _basics_taken_over(office: Office, form: BasicsForm, design: GroupDesign) -> GroupDesign | None:
    """None, and the form says why, where the code is a published voucher's."""
    currency = design.currency
    if "code" in form.cleaned_data:
        code = form.cleaned_data["code"]
        if published_or_none(office.issuer_id, code) is not None:
            form.add_error(
                "code",
                _("%(code)s is published already. Open it to make a new version of it.")
                % {"code": code},
            )
            return None
        chosen = form.cleaned_data["programme"]
        currency = next(
            each.currency for each in open_programmes(office.issuer_id) if each.code == chosen
        )
    return form.taken_over(design, currency)


def _onwards(
    request: HttpRequest, office: Office, draft_id: UUID, step: str
) -> HttpResponseRedirect:
    if request.POST.get("then") == "close":
        messages.success(request, _("The draft is saved. It waits for you in the list."))
        return redirect("vouchers", office.code)
    place = STEPS.index(step) + 1
    if place == len(STEPS):
        return redirect("voucher-draft", office.code, draft_id)
    return redirect("voucher-step", office.code, draft_id, STEPS[place])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0  # noqa: PLR2004
