"""Commands as people meet them: what waits for me, what was asked, decided and done."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.engine.commands.content import Asked, decoded
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, PREPARES, Office, office_page
from counterfoil.portal.actions import decide_command
from counterfoil.portal.language import money_text
from counterfoil.portal.listing import Wanted, span
from counterfoil.portal.models import Role
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.changes import shown, with_paper
from counterfoil.portal.orchestrator.deciding import (
    DecisionRow,
    Power,
    decisions_of,
    power_of,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.subjects import subjects_of
from counterfoil.portal.pager import ROWS_A_PAGE, Order
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.portal.words import command_state, command_word

_DECIDES: Final = frozenset(Role) - {Role.AUDITOR, Role.OPERATOR}
_WAITING_MAX: Final = 2000
NEWEST: Final = Order(
    "newest",
    gettext_lazy("Newest first"),
    {"after_at": datetime.max.replace(tzinfo=UTC), "after_id": UUID(int=2**128 - 1)},
)


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command as it stands in `command`."""

    command_id: UUID
    kind: str
    content: bytes
    subject: str
    currency: str | None
    amount_minor: int | None
    approvals: int
    approved: int
    prepared_by: str
    prepared_at: datetime
    expires_at: datetime
    reason: str
    status: str
    outcome: str | None
    finished_at: datetime | None

    @property
    def word(self) -> str:
        return str(command_word(self.kind))

    @property
    def state(self) -> object:
        needs_nobody = self.status == "waiting" and not self.approvals
        return command_state("running" if needs_nobody else self.status)

    @property
    def is_waiting(self) -> bool:
        return self.status == "waiting"

    @property
    def asked(self) -> Asked:
        return decoded(bytes(self.content))

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class DecisionForm(forms.Form):
    """`seen` is the digest of the content that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    verdict = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(each, each) for each in ("approve", "reject")]
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed when you reject it; who prepared it reads this."),
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == "reject" and not str(cleaned.get("reason", "")).strip():
            self.add_error("reason", _("Say what is wrong, so that it can be put right."))
        return cleaned


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A command in the queue: what a line of it says."""

    command_id: UUID
    kind: str
    subject: str
    currency: str | None
    amount_minor: int | None
    approvals: int
    approved: int
    prepared_by: str
    prepared_at: datetime
    expires_at: datetime

    @property
    def word(self) -> str:
        return str(command_word(self.kind))


