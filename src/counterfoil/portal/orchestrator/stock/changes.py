"""What provisioning and changing many vouchers change, in numbers and in money."""

from typing import Final

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.sale_content import ReplaceVouchers
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.stock.allocations import allocation_of
from counterfoil.portal.orchestrator.stock.counting import (
    Part,
    parts_of_allocation,
    parts_of_group,
    parts_of_provision,
    parts_of_serials,
)
from counterfoil.portal.orchestrator.stock.parts import Preview, preview_of
from counterfoil.portal.orchestrator.stock.reading import available_of, budget_of, provision_of
from counterfoil.portal.orchestrator.vouchers.design import last_moment_text
from counterfoil.portal.orchestrator.vouchers.reading import counted, published_or_none
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.templatetags.serials import serial
from counterfoil.portal.words import provision_status
from counterfoil.voucher import STOPPING, Action, State

# What takes a voucher out of the hands of whoever holds it.
_STOPS: Final = STOPPING | {Action.CANCEL}


@shown.register
def _provision_stock(asked: asks.ProvisionStock, office: Office) -> Shown:
    one, takes = Money(asked.amount_minor, asked.currency), asked.money
    title = ngettext(
        "Provision %(count)s voucher of %(amount)s",
        "Provision %(count)s vouchers of %(amount)s",
        asked.count,
    ) % {"count": count(asked.count), "amount": money_text(one)}
    group = published_or_none(office.issuer_id, asked.group)
    if group is None:
        return Shown(title, [], None, [_("There is no such voucher.")])
    budget = budget_of(office.issuer_id, asked.group)
    available = Money(budget.available_minor, asked.currency)
    there = sum(
        each.vouchers
        for each in counted(office, group.group_id)
        if each.state is State.STOCKED and each.amount_minor == asked.amount_minor
    )
    changes = [
        Change(_("Voucher"), None, f"{group.design.name} ({asked.group})"),
        Change(_("Version"), None, str(asked.group_version)),
        Change(_("It takes"), None, money_text(takes)),
        Change(_("Available money"), money_text(available), money_text(available - takes)),
        Change(
            _("In stock of %(amount)s") % {"amount": money_text(one)},
            count(there),
            count(there + asked.count),
        ),
    ]
    if budget.left_minor is not None:
        left = Money(budget.left_minor, asked.currency)
        changes.append(Change(_("Left of the budget"), money_text(left), money_text(left - takes)))
    warnings = []
    if available.amount_minor < takes.amount_minor:
        warnings.append(_("More than is available now: it would be refused. Deposit first."))
    if budget.left_minor is not None and budget.left_minor < takes.amount_minor:
        warnings.append(_("More than is left of the programme's budget: it would be refused."))
    if group.version != asked.group_version:
        warnings.append(
            _("Version %(number)s was published since: it would be refused.")
            % {"number": group.version}
        )
    if group.status != "open":
        warnings.append(_("The voucher is not open: it would be refused."))
    return Shown(
        title, changes, reverse("voucher-group", args=[office.code, asked.group]), warnings
    )


@shown.register
def _turn_provision(asked: asks.TurnProvision, office: Office) -> Shown:
    text = _("Pause provision %(number)s") if asked.paused else _("Resume provision %(number)s")
    title = text % {"number": asked.provision_id}
    try:
        row = provision_of(office, asked.provision_id)
    except Http404:
        return Shown(title, [], None, [_("There is no such provision.")])
    after = "paused" if asked.paused else "ready" if row.created == row.asked else "running"
    return Shown(
        title,
        [
            Change(_("State"), str(row.state), str(provision_status(after))),
            Change(_("Free"), count(row.free), count(0 if asked.paused else row.nobodys)),
        ],
        reverse("provision", args=[office.code, asked.provision_id]),
    )


@shown.register
def _change_vouchers(asked: asks.ChangeVouchers, office: Office) -> Shown:
    """As it would be now: how many in each state, and the money that would be free."""
    try:
        action = Action[asked.action.upper()]
        parts, what, url = _meant(asked, office)
    except (KeyError, Http404):
        return Shown(_("Change of many vouchers"), [], None, [_("There are no such vouchers.")])
    preview = preview_of(parts, action)
    changes = [
        Change(str(line.state), _vouchers_text(line.vouchers, line.money), line.becomes)
        for line in preview.lines
        if line.is_meant or line.holds_value
    ]
    if asked.extend_until is not None:
        changes.append(Change(_("Valid until"), None, last_moment_text(asked.extend_until)))
    changes += _money_changes(office, preview)
    vouchers = preview.vouchers
    title = _title(action, vouchers) % {"count": count(vouchers), "what": what}
    return Shown(title, changes, url, _bulk_warnings(preview, action))


