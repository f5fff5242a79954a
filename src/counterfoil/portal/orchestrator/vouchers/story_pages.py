"""One voucher: its story, and what can be done with it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import ChangeVoucher
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.queries import VoucherRow
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, OPERATES, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.commands import commands_about
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.vouchers.act_pages import act_page
from counterfoil.portal.orchestrator.vouchers.design import (
    Names,
    accepted_text,
    names_of_issuer,
    settlement_text,
)
from counterfoil.portal.orchestrator.vouchers.reading import published
from counterfoil.portal.orchestrator.vouchers.selecting import of_serials
from counterfoil.portal.orchestrator.vouchers.steps import AT_ONCE, STEPS, Step
from counterfoil.portal.orchestrator.vouchers.story import story_of, voucher_of
from counterfoil.portal.orchestrator.vouchers.story_lines import (
    actors_of,
    lines_of,
    money_of,
    owned_of,
    where_money_is,
)
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.templatetags.serials import serial as serial_text
from counterfoil.portal.words import voucher_state
from counterfoil.voucher import HOLDS_VALUE, TRANSITIONS


class ChangeForm(OnceForm):
    reason = ReasonField()


@require_safe
@office_page(sees=EVERYONE)
def voucher(request: HttpRequest, office: Office, serial: str) -> HttpResponse:
    story = story_of(office, int(serial))
    row, group = (
        story.voucher,
        published(office, story.voucher.group_code, story.voucher.group_version),
    )
    in_groups = group.design.accepts == "groups"
    issuer_names = names_of_issuer(office.issuer_id) if in_groups else Names()
    waiting = [each for each in commands_about(office, f"voucher:{row.serial}") if each.is_waiting]
    names = names_of(actors_of(story) | {each.prepared_by for each in waiting})
    return render(
        request,
        "portal/orchestrator/vouchers/voucher.html",
        {
            "voucher": row,
            "serial": serial_text(row.serial),
            "state": voucher_state(row.state),
            "due": row.state is not row.stored_state,
            "group": group,
            "accepted": accepted_text(group.design, issuer_names),
            "settlement": settlement_text(group.design.settlement),
            "provision": story.provision,
            "lines": lines_of(office, story, names),
            "money": money_of(story),
            "holds": row.state in HOLDS_VALUE,
            "where": where_money_is(story),
            "last_leaf": next((each.leaf_number for each in story.happenings), None)
            or next((each.deed.leaf_number for each in story.beginnings), None),
            "replaces": next(
                (each.serial for each in story.happenings if each.serial != row.serial), None
            ),
            "replaced_by": row.replaced_by and serial_text(row.replaced_by),
            "waiting": waiting,
            "people": names,
            "owned": owned_of(office, story),
            "steps": _steps(row) if office.may(OPERATES) else [],
            "refund": story.refund,
            "may_refund": story.can_be_refunded and office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def voucher_change(request: HttpRequest, office: Office, serial: str, step: str) -> HttpResponse:
    """Suspending and blocking happen at once; the others need an approval, and show what they free
    and whose it is.
    """
    if step not in STEPS:
        raise Http404
    again = sent_before(request, office)
    if again is not None:
        return again
    row = voucher_of(office, int(serial))
    wanted = STEPS[step]
    if wanted not in _steps(row).values():
        messages.info(
            request,
            _("That is not possible now: the voucher is %(state)s.")
            % {"state": str(voucher_state(row.state)).lower()},
        )
        return redirect("voucher", office.code, row.serial)
    if wanted.action not in AT_ONCE:
        return act_page(request, office, wanted, of_serials(office, (row.serial,)))
    content = ChangeVoucher(serial=row.serial, action=step)
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/vouchers/change.html",
        {
            "voucher": row,
            "serial": serial_text(row.serial),
            "state": voucher_state(row.state),
            "step": wanted,
            "group": published(office, row.group_code, row.group_version),
            "form": form,
            "approvals": approvals_needed(engine_connection(), office.issuer_id, content),
        },
    )


def _steps(row: VoucherRow) -> dict[str, Step]:
    """What its state allows; nothing of one whose time is over but was not swept yet."""
    if row.state is not row.stored_state:
        return {}
    return {word: step for word, step in STEPS.items() if (row.state, step.action) in TRANSITIONS}
