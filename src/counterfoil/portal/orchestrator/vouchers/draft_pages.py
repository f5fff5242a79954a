"""A draft as a whole: its looks, what it changes, what is missing; sent, or thrown away."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.engine.commands.content import PublishGroup
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, OPERATES, Office, office_page
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.vouchers.design import differences, facts, names_of_issuer
from counterfoil.portal.orchestrator.vouchers.drafts import (
    Draft,
    discard,
    draft_after,
    draft_of,
    follow,
    send,
)
from counterfoil.portal.orchestrator.vouchers.reading import (
    Published,
    accepting_today,
    open_programmes,
    published,
    published_or_none,
)
from counterfoil.portal.orchestrator.vouchers.step_pages import ALL_STEPS, ways
from counterfoil.portal.orchestrator.vouchers.ticket import tickets
from counterfoil.portal.queries import engine_connection


class SendForm(OnceForm):
    """`version` is of the draft that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = ReasonField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Who approves it reads this, and so does whoever looks later."),
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of publishing, and where it is put right."""

    text: str
    url: str


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=EVERYONE, acts=OPERATES)
def draft_page(request: HttpRequest, office: Office, draft_id: UUID) -> HttpResponse:
    draft = draft_of(office, draft_id)
    if draft.is_published:
        return redirect("voucher-group", office.code, draft.row.code)
    form = SendForm(request.POST or None, initial={"version": draft.row.version})
    current = published_or_none(office.issuer_id, draft.row.code)
    problems = _problems(office, draft, current)
    is_stale = False
    if request.method == "POST" and form.is_valid():
        if draft.row.command_id == form.once:
            return redirect("command", office.code, form.once)
        is_stale = form.cleaned_data["version"] != draft.row.version
        if draft.is_open and not problems and not is_stale:
            answer = _sent(request, office, draft, form)
            if answer is not None:
                return answer
            is_stale, draft = True, draft_of(office, draft_id)
    return _page(request, office, draft, current, form, problems, is_stale=is_stale)


@require_safe
@office_page(sees=EVERYONE)
def draft_print(request: HttpRequest, office: Office, draft_id: UUID) -> HttpResponse:
    draft = draft_of(office, draft_id)
    return render(
        request,
        "portal/orchestrator/vouchers/print.html",
        {
            "tickets": tickets(office.name, draft.design, names_of_issuer(office.issuer_id)),
            "name": draft.design.name,
            "back": reverse("voucher-draft", args=[office.code, draft_id]),
        },
    )


@require_POST
@office_page(sees=EVERYONE, acts=OPERATES)
def draft_discard(request: HttpRequest, office: Office, draft_id: UUID) -> HttpResponseRedirect:
    """Published versions stay as they are; a draft that waits is withdrawn first."""
    draft = draft_of(office, draft_id)
    if not draft.is_open or not discard(request, office, draft):
        messages.error(request, _("It was changed or sent meanwhile. Look at it again."))
        return redirect("voucher-draft", office.code, draft_id)
    messages.success(request, _("The draft of %(code)s is thrown away.") % {"code": draft.row.code})
    return redirect("vouchers", office.code)


@require_POST
@office_page(sees=EVERYONE, acts=OPERATES)
def draft_follow(request: HttpRequest, office: Office, draft_id: UUID) -> HttpResponseRedirect:
    """Go on although another version was published: now after that one, and shown against it."""
    draft = draft_of(office, draft_id)
    current = published(office, draft.row.code)
    told = request.POST.get("version", "") == str(current.version)
    if draft.is_open and told and _same_money(draft, current):
        follow(request, office, draft, current.version)
    return redirect("voucher-draft", office.code, draft_id)


@require_POST
@office_page(sees=EVERYONE, acts=OPERATES)
def group_edit(request: HttpRequest, office: Office, group: str) -> HttpResponseRedirect:
    """Begin the next version of a published voucher, or go on with the one begun."""
    current = published(office, group)
    if current.status == "closed":
        raise Http404
    draft_id = draft_after(request, office, current.design, current.version)
    draft = draft_of(office, draft_id)
    if draft.is_open:
        return redirect("voucher-step", office.code, draft_id, "basics")
    return redirect("voucher-draft", office.code, draft_id)


def _sent(
    request: HttpRequest, office: Office, draft: Draft, form: SendForm
) -> HttpResponseRedirect | None:
    try:
        return send(
            request,
            office,
            draft,
            command_id=form.once,
            reason=form.cleaned_data["reason"],
        )
    except ConflictError as error:
        form.add_error(None, str(error))
        return None


def _page(
    request: HttpRequest,
    office: Office,
    draft: Draft,
    current: Published | None,
    form: SendForm,
    problems: list[Problem],
    *,
    is_stale: bool,
) -> HttpResponse:
    design, names = draft.design, names_of_issuer(office.issuer_id)
    first, *others = tickets(office.name, design, names)
    moved_on = current is not None and current.version != draft.row.follows
    if is_stale:
        form = SendForm(
            initial={
                "version": draft.row.version,
                "reason": form.cleaned_data.get("reason", ""),
            }
        )
    command = draft.command
    return render(
        request,
        "portal/orchestrator/vouchers/draft.html",
        {
            "draft": draft,
            "design": design,
            "current": current,
            "facts": facts(design, names),
            "changes": differences(current.design if current else None, design, names),
            "moved_on": moved_on,
            "same_money": current is None or _same_money(draft, current),
            "ticket": first,
            "others": others,
            "problems": problems,
            "accepting": accepting_today(office.issuer_id, design),
            "form": form,
            "is_stale": is_stale,
            "ways": ways(office, draft, "review"),
            "may_act": office.may(OPERATES),
            "approvals": approvals_needed(engine_connection(), office.issuer_id, _content(draft)),
            "prepared_by": names_of([command.prepared_by])[command.prepared_by] if command else "",
        },
    )


def _content(draft: Draft) -> PublishGroup:
    return PublishGroup(design=draft.design, expected_version=draft.row.follows)


def _same_money(draft: Draft, current: Published) -> bool:
    """A voucher stays in its programme, because its money is in that one's account."""
    return draft.design.programme == current.design.programme


def _problems(office: Office, draft: Draft, current: Published | None) -> list[Problem]:
    design, place = draft.design, [office.code, draft.row.pk]
    found = [
        Problem(
            _("“%(step)s” is not filled in yet.") % {"step": each.name},
            reverse("voucher-step", args=[*place, each.code]),
        )
        for each in ALL_STEPS
        if each.code in draft.steps_missing
    ]
    if design.valid_until is not None and design.valid_until <= timezone.now():
        found.append(
            Problem(
                _("The last day of its validity is over."),
                reverse("voucher-step", args=[*place, "validity"]),
            )
        )
    if design.programme not in {each.code for each in open_programmes(office.issuer_id)}:
        found.append(
            Problem(
                _("Its programme sells nothing any more, so there are no new vouchers in it."),
                reverse("voucher-step", args=[*place, "basics"]),
            )
        )
    if current is not None and current.version != draft.row.follows:
        found.append(
            Problem(_("Another version was published since this was begun. See below."), "#moved")
        )
    return found