@require_safe
@office_page(sees=EVERYONE)
def approvals(request: HttpRequest, office: Office) -> HttpResponse:
    """What waits: for me first, then for others; of each what waited longest."""
    power = power_of(office)
    asked = {"issuer_id": office.issuer_id, "rows_max": _WAITING_MAX}
    waiting = [WaitingRow(*each) for each in rows(__package__, "waiting_commands", asked)]
    decisions = decisions_of(office, [row.command_id for row in waiting])
    mine = {
        row.command_id
        for row in waiting
        if power.name_left(office.actor, row.prepared_by, decisions[row.command_id])
    }
    for_me = [row for row in waiting if row.command_id in mine]
    for_others = [row for row in waiting if row.command_id not in mine]
    shown = [*for_me[:ROWS_A_PAGE], *for_others[:ROWS_A_PAGE]]
    names = names_of(
        {row.prepared_by for row in shown}
        | {each.decided_by for row in shown for each in decisions[row.command_id]}
    )
    lines = [
        {
            "row": row,
            "by": names.get(row.prepared_by, row.prepared_by),
            "approved": _approved_by(decisions[row.command_id], office.actor, names),
            "nobody": power.left_for(row.prepared_by) < row.approvals,
        }
        for row in shown
    ]
    return render(
        request,
        "portal/orchestrator/approvals.html",
        {
            "for_me": lines[: len(for_me[:ROWS_A_PAGE])],
            "for_me_count": len(for_me),
            "for_others": lines[len(for_me[:ROWS_A_PAGE]) :],
            "for_others_count": len(for_others),
            "may_approve": bool(power.my_names),
            "subjects": subjects_of(office, [row.subject for row in shown]),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def command(request: HttpRequest, office: Office, command_id: UUID) -> HttpResponse:
    row = _command(office, command_id)
    template = "command_progress" if request.headers.get("HX-Request") else "command"
    return render(
        request,
        f"portal/orchestrator/{template}.html",
        _told(office, row, power_of(office), _decisions(office, row)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=_DECIDES, acts=_DECIDES, asks_again=True)
def decide(request: HttpRequest, office: Office, command_id: UUID) -> HttpResponse:
    """The page on which one approves or rejects, after having seen what will change."""
    row, power = _command(office, command_id), power_of(office)
    decisions = _decisions(office, row)
    name = _name_for(office, power, row, decisions)
    if not name:
        return redirect("command", office.code, command_id)
    form = DecisionForm(request.POST or None, initial={"seen": row.digest})
    stale = False
    if request.method == "POST" and form.is_valid():
        stale = form.cleaned_data["seen"] != row.digest
        if not stale:
            return _decided(request, office, row, form, f"person:{name}")
    told = _told(office, row, power, decisions, also=f"person:{name}")
    return render(
        request,
        "portal/orchestrator/decide.html",
        told
        | {
            "form": form,
            "stale": stale,
            "lent": name != office.person.pk,
            "lent_by": f"person:{name}",
            "approve_text": _approve_text(row),
        },
    )


@require_POST
@office_page(sees=EVERYONE, acts=PREPARES)
def withdraw(request: HttpRequest, office: Office, command_id: UUID) -> HttpResponseRedirect:
    row = _command(office, command_id)
    if row.prepared_by != office.actor:
        raise Http404
    if not row.is_waiting:
        messages.error(request, _("That was done already, or cannot be done any more."))
        return redirect("command", office.code, command_id)
    decide_command(
        request,
        office,
        command_id,
        bytes(row.content),
        Verdict.WITHDRAW,
        on_behalf_of=office.actor,
    )
    messages.success(request, _("You withdrew it; nothing was changed."))
    return redirect("command", office.code, command_id)


def _decided(
    request: HttpRequest, office: Office, row: CommandRow, form: DecisionForm, in_name_of: str
) -> HttpResponseRedirect:
    verdict = Verdict(form.cleaned_data["verdict"])
    decide_command(
        request,
        office,
        row.command_id,
        bytes(row.content),
        verdict,
        on_behalf_of=in_name_of,
        reason=form.cleaned_data["reason"].strip(),
    )
    approved = verdict is Verdict.APPROVE
    messages.success(request, _("You approved it.") if approved else _("You rejected it."))
    return redirect("command", office.code, row.command_id)


def _told(
    office: Office,
    row: CommandRow,
    power: Power,
    decisions: Sequence[DecisionRow],
    *,
    also: str | None = None,
) -> dict[str, object]:
    """What every page about a command shows; `also` is one more whose name it needs."""
    needed = row.approvals
    if row.is_waiting:  # by the rules of today, which are what counts
        needed = approvals_needed(engine_connection(), office.issuer_id, row.asked)
    outcome = row.outcome if row.status == "done" else None
    what = with_paper(shown(row.asked, office), row.asked, office, row.command_id)
    if not row.is_waiting:  # what there was before is over
        what = replace(what, changes=[replace(each, before=None) for each in what.changes])
    people = {row.prepared_by, *(d.decided_by for d in decisions)}
    people |= {d.on_behalf_of for d in decisions} | ({also} if also else set())
    return {
        "row": row,
        "what": what,
        "decisions": decisions,
        "names": names_of(sorted(people)),
        "missing": max(needed - row.approved, 0),
        "nobody": row.is_waiting and power.left_for(row.prepared_by) < needed,
        "may_decide": row.is_waiting and bool(_name_for(office, power, row, decisions)),
        "may_withdraw": row.is_waiting and row.prepared_by == office.actor and office.may(PREPARES),
        "moving": row.is_waiting and row.approved >= needed,
        "refusal": refusal_text(row.outcome) if row.status == "refused" else "",
        "result": subjects_of(office, [outcome]) if outcome else {},
    }


def _decisions(office: Office, row: CommandRow) -> Sequence[DecisionRow]:
    return decisions_of(office, [row.command_id])[row.command_id]


def _approve_text(row: CommandRow) -> str:
    """What the button will do, in words and in money."""
    word = row.word[:1].lower() + row.word[1:]
    if row.currency is None or row.amount_minor is None:
        return _("Approve: %(what)s") % {"what": word}
    amount = money_text(Money(row.amount_minor, row.currency))
    return _("Approve %(what)s of %(amount)s") % {"what": word, "amount": amount}


def _command(office: Office, command_id: UUID) -> CommandRow:
    found = commands_by_id(office, [command_id])
    if not found:
        raise Http404
    return found[0]


def commands_by_id(office: Office, command_ids: Collection[UUID]) -> list[CommandRow]:
    asked = {"issuer_id": office.issuer_id, "command_ids": list(command_ids)}
    return [CommandRow(*row) for row in rows(__package__, "commands_by_id", asked)]


def commands_page(office: Office, asked: Wanted) -> list[CommandRow]:
    """Filtered by `status`, `kind` and days."""
    return _page(office, asked, subject=None)


def commands_about(office: Office, subject: str, *, limit: int = 20) -> list[CommandRow]:
    """For the pages of what they are about, the latest first."""
    return _page(office, _latest(limit), subject=subject)


def commands_latest(office: Office, *, limit: int) -> list[CommandRow]:
    """Whatever came of them."""
    return _page(office, _latest(limit), subject=None)


def _latest(limit: int) -> Wanted:
    filters = dict.fromkeys(("status", "kind", "since", "until"))
    return Wanted(filters, NEWEST.name, NEWEST.first, limit)


def _page(office: Office, asked: Wanted, *, subject: str | None) -> list[CommandRow]:
    here = {"issuer_id": office.issuer_id, "subject": subject}
    parameters = {**asked.parameters, **span(asked.filters), **here}
    return [CommandRow(*row) for row in rows(__package__, "commands_page", parameters)]


def _name_for(
    office: Office, power: Power, row: CommandRow, decisions: Sequence[DecisionRow]
) -> int | None:
    """In whose name I may decide about this one now, if I may."""
    if not row.is_waiting or not row.approvals or row.expires_at <= timezone.now():
        return None
    return power.name_left(office.actor, row.prepared_by, decisions)


def _approved_by(decisions: Sequence[DecisionRow], actor: str, names: Mapping[str, str]) -> str:
    """What to say of an approval that was mine, or in my name."""
    for each in decisions:
        if each.is_approval and each.decided_by == actor:
            return _("you approved it")
        if each.is_approval and each.on_behalf_of == actor:
            name = names.get(each.decided_by, each.decided_by)
            return _("%(name)s approved it in your name") % {"name": name}
    return ""
