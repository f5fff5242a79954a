"""One or many vouchers changed: which are meant, what becomes of them and whose the money is that
becomes free, all before it is asked for.
"""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.commands.sale_content import ReplaceVouchers
from counterfoil.engine.handing_out import HANDOVER_VOUCHERS_MAX, HandoverAsked
from counterfoil.errors import ConflictError
from counterfoil.portal.access import OPERATES, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.handovers.lists import begin_replacement
from counterfoil.portal.handovers.sheets import UnreadableFileError
from counterfoil.portal.models import ISSUERS_OWN, HandoverList, VoucherSelection
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.stock.parts import Preview, preview_of
from counterfoil.portal.orchestrator.vouchers.replacing import as_its_own_buyer
from counterfoil.portal.orchestrator.vouchers.selecting import (
    Selection,
    content_of,
    parts_of,
    replaceable,
    selection_of,
)
from counterfoil.portal.orchestrator.vouchers.serial_files import (
    keep_file,
    problems_of,
    same_file_before,
)
from counterfoil.portal.orchestrator.vouchers.steps import EXTEND, REPLACE, STEPS, Step
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.templatetags.counterfoil import count

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_PROBLEMS_SHOWN: Final = 100
_YEARS_MAX: Final = 50


class ActForm(OnceForm):
    """Why; until when, where it is extended; and that rows of a file are left out."""

    until = forms.DateField(
        label=gettext_lazy("Valid until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    leaves_out = forms.BooleanField(label=gettext_lazy("Leave these rows out, and go on"))
    again = forms.BooleanField(label=gettext_lazy("Ask for the vouchers of this file once more"))
    reason = ReasonField()

    def __init__(self, data: object, *, step: Step, has_problems: bool, is_again: bool) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        if step is not EXTEND:
            del self.fields["until"]
        if not has_problems:
            del self.fields["leaves_out"]
        if not is_again:
            del self.fields["again"]

    def clean_until(self) -> date:
        day = cast("date", self.cleaned_data["until"])
        today = timezone.localdate()
        if day < today:
            raise ValidationError(_("Choose a day to come."))
        if day > today + timedelta(days=366 * _YEARS_MAX):
            raise ValidationError(_("Choose an earlier day."))
        return day

    @property
    def ends_at(self) -> datetime | None:
        """The midnight that ends the day."""
        day = self.cleaned_data.get("until")
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class FileForm(forms.Form):
    """What to do with the vouchers that a file names."""

    use_required_attribute = False

    act = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[(word, step.name) for word, step in STEPS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of these.")},
    )
    file = forms.FileField(
        label=gettext_lazy("File of serials"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=gettext_lazy(
            "CSV or XLSX, at most 100,000 rows: the first column, or the one headed “serial”."
        ),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES, asks_again=True)
def vouchers_change(request: HttpRequest, office: Office) -> HttpResponse:
    """What the address or the form names; a file where it names nothing."""
    again = sent_before(request, office) or _begun_before(request, office)
    if again is not None:
        return again
    data = request.POST if request.method == "POST" else request.GET
    step, selection = STEPS.get(data.get("act", "")), selection_of(office, data)
    if step is None or selection is None:
        return _file_page(request, office)
    return act_page(request, office, step, selection)


def act_page(
    request: HttpRequest, office: Office, step: Step, selection: Selection
) -> HttpResponse:
    """Shown first; asked for by a POST."""
    kept = selection.file
    before = None if kept is None else same_file_before(kept)
    problems = [] if kept is None else problems_of(kept)
    form = ActForm(
        request.POST if request.method == "POST" else None,
        step=step,
        has_problems=bool(problems),
        is_again=before is not None,
    )
    preview = preview_of(parts_of(office, selection), step.action)
    if request.method == "POST" and form.is_valid():
        if not preview.vouchers:
            form.add_error(None, _("None of these vouchers can be changed so."))
        else:
            try:
                return _asked(request, office, step, selection, form)
            except ConflictError as error:
                form.add_error(None, refusal_text(str(error)))
    approvals = _approvals(office, step, selection)
    return render(
        request,
        "portal/orchestrator/vouchers/act.html",
        {
            "step": step,
            "selection": selection,
            "preview": preview,
            "form": form,
            "approvals": approvals,
            "button": _button(step, preview, approvals),
            "problems": problems[:_PROBLEMS_SHOWN],
            "more_problems": max(len(problems) - _PROBLEMS_SHOWN, 0),
            "before": before,
            "people": names_of([before.made_by] if before else []),
        },
    )


def _file_page(request: HttpRequest, office: Office) -> HttpResponse:
    """A file is kept for as long as what it asks for is looked at."""
    form = FileForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"act": request.GET.get("act", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            file = cast("UploadedFile[bytes]", form.cleaned_data["file"])
            kept = keep_file(office, file, form.cleaned_data["act"])
        except UnreadableFileError as error:
            form.add_error("file", str(error))
        else:
            url = reverse("vouchers-change", args=[office.code])
            return redirect(f"{url}?act={kept.act}&file_of={kept.pk}")
    is_unticked = request.method != "POST" and "act" in request.GET
    return render(
        request,
        "portal/orchestrator/vouchers/act_file.html",
        {"form": form, "is_unticked": is_unticked},
    )


@transaction.atomic
def _asked(
    request: HttpRequest, office: Office, step: Step, selection: Selection, form: ActForm
) -> HttpResponse:
    """Raises ConflictError."""
    reason = form.cleaned_data["reason"]
    if step is REPLACE:
        serials = replaceable(office, selection)
        if len(serials) > HANDOVER_VOUCHERS_MAX:
            raise ConflictError(
                _("At most %(most)s vouchers are replaced at once.")
                % {"most": count(HANDOVER_VOUCHERS_MAX)}
            )
        begin_replacement(as_its_own_buyer(office), form.once, serials, reason=reason)
        _note_sent(selection, form)
        return redirect("replacement", office.code, form.once)
    content = content_of(selection, step, form.ends_at)
    answer = prepare_command(request, office, content, command_id=form.once, reason=reason)
    _note_sent(selection, form)
    return answer


def _begun_before(request: HttpRequest, office: Office) -> HttpResponseRedirect | None:
    """A replacement that this very form began."""
    try:
        once = UUID(request.POST.get("command_id", ""))
    except ValueError:
        return None
    begun = HandoverList.objects.filter(
        pk=once, issuer_id=office.issuer_id, organisation_id=ISSUERS_OWN, begun_by=office.actor
    )
    return redirect("replacement", office.code, once) if begun.exists() else None


def _note_sent(selection: Selection, form: ActForm) -> None:
    """What the command has is kept there alone."""
    if selection.file is not None:
        VoucherSelection.objects.filter(pk=selection.file.pk).update(
            command_id=form.once, serials=b""
        )


def _approvals(office: Office, step: Step, selection: Selection) -> int:
    """By the kind of command it becomes."""
    if step is REPLACE:
        asked = HandoverAsked(organisation_id=None, replaces=(1,), vouchers=1, recipient_key=b"")
        kind = ReplaceVouchers(handover_id=UUID(int=0), asked=asked)
        return approvals_needed(engine_connection(), office.issuer_id, kind)
    like = Selection("", "", [], serials=(1,) if selection.is_one else (1, 2))
    content = content_of(like, step, None)
    return approvals_needed(engine_connection(), office.issuer_id, content)


def _button(step: Step, preview: Preview, approvals: int) -> str:
    """What is done by it, and to how many."""
    vouchers = ngettext("%(number)s voucher", "%(number)s vouchers", preview.vouchers) % {
        "number": count(preview.vouchers)
    }
    told = {"what": str(step.name), "vouchers": vouchers}
    if step is REPLACE:
        return _("Go on to the password: %(what)s, %(vouchers)s") % told
    if approvals:
        return _("Send for approval: %(what)s, %(vouchers)s") % told
    return _("%(what)s, %(vouchers)s") % told
