"""What an organisation does with vouchers that are its own: activating, suspending, letting go on,
and beginning to replace lost ones. One, some chosen in a list, or a file of them: the same page.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import decoded
from counterfoil.engine.commands.sale_content import ChangeOwnVouchers
from counterfoil.errors import ConflictError
from counterfoil.portal.access import BUYERS, HANDS_OUT, Buyer, buyer_page
from counterfoil.portal.actions import write_command
from counterfoil.portal.buyer.vouchers_reading import own_vouchers
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.handovers.lists import begin_replacement
from counterfoil.portal.handovers.people import serials_of
from counterfoil.portal.handovers.people_files import PEOPLE_MAX, first_column
from counterfoil.portal.handovers.sheets import Row, UnreadableFileError
from counterfoil.portal.models import HandoverList
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.queries import rows
from counterfoil.portal.serials import joined
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.words import command_state, outcome_word
from counterfoil.voucher import State

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

CHANGED_MAX: Final = 50_000
_SHOWN_MAX: Final = 10
_REFUSALS_MAX: Final = 200
_SERIAL: Final = re.compile(r"[1-9][0-9]{15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done, and to vouchers in which states; `reason` is that of one that asks none."""

    word: str
    name: Promise
    means: Promise
    states: frozenset[State]
    reason: Promise | None = None
    is_grave: bool = False


ACTS: Final = {
    act.word: act
    for act in (
        Act(
            "activate",
            gettext_lazy("Activate"),
            gettext_lazy("From now on they can be redeemed."),
            frozenset({State.PREACTIVATED}),
            gettext_lazy("Handed over"),
        ),
        Act(
            "suspend",
            gettext_lazy("Suspend"),
            gettext_lazy(
                "They cannot be redeemed until you let them go on. Their validity goes on running."
            ),
            frozenset({State.PREACTIVATED, State.ACTIVE}),
            is_grave=True,
        ),
        Act(
            "unsuspend",
            gettext_lazy("Let them go on"),
            gettext_lazy(
                "What you suspended is again what it was. What the issuer suspended only the"
                " issuer lets go on."
            ),
            frozenset({State.SUSPENDED}),
        ),
        Act(
            "replace",
            gettext_lazy("Replace"),
            gettext_lazy(
                "For vouchers that are lost, or whose numbers nobody has any more: each is"
                " cancelled, and the same person gets a new one of the same value and validity."
            ),
            frozenset({State.PREACTIVATED, State.ACTIVE, State.SUSPENDED}),
            is_grave=True,
        ),
    )
}