@shown.register
def _replace_vouchers(asked: ReplaceVouchers, office: Office) -> Shown:
    """Numbers leave the system: of which vouchers, worth how much, and whose they are."""
    serials = list(asked.asked.replaces or ())
    preview = preview_of(parts_of_serials(office.issuer_id, serials), Action.REPLACE)
    changes = [
        Change(str(line.state), _vouchers_text(line.vouchers, line.money), line.becomes)
        for line in preview.lines
    ]
    changes += [
        Change(
            _("Vouchers of %(name)s") % {"name": each.name},
            None,
            _vouchers_text(each.vouchers, each.money),
        )
        for each in preview.bought
    ]
    title = _title(Action.REPLACE, preview.vouchers) % {
        "count": count(preview.vouchers),
        "what": serial(serials[0]) if len(serials) == 1 else _("a list"),
    }
    warnings = [
        _("Whoever prepared this reads the numbers of the new vouchers, and can redeem them.")
    ]
    return Shown(
        title, changes, reverse("replacement", args=[office.code, asked.handover_id]), warnings
    )


def _money_changes(office: Office, preview: Preview) -> list[Change]:
    """Whose the money is that becomes free, and what is available then."""
    changes = [
        Change(_("Becomes free"), None, f"{money_text(each.money)}, {each.text}")
        for each in preview.freed
    ]
    for currency in sorted({each.money.currency for each in preview.freed}):
        available = Money(available_of(office.issuer_id, currency), currency)
        gained = [
            each.money
            for each in preview.freed
            if each.whose == "issuer" and each.money.currency == currency
        ]
        after = sum(gained, start=available)
        if gained:
            changes.append(Change(_("Available money"), money_text(available), money_text(after)))
    return changes


def _bulk_warnings(preview: Preview, action: Action) -> list[str]:
    warnings = []
    if preview.out and action in _STOPS:
        warnings.append(_("People hold some of these vouchers and will no longer redeem them."))
    if action in _STOPS:
        warnings += [
            _("%(name)s bought %(vouchers)s of them.")
            % {"name": each.name, "vouchers": _vouchers_text(each.vouchers, each.money)}
            for each in preview.bought
        ]
    if preview.held:
        warnings.append(
            _("%(number)s are held for purchases that were quoted: those get fewer.")
            % {"number": count(preview.held)}
        )
    if not preview.is_exact:
        warnings.append(
            _("They are too many to be counted one by one: the numbers may be a little less.")
        )
    return warnings


def _title(action: Action, vouchers: int) -> str:
    match action:
        case Action.CANCEL:
            return ngettext(
                "Cancel %(count)s voucher: %(what)s",
                "Cancel %(count)s vouchers: %(what)s",
                vouchers,
            )
        case Action.SUSPEND:
            return ngettext(
                "Suspend %(count)s voucher: %(what)s",
                "Suspend %(count)s vouchers: %(what)s",
                vouchers,
            )
        case Action.UNSUSPEND:
            return ngettext(
                "Lift the suspension of %(count)s voucher: %(what)s",
                "Lift the suspension of %(count)s vouchers: %(what)s",
                vouchers,
            )
        case Action.BLOCK:
            return ngettext(
                "Block %(count)s voucher: %(what)s", "Block %(count)s vouchers: %(what)s", vouchers
            )
        case Action.UNBLOCK:
            return ngettext(
                "Lift the block of %(count)s voucher: %(what)s",
                "Lift the block of %(count)s vouchers: %(what)s",
                vouchers,
            )
        case Action.REPLACE:
            return ngettext(
                "Replace %(count)s voucher: %(what)s",
                "Replace %(count)s vouchers: %(what)s",
                vouchers,
            )
        case Action.EXTEND:
            return ngettext(
                "Extend %(count)s voucher: %(what)s",
                "Extend %(count)s vouchers: %(what)s",
                vouchers,
            )
        case _:
            return ngettext(
                "Change %(count)s voucher: %(what)s",
                "Change %(count)s vouchers: %(what)s",
                vouchers,
            )


def _meant(asked: asks.ChangeVouchers, office: Office) -> tuple[list[Part], str, str | None]:
    """The vouchers by state and owner, what they are, and their page."""
    if asked.provision_id is not None:
        row = provision_of(office, asked.provision_id)
        what = _("provision %(number)s") % {"number": row.provision_id}
        url = reverse("provision", args=[office.code, row.provision_id])
        return parts_of_provision(office.issuer_id, row), what, url
    if asked.group is not None:
        group = published_or_none(office.issuer_id, asked.group)
        what = asked.group if group is None else f"{group.design.name} ({asked.group})"
        url = reverse("voucher-group", args=[office.code, asked.group])
        return parts_of_group(office.issuer_id, asked.group), what, url
    if asked.allocation_id is not None:
        bought = allocation_of(office, asked.allocation_id).row
        what = _("allocation %(number)s of %(name)s") % {
            "number": bought.allocation_id,
            "name": bought.organisation,
        }
        url = reverse("allocation", args=[office.code, bought.allocation_id])
        return parts_of_allocation(office.issuer_id, bought.allocation_id), what, url
    serials = asked.serials or ()
    parts = parts_of_serials(office.issuer_id, serials)
    if len(serials) == 1:
        return parts, serial(serials[0]), reverse("voucher", args=[office.code, serials[0]])
    return parts, _("a list"), None


def _vouchers_text(vouchers: int, money: Money) -> str:
    return f"{count(vouchers)} · {money_text(money)}"