class ChangeForm(OnceForm):
    """Vouchers by serial or by their people's references: written, or in the first column of a
    file. Cleaned to `serials`.
    """

    use_required_attribute = False

    vouchers = forms.CharField(
        label=gettext_lazy("Serials of vouchers, or references of people"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        help_text=gettext_lazy("One a line. Of a person all vouchers are meant that it is for."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file with them"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=gettext_lazy(
            "CSV or XLSX: the first column, or the one headed “serial” or “reference”."
        ),
    )
    reason = ReasonField()
    serials: Sequence[int] = ()

    def __init__(
        self,
        data: "Mapping[str, object] | None",
        files: object,
        *,
        buyer: Buyer,
        act: Act,
        initial: Mapping[str, object],
    ) -> None:
        super().__init__(data, files, initial=initial)  # type: ignore[arg-type]
        self._buyer, self._act = buyer, act
        if act.reason is not None:
            del self.fields["reason"]

    @property
    def said(self) -> str:
        """Why, for the journal."""
        reason = self._act.reason
        return str(self.cleaned_data["reason"] if reason is None else reason)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        listed = self._listed(str(cleaned.get("vouchers") or ""), cleaned.get("file"))
        if not listed:
            raise ValidationError(_("Write which vouchers, or choose a file with them."))
        serials, unknown = _found(self._buyer, self._act, listed)
        if unknown:
            raise ValidationError(_unknown_text(unknown))
        if len(serials) > self._most:
            raise ValidationError(
                _("At most %(most)s vouchers at once; these are %(count)s.")
                % {"most": count(self._most), "count": count(len(serials))}
            )
        self.serials = serials
        return cleaned

    @property
    def _most(self) -> int:
        return PEOPLE_MAX if self._act.word == "replace" else CHANGED_MAX

    def _listed(self, written: str, file: "UploadedFile[bytes] | object") -> list[Row]:
        lines = enumerate(written.splitlines(), 1)
        listed = [Row(number, (line.strip(),)) for number, line in lines if line.strip()]
        if file:
            try:
                content = file.read()  # type: ignore[attr-defined]
                listed += first_column(content, rows_max=CHANGED_MAX)
            except UnreadableFileError as error:
                self.add_error("file", str(error))
        return [row for row in listed if row.cells[0]]


@dataclass(frozen=True, slots=True)
class OwnChange:
    """Of the command and of the change it became."""

    content: bytes
    status: str
    outcome: str | None
    prepared_by: str
    prepared_at: datetime
    reason: str
    bulk_id: int | None
    done: int
    refused: int
    bulk_status: str | None

    @property
    def asked(self) -> ChangeOwnVouchers:
        """Raises Http404 for what is no such change."""
        asked = decoded(bytes(self.content))
        if not isinstance(asked, ChangeOwnVouchers):
            raise Http404
        return asked

    @property
    def is_moving(self) -> bool:
        return self.status == "waiting" or (
            self.bulk_id is not None and self.bulk_status != "finished"
        )

    @property
    def past(self) -> int:
        return self.done + self.refused

    @property
    def state(self) -> object:
        if self.is_moving:
            return command_state("running")
        return command_state(self.status)


@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page(sees=HANDS_OUT, acts=HANDS_OUT)
def change(request: HttpRequest, buyer: Buyer, act: str) -> HttpResponse:
    """Which vouchers, and why. `serial` in the address are those chosen before."""
    wanted = ACTS.get(act)
    if wanted is None:
        raise Http404
    again = _sent_before(request, buyer)
    if again is not None:
        return again
    chosen = [each for each in request.GET.getlist("serial")[:_REFUSALS_MAX] if each.isdecimal()]
    form = ChangeForm(
        request.POST or None,
        request.FILES or None,
        buyer=buyer,
        act=wanted,
        initial={"vouchers": "\n".join(chosen)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _asked(request, buyer, wanted, form)
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/buyer/vouchers/change.html",
        {"buyer": buyer, "act": wanted, "form": form, "chosen": chosen},
    )


@require_safe
@buyer_page(sees=BUYERS)
def changed(request: HttpRequest, buyer: Buyer, command_id: UUID) -> HttpResponse:
    """How far a change is, and what could not be changed."""
    row = _own_change(buyer, command_id)
    if row is None:
        raise Http404
    refused = _refused(buyer, row)
    template = "changed_progress" if request.headers.get("HX-Request") else "changed"
    return render(
        request,
        f"portal/buyer/vouchers/{template}.html",
        {
            "buyer": buyer,
            "row": row,
            "act": ACTS[row.asked.action],
            "command_id": command_id,
            "vouchers": len(row.asked.serials),
            "refusal": refusal_text(row.outcome) if row.status == "refused" else "",
            "refused": refused,
            "names": names_of([row.prepared_by]),
        },
    )


def _sent_before(request: HttpRequest, buyer: Buyer) -> HttpResponse | None:
    """To what this very form asked for already: it may be done, and not possible a second time."""
    try:
        command_id = UUID(request.POST.get("command_id", ""))
    except ValueError:
        return None
    if _own_change(buyer, command_id) is not None:
        return redirect("buyer-changed", buyer.code, buyer.organisation_id, command_id)
    lists = HandoverList.objects.filter(
        pk=command_id, issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id
    )
    if lists.exists():
        return redirect("buyer-handover-review", buyer.code, buyer.organisation_id, command_id)
    return None


def _own_change(buyer: Buyer, command_id: UUID) -> OwnChange | None:
    """None also where it is another organisation's."""
    found = rows(
        __package__, "own_change", {"issuer_id": buyer.issuer_id, "command_id": command_id}
    )
    row = OwnChange(*found[0]) if found else None
    return row if row and row.asked.organisation_id == buyer.organisation_id else None


def _asked(request: HttpRequest, buyer: Buyer, act: Act, form: ChangeForm) -> HttpResponse:
    if act.word == "replace":
        begin_replacement(buyer, form.once, form.serials, reason=form.said)
        return redirect("buyer-handover-review", buyer.code, buyer.organisation_id, form.once)
    content = ChangeOwnVouchers(
        organisation_id=buyer.organisation_id, action=act.word, serials=tuple(form.serials)
    )
    write_command(request, buyer, content, command_id=form.once, reason=form.said)
    return redirect("buyer-changed", buyer.code, buyer.organisation_id, form.once)


def _refused(buyer: Buyer, row: OwnChange) -> list[tuple[int, str]]:
    if not row.refused:
        return []
    asked = {"issuer_id": buyer.issuer_id, "bulk_id": row.bulk_id, "rows_max": _REFUSALS_MAX}
    return [(serial, why_not(outcome)) for serial, outcome in rows(__package__, "refusals", asked)]


def why_not(outcome: str) -> str:
    """In words for who bought them: whose decision it was."""
    if outcome in {"suspended", "blocked"}:
        return _("The issuer has stopped it; only the issuer lets it go on.")
    return str(outcome_word(outcome))


def _found(buyer: Buyer, act: Act, listed: Sequence[Row]) -> tuple[list[int], list[Row]]:
    """Serials, each once, ascending; and the rows that name nothing of this organisation's."""
    as_serials = {row: joined(row.cells[0]) for row in listed}
    numbers = {row: int(said) for row, said in as_serials.items() if _SERIAL.fullmatch(said)}
    own = {each.serial for each in own_vouchers(buyer, sorted(set(numbers.values())))}
    chosen = {serial for serial in numbers.values() if serial in own}
    others = [row for row in listed if numbers.get(row) not in own]
    by_reference = serials_of(buyer, [row.cells[0] for row in others])
    meant = own_vouchers(buyer, sorted({each for some in by_reference.values() for each in some}))
    fitting = {each.serial for each in meant if each.state in act.states}
    unknown = []
    for row in others:
        theirs = fitting.intersection(by_reference[row.cells[0]])
        chosen |= theirs
        if not theirs:
            unknown.append(row)
    return sorted(chosen), unknown


def _unknown_text(unknown: Sequence[Row]) -> str:
    shown = ", ".join(f"“{row.cells[0][:40]}” ({row.number})" for row in unknown[:_SHOWN_MAX])
    more = len(unknown) - _SHOWN_MAX
    said = _("No voucher of yours that this can be done with, by line or row: %(shown)s.") % {
        "shown": shown
    }
    return said if more <= 0 else said + " " + _("And %(more)s more.") % {"more": count(more)}
